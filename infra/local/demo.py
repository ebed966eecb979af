"""The demo users of an instance, and the file that tells programs where everything is and who may log in."""

import json
import pathlib
import secrets
from typing import Any

import yaml

from local import instances, participants, tenants

FILE = pathlib.Path(__file__).with_name("demo.yaml")
CLIENT = "zenne-cli"


def settings() -> dict[str, Any]:
    """Return what demo.yaml says: users by level, and pairs of participants that trust each other."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return content


def users(instance: instances.Instance, town: tenants.Tenant) -> list[dict[str, Any]]:
    """Return the town's demo users; a password is made up once and kept."""
    path = _path(instance, town)
    known = json.loads(path.read_text(encoding="utf-8"))["users"] if path.exists() else []
    passwords = {user["username"]: user["password"] for user in known}
    return [
        {
            "username": user["username"],
            "firstName": user["firstName"],
            "lastName": user["lastName"],
            "roles": [user["role"]],
            **({"team": town.teams[min(user["team"], len(town.teams)) - 1]} if "team" in user else {}),
            "password": passwords.get(user["username"]) or secrets.token_urlsafe(18),
        }
        for user in settings()["users"][town.level]
    ]


def write_users(instance: instances.Instance, town: tenants.Tenant) -> pathlib.Path:
    """Return the private file of the town's demo users, as steward reads it."""
    path = _path(instance, town)
    content = {"users": users(instance, town)}
    instances.own_folder(path.parent)
    instances.write_private(path, json.dumps(content, indent=1) + "\n")
    return path


def _path(instance: instances.Instance, town: tenants.Tenant) -> pathlib.Path:
    return instance.admin / "users" / f"{town.id}.json"


def write(instance: instances.Instance, towns: list[tenants.Tenant]) -> pathlib.Path:
    """Will write demo.json, for this user alone: it holds the demo users' passwords; return its path."""
    content = describe(instance, towns)
    path = instance.folder / "demo.json"
    instances.write_private(path, json.dumps(content, indent=2) + "\n")
    return path


def describe(instance: instances.Instance, towns: list[tenants.Tenant]) -> dict[str, Any]:
    """Return the content of demo.json."""
    port = instance.ports["gateway"]
    return {
        "gateway": {"address": f"127.0.0.1:{port}", "ca": str(instance.tls / "ca.pem")},
        "participants": [
            {
                "id": town.id,
                "level": town.level,
                "host": town.host,
                "issuer": participants.issuer(instance, town),
                "api": f"https://{town.host}:{port}",
                "clientId": CLIENT,
                "users": [
                    {
                        "name": user["username"],
                        "role": user["roles"][0],
                        **({"team": user["team"]} if "team" in user else {}),
                        "password": user["password"],
                    }
                    for user in users(instance, town)
                ],
            }
            for town in towns
        ],
    }
