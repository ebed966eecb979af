"""Why a message could not be taken reads in words: the operator gets the code of whatever refusal a handler raises."""

import ast
import functools
import re

import texts
from federation.contracts import codes

BEFORE_A_HANDLER = (
    "federation.bus.consumer._apply",
    "federation.bus.consumer._handle",
    "federation.bus.opening.admit",
)
"""What opens, reads and orders a message before its handler gets it."""


@functools.cache
def defined(module: str) -> dict[str, ast.AST]:
    """Return what stands at the top of a module of ours, by name; nothing for one of others."""
    path = texts.SERVICES / module.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not file.is_file():
        return {}
    found: dict[str, ast.AST] = {}
    for node in ast.parse(file.read_bytes()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {one.id: node for one in targets if isinstance(one, ast.Name)}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {one.asname or one.name: node for one in node.names}
    return found


def resolved(name: str) -> tuple[str, str] | None:
    """Return the module and the name where something of ours is defined, however it was imported; None for others."""
    module, _, last = name.rpartition(".")
    found = defined(module).get(last) if module else None
    if isinstance(found, ast.ImportFrom):
        return resolved(_imported(found, last))
    return (module, last) if found else None


def _imported(node: ast.ImportFrom, name: str) -> str:
    return next(f"{node.module}.{one.name}" for one in node.names if name in (one.asname, one.name))


def meant(node: ast.AST, module: str) -> str:
    """Return the full name of what dots name, seen from a module; "" for something of the moment."""
    if isinstance(node, ast.Attribute):
        before = meant(node.value, module)
        return f"{before}.{node.attr}" if before else ""
    found = defined(module).get(node.id) if isinstance(node, ast.Name) else None
    if isinstance(found, ast.ImportFrom):
        return _imported(found, node.id)
    return f"{module}.{node.id}" if found else ""


def reached(starts: list[str]) -> set[tuple[str, str]]:
    """Return what `starts` name of the tops of our modules, what these name, and so on."""
    waiting, seen = list(starts), set()
    while waiting:
        found = resolved(waiting.pop())
        if found and found not in seen:
            seen.add(found)
            module, name = found
            waiting += [one for node in ast.walk(defined(module)[name]) if (one := meant(node, module))]
    return seen


def handlers() -> list[str]:
    """Return every function that gets messages off the bus."""
    files = [*texts.SERVICES.glob("*/handlers.py"), *texts.SERVICES.glob("*/*/handlers.py")]
    return [
        f"{'.'.join(path.relative_to(texts.SERVICES).with_suffix('').parts)}.{node.name}"
        for path in files
        for node in ast.parse(path.read_bytes()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("on_")
    ]


NOT_OF_A_MESSAGE = {
    # a person types it: `trust_peer`
    *("FingerprintDiffers", "ParticipantUnknown"),
    # our own settings, and what we send ourselves
    *("TenantFileInvalid", "TooLarge", "MissingPermission"),
    # where it is found it becomes `kid`, `sealInvalid` or `messageMalformed`
    *("EncryptionKeyUnknown", "JsonRefused"),
    # our own rows, which a message finds by the referral: what is missing there is our mistake
    *("CaseNotFound", "ConsentNotFound", "PersonUnknown", "CustodyAcquired", "CustodyRowNotOpen"),
    # what somebody here gives in, or asks for on a page
    *("ConsentNotStanding", "EntryInvalid", "TeamUnknown", "YearNotFound", "ReleaseNotFound"),
}
"""Refusals that the names lead to, and no message does."""


def refusals() -> set[str]:
    """Return the classes of the refusals that handlers, and what comes before them, name."""
    named = [(name, defined(module)[name]) for module, name in reached([*handlers(), *BEFORE_A_HANDLER])]
    return {name for name, node in named if isinstance(node, ast.ClassDef) and texts.is_refusal(node)}


def code_of(name: str) -> str:
    return name[0].lower() + name[1:]


def test_every_refusal_of_a_message_reads_in_words():
    wordless = {one for one in refusals() - NOT_OF_A_MESSAGE if code_of(one) not in codes.codes("refusal-reason")}

    assert wordless == set()


def test_the_way_to_a_refusal_is_found_and_no_exception_is_left_over():
    assert len(handlers()) > 20
    assert {"ReferralStateConflict", "DossierMalformed", "SeqReused", "YearReleased", "VersionReused"} <= refusals()
    assert refusals() >= NOT_OF_A_MESSAGE
    assert not {code_of(one) for one in NOT_OF_A_MESSAGE} & codes.codes("refusal-reason")


def test_what_the_bus_itself_writes_as_a_reason_reads_in_words():
    """The reasons that are no refusal of a rule: text constants of the bus."""
    bus = texts.SERVICES / "federation" / "bus"
    opened = re.findall(r'NotOpened\("(\w+)"', (bus / "opening.py").read_text(encoding="utf-8"))
    held = re.findall(r'State\.HELD, "(\w+)"', (bus / "sequence.py").read_text(encoding="utf-8"))

    assert len(opened) > 4
    assert held
    assert {*opened, *held, "eventIdReused", "unexpected"} <= codes.codes("refusal-reason")
