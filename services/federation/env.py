"""What a process reads from its environment: each variable declared once, with its help.

A missing value stops the start with the help text. `declared()` lists all, for `make env-docs`
and for the tests that compare it with the charts and the local stack. Secrets are never values of
variables: a variable names the *file* that holds one.
"""

import os
import pathlib
from dataclasses import dataclass


class SettingMissing(SystemExit):
    """A variable that this process needs is not set."""


@dataclass(frozen=True)
class Variable:
    """One variable: its name, what it is for, whether it names the file of a secret, its default."""

    name: str
    help: str
    secret: bool
    default: str | None


_declared: dict[str, Variable] = {}


def declared() -> list[Variable]:
    """Return every variable declared so far, by name."""
    return sorted(_declared.values(), key=lambda variable: variable.name)


def text(name: str, *, help: str, default: str | None = None, secret: bool = False) -> str:  # noqa: A002 -- the word users know
    """Return the value of variable `name`; stop the start with `help` when it is not set."""
    _declared[name] = Variable(name, help, secret, default)
    value = os.environ.get(name, default)
    if value is None:
        message = f"{name} is not set. It is: {help}"
        raise SettingMissing(message)
    return value


def number(name: str, *, help: str, default: int | None = None) -> int:  # noqa: A002
    """Return the value of variable `name` as a whole number."""
    value = text(name, help=help, default=None if default is None else str(default))
    if not value.isdigit():
        message = f"{name} is not a whole number. It is: {help}"
        raise SettingMissing(message)
    return int(value)


def words(name: str, *, help: str, default: str | None = None) -> list[str]:  # noqa: A002
    """Return the comma-separated values of variable `name`, without empty ones."""
    return [word.strip() for word in text(name, help=help, default=default).split(",") if word.strip()]


def file(name: str, *, help: str, default: str | None = None) -> pathlib.Path:  # noqa: A002
    """Return the path that variable `name` holds; the file need not exist yet."""
    return pathlib.Path(text(name, help=help, default=default))


def secret(name: str, *, help: str) -> str:  # noqa: A002
    """Return the content of the file that variable `name` (ending in _FILE) names.

    The value itself never stands in the environment, where `ps` and crash reports would show it.
    """
    path = pathlib.Path(text(name, help=help, secret=True))
    if not path.is_file():
        message = f"{name} names {path}, which is not a file. It is: {help}"
        raise SettingMissing(message)
    return path.read_text(encoding="utf-8").strip()
