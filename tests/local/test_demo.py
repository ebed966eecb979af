"""demo.json: what outside programs rely on."""

import json
import stat

import jsonschema
import pytest

from local import demo, instances, tenants

SCHEMA = json.loads((instances.ROOT / "schemas" / "local" / "demo.v1.json").read_text(encoding="utf-8"))


@pytest.fixture
def instance(tmp_path):
    made = instances.Instance("tried", tmp_path / "instance", 20000)
    made.prepare()
    return made


def test_the_file_follows_its_schema_and_is_for_its_owner_alone(instance):
    path = demo.write(instance, tenants.load())

    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), SCHEMA)
    assert path == instance.folder / "demo.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_names_every_participant_with_the_ports_of_the_instance(instance):
    content = json.loads(demo.write(instance, tenants.load()).read_text(encoding="utf-8"))

    assert content["gateway"] == {"address": "127.0.0.1:20000", "ca": str(instance.tls / "ca.pem")}
    town = next(one for one in content["participants"] if one["id"] == "vilvoorde")
    assert {name: town[name] for name in ("level", "host", "issuer", "api", "clientId")} == {
        "level": "municipal",
        "host": "vilvoorde.localhost",
        "issuer": "https://login.localhost:20000/realms/vilvoorde",
        "api": "https://vilvoorde.localhost:20000",
        "clientId": "zenne-cli",
    }


ROLES = {
    "municipal": {"caseworker", "coordinator", "dataProtectionOfficer", "manager", "operator"},
    "regional": {"regionalCoordinator", "operator"},
    "national": {"statisticsUser", "operator"},
}


def test_every_participant_has_every_role_of_its_level(instance):
    content = json.loads(demo.write(instance, tenants.load()).read_text(encoding="utf-8"))

    for town in content["participants"]:
        roles = {user["role"] for user in town["users"]}
        assert roles == ROLES[town["level"]]


def test_passwords_are_random_in_each_installation_and_kept_within_one(instance, tmp_path):
    other = instances.Instance("other", tmp_path / "other", 20000)
    other.prepare()
    towns = tenants.load()

    for town in towns:
        demo.write_users(instance, town)
        demo.write_users(other, town)
    first, again = (json.loads(demo.write(instance, towns).read_text(encoding="utf-8")) for _ in range(2))
    elsewhere = json.loads(demo.write(other, towns).read_text(encoding="utf-8"))

    assert again == first
    passwords = [user["password"] for town in first["participants"] for user in town["users"]]
    others = [user["password"] for town in elsewhere["participants"] for user in town["users"]]
    assert len({*passwords, *others}) == len(passwords) + len(others)
    assert min(len(password) for password in passwords) >= 24


def test_a_file_with_an_unknown_field_is_not_of_this_schema(instance):
    content = demo.describe(instance, tenants.load())

    with pytest.raises(jsonschema.ValidationError, match="Additional properties"):
        jsonschema.validate({**content, "admin": "secret"}, SCHEMA)
