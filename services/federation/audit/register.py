"""The register of processing (GDPR art. 30), printed from what every table says of itself.

A model's docstring ends with one paragraph: `Personal data: none.`, or
`Personal data: <what>. Ground: <why it may be held>. Kept: <how long>.`
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

_STATED = re.compile(r"Personal data: (?P<what>.+?)\. Ground: (?P<ground>.+?)\. Kept: (?P<kept>.+?)\.(?:\s|$)")
_NONE = re.compile(r"Personal data: none\.")


@dataclass(frozen=True)
class Line:
    """What one table holds; all texts empty where it holds nothing about a person."""

    table: str
    means: str
    what: str = ""
    ground: str = ""
    kept: str = ""


class NotStated(LookupError):
    """A table does not say which personal data it holds."""


def line_of(model: type[Model]) -> Line:
    """Return what `model` states of itself; raise NotStated where it does not."""
    text = " ".join((model.__doc__ or "").split())
    means = text.split(". ")[0].rstrip(".") + "."
    if _NONE.search(text):
        return Line(model._meta.db_table, means)
    found = _STATED.search(text)
    if found is None:
        message = f"{model._meta.label} does not say which personal data it holds."
        raise NotStated(message)
    return Line(model._meta.db_table, means, found["what"], found["ground"], found["kept"])


def tables(packages: tuple[str, ...]) -> list[type[Model]]:
    """Return the installed models whose code lies in one of `packages`, by table."""
    return sorted(
        (model for model in apps.get_models() if model.__module__.startswith(packages)),
        key=lambda model: model._meta.db_table,
    )


def printed(lines: Iterable[Line], *, title: str) -> str:
    """Return the register as Markdown."""
    held = [line for line in lines if line.what]
    rest = [line for line in lines if not line.what]
    rows = [f"| `{line.table}` | {line.means} | {line.what} | {line.ground} | {line.kept} |" for line in held]
    return "\n".join(
        [
            f"# {title}",
            "",
            "Printed by `make register` from what each table says of itself (GDPR art. 30).",
            "",
            "| table | what a row is | personal data | ground | kept |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "No personal data: " + ", ".join(f"`{line.table}`" for line in rest) + ".",
            "",
            "What the bus shows beside: who may write to an inbox sees how many messages arrive there; the broker",
            "sees of each message its sender, the hour and one of six sizes.",
            "",
        ]
    )
