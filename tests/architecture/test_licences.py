"""Zenne is EUPL-1.2: every dependency's licence is read from what is installed, and none is viral against it."""

import importlib.metadata
import json
import pathlib
import subprocess
import sys

ALLOWED = (
    "MIT",
    "BSD",
    "Apache",
    "ISC",
    "PSF",
    # text-unidecode, which graphene-django brings along: offered under this or the GPL, whichever one prefers
    "Artistic License",
    # weak copyleft: used as libraries, unchanged
    "MPL",
    "Mozilla Public License 2.0",
    "LGPL-3.0",
)


def licences() -> dict[str, str]:
    printed = subprocess.run(
        [pathlib.Path(sys.prefix) / "bin/pip-licenses", "--from=mixed", "--format=json", f"--python={sys.executable}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = {row["Name"]: row["License"] for row in json.loads(printed)}
    return {name: first_line(name) if licence == "UNKNOWN" else licence for name, licence in found.items()}


def first_line(name: str) -> str:
    """Return the first line of the licence that a package brings along, where it names none."""
    brought = (file for file in importlib.metadata.files(name) or () if file.name.startswith("LICEN"))
    return next((file.read_text().split("\n")[0] for file in brought), "UNKNOWN")


def test_every_dependency_has_a_licence_that_fits() -> None:
    found = licences()

    assert len(found) > 50
    assert {name: licence for name, licence in found.items() if not any(part in licence for part in ALLOWED)} == {}
    assert {name: licence for name, licence in found.items() if "AGPL" in licence or "Affero" in licence} == {}


def test_the_words_that_are_allowed_let_no_viral_licence_through() -> None:
    for licence in ("AGPL-3.0-only", "GNU General Public License v3 (GPLv3)", "UNKNOWN", "Proprietary"):
        assert not any(part in licence for part in ALLOWED)
