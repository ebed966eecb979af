"""The rules of the house that no import contract can say. Each found a real mistake or keeps one out."""

import ast
import pathlib
import re
import subprocess
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).parents[2]
TOP = {"services", "charts", "gateway", "schemas", "infra", "tests"}
NAMES_THAT_SAY_NOTHING = {"services.py", "utils.py", "helpers.py", "common.py", "managers.py", "signals.py", "misc.py"}


def tracked(pattern: str = "*") -> list[pathlib.Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def python_files(under: str) -> list[pathlib.Path]:
    return [path for path in tracked("*.py") if path.is_relative_to(ROOT / under) and "migrations" not in path.parts]


def actions_modules() -> list[pathlib.Path]:
    return [
        path
        for path in python_files("services/municipal")
        if path.name == "actions.py" or "actions" in path.relative_to(ROOT).parts[:-1]
    ]


def test_the_folders_at_the_top_are_the_six() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in tracked() if len(path.relative_to(ROOT).parts) > 1}

    assert {name for name in folders if not name.startswith(".")} == TOP


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [path for path in tracked("*.py") if path.name in NAMES_THAT_SAY_NOTHING] == []


def test_no_file_is_longer_than_one_reads_at_a_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*.py")
        if (lines := path.read_text(encoding="utf-8").count("\n")) > 500
    }

    assert long == {}


def test_no_lock_names_the_address_of_a_registry() -> None:
    assert not [path for path in tracked() if path.name == "uv.lock"]
    assert "://" not in "\n".join(
        line
        for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").split("\n")
        if not line.startswith("#")
    )


def test_every_locked_package_has_a_hash() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    packages = re.findall(r"^[a-z0-9][\w.-]*==", text, flags=re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9][\w.-]*==)", text, flags=re.MULTILINE)[1:]

    assert len(packages) > 40
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def public_functions(path: pathlib.Path) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def test_every_action_says_who_acts_and_when() -> None:
    found = 0
    silent = []

    for path in actions_modules():
        for function in public_functions(path):
            found += 1
            named = {argument.arg for argument in function.args.kwonlyargs}
            if not {"by", "at"} <= named or function.args.args:
                silent.append(f"{path.relative_to(ROOT)}:{function.lineno} {function.name}")

    assert found > 10
    assert silent == []


def test_everything_is_caught_in_one_place_only() -> None:
    places = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in [*python_files("services"), *python_files("infra"), *python_files("gateway")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]

    assert len(places) == 1, places
    assert places[0].startswith("services/federation/bus/consumer.py:")


@pytest.mark.parametrize("level", ["municipal", "regional", "national"])
def test_a_process_reads_each_variable_of_its_environment_in_one_place(level: str) -> None:
    read = [
        node.args[0].value
        for path in [*python_files("services/federation"), *python_files(f"services/{level}")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).startswith("env.")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]

    assert {"ZENNE_PARTICIPANT", "ZENNE_AUDIENCE"} <= set(read)
    assert sorted(read) == sorted(set(read))


@pytest.mark.parametrize(
    "word", [r"\bTODO\b", r"\bFIXME\b", r"verify\s*=\s*False", r"CERT_NONE", r"check_hostname\s*=\s*False"]
)
def test_no_code_holds(word: str) -> None:
    here = pathlib.Path(__file__)

    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("*.py")
        if path != here
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if re.search(word, line)
    ]

    assert found == []


def test_no_test_sleeps_or_is_skipped() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files("tests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in {"time.sleep", "pytest.skip", "pytest.xfail", "pytest.importorskip"}
        )
        or (
            isinstance(node, ast.Attribute)
            and ast.unparse(node) in {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}
        )
    ]

    assert [place for place in found if not place.startswith("tests/plugins/waiting.py")] == []


DONE_AGAIN = {
    "portal/header.html": "the language of the pages",
    "portal/account.html": "logging out",
    "desk/accesses.html": "a search",
    "desk/cases.html": "a search",
    "referrals/dossier.html": "why a file is opened",
    "referrals/wizard.html": "a step that keeps what was answered last",
    "referrals/_step_consent.html": "a step that keeps what was answered last",
    "referrals/_step_what.html": "a step that keeps what was answered last",
    "search/purpose.html": "why one searches",
    "search/rows.html": "a search",
    "search/search.html": "a search",
    "tables/question.html": "a question that is kept as it was written last",
}
"""Templates with forms that may be sent again: what is done twice is as if it was done once."""


def test_every_form_that_acts_is_done_once() -> None:
    forms = {}
    for path in tracked("*.html"):
        text = path.read_text(encoding="utf-8")
        found = text.count('method="post"')
        if found:
            forms["/".join(path.parts[-2:])] = found - len(re.findall(r"{% csrf_token %}{% once( [a-z_.]+)? %}", text))

    assert len(forms) > 30
    assert {name for name, without in forms.items() if without} == set(DONE_AGAIN)


def test_a_form_with_fields_says_which_form_keeps_its_key_when_it_is_refused() -> None:
    bare = re.compile(r"{% once %}(?:(?!</form>).)*?(?:{{ ([a-z_.]*form[a-z_.]*) }}|{% field )", re.DOTALL)
    fields = [path.name for path in tracked("*.html") if bare.search(path.read_text(encoding="utf-8"))]

    assert fields == []


def test_migrations_say_what_they_do() -> None:
    assert [path for path in tracked("*.py") if re.search(r"/migrations/\d+_(auto|alter_.*_and_more)", str(path))] == []


def test_every_decision_is_listed_and_has_its_five_parts() -> None:
    folder = ROOT / "services/decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")

    for page in sorted(folder.glob("0*.md")):
        text = page.read_text(encoding="utf-8")
        assert page.name in listed
        assert text.startswith(f"# {page.name[:4]}. ")
        for part in ("Status: ", "## Context", "## Decision", "## Consequences", "## Rejected"):
            assert part in text, (page.name, part)


def test_every_suite_is_run_by_make_test() -> None:
    """A folder of tests that no suite names would never run, and nobody would miss it."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    run = {place for line in re.findall(r"^IN_\w+ := (.*)$", makefile, re.MULTILINE) for place in line.split()}
    elsewhere = {"tests/architecture", "tests/bench"}  # make check; make bench

    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")]
    forgotten = [file for file in files if not any(file.startswith(f"{place}/") for place in run | elsewhere)]

    assert len(files) > 100
    assert forgotten == []
