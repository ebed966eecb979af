"""Zenne is EUPL-1.2: every dependency's licence is read from what is installed, and none is viral against it."""

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
    return {row["Name"]: row["License"] for row in json.loads(printed)}


def test_every_dependency_has_a_licence_that_fits() -> None:
    found = licences()

    assert len(found) > 50
    assert {name: licence for name, licence in found.items() if not any(part in licence for part in ALLOWED)} == {}
    assert {name: licence for name, licence in found.items() if "AGPL" in licence or "Affero" in licence} == {}


def test_the_words_that_are_allowed_let_no_viral_licence_through() -> None:
    for licence in ("AGPL-3.0-only", "GNU General Public License v3 (GPLv3)", "UNKNOWN", "Proprietary"):
        assert not any(part in licence for part in ALLOWED)
