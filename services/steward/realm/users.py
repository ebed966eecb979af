"""The people of a realm that a file names (demo users): made once with a password, then kept as the file says.

Whoever the file does not name is left alone: people are the manager's.
"""

import functools
import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from steward.changes import FilesContradict
from steward.realm.difference import differences
from steward.realm.work import Found, Work, by_owner

FIELDS = frozenset({"username", "firstName", "lastName", "roles", "password"})
FIELDS_OR_NOT = frozenset({"team"})


@dataclass(frozen=True)
class User:
    """One person who may log in."""

    username: str
    first_name: str
    last_name: str
    roles: Sequence[str]
    team: str | None
    password: str = field(repr=False)

    @property
    def representation(self) -> dict[str, object]:
        """The person as Keycloak keeps it, without the password."""
        return {
            "username": self.username,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "enabled": True,
            "attributes": {"team": [self.team]} if self.team else {},
            "requiredActions": [],
        }


def load(path: pathlib.Path) -> list[User]:
    """Return the people that a private file names. Raises FilesContradict, which quotes nothing of it."""
    try:
        if path.stat().st_mode & 0o077:
            message = f"{path.name}: holds passwords and others may read it (its mode must be 0600)"
            raise FilesContradict(message)
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return [_user(person, place, path.name) for place, person in enumerate(content["users"])]
    except OSError as error:
        message = f"{path.name}: {error.strerror}"
        raise FilesContradict(message) from None
    except (yaml.YAMLError, KeyError, TypeError):
        message = f"{path.name}: is not `users: [...]`"
        raise FilesContradict(message) from None


def reconcile(work: Work, people: Sequence[User]) -> None:
    """Will make the people who are missing and set name, team and roles of the others; a password is never reset."""
    known = set(work.wanted.clients[work.wanted.roles_of].roles)
    for person in people:
        strange = sorted(set(person.roles) - known)
        if strange:
            message = f"{person.username}: there is no role {', '.join(strange)}"
            raise FilesContradict(message)
        _one(work, person)


def _one(work: Work, person: User) -> None:
    user_id = work.admin.get_user_id(person.username)
    there = work.admin.get_user(user_id) if user_id else None
    if there is None:
        password = {"type": "password", "value": person.password, "temporary": False}
        work.journal.make(
            f"user {person.username}", work.admin.create_user, {**person.representation, "credentials": [password]}
        )
    elif changed := differences(person.representation, there):
        payload = {**there, **person.representation}
        work.journal.change(f"user {person.username}", changed, work.admin.update_user, user_id, payload)
    found: Mapping[str, dict[str, Found]] = by_owner(work.admin.get_all_roles_of_user(user_id)) if user_id else {}
    # Rights over the realm itself are taken from everybody by `strangers`.
    for owner in sorted({*found, work.wanted.roles_of} - {"", "realm-management"}):
        work.line_up(
            f"user {person.username}: {owner}/",
            person.roles if owner == work.wanted.roles_of else (),
            found.get(owner, {}),
            functools.partial(_give, work, person, owner),
            functools.partial(_take, work, person, owner),
        )


def _give(work: Work, person: User, owner: str, role: str) -> None:
    work.admin.assign_client_role(_id(work, person), work.the_client(owner), work.named(owner, role))


def _take(work: Work, person: User, owner: str, role: Found) -> None:
    work.admin.delete_client_roles_of_user(_id(work, person), work.the_client(owner), [role])


def _id(work: Work, person: User) -> str:
    return str(work.admin.get_user_id(person.username))


def _user(content: Mapping[str, object], place: int, file: str) -> User:
    wrong = sorted(FIELDS.symmetric_difference(set(content) - FIELDS_OR_NOT))
    if wrong:
        message = f"{file}: users[{place}]: {', '.join(wrong)} is missing or unknown"
        raise FilesContradict(message)
    roles = content["roles"]
    if not isinstance(roles, list):
        message = f"{file}: users[{place}].roles: must be a list"
        raise FilesContradict(message)
    return User(
        username=str(content["username"]),
        first_name=str(content["firstName"]),
        last_name=str(content["lastName"]),
        roles=tuple(str(role) for role in roles),
        team=str(content["team"]) if "team" in content else None,
        password=str(content["password"]),
    )
