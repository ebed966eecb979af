"""The command line: `python -m steward check | federation | search | bootstrap ID | tenant ID`. See README.md."""

import argparse
import pathlib
import sys
from collections.abc import Callable, Sequence

from federation import clock, env
from federation.contracts import tenant_file
from federation.contracts.tenant_file import TenantFile, TenantFileInvalid
from federation.errors import DomainError
from steward import rules, settings
from steward.changes import FilesContradict, Journal

DONE, REFUSED, WRONG_CALL, DIFFERS = 0, 1, 2, 3

FEDERATION_STEPS = ("key", "certificates", "topics", "access", "directory")
TENANT_STEPS = ("database", "realm")


def main(arguments: Sequence[str] | None = None) -> int:
    """Will run one command and return its exit code."""
    call = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = call.command
    try:
        return command(call)
    except TenantFileInvalid as invalid:
        return _refused([str(finding) for finding in invalid.findings])
    except DomainError as refusal:
        return _refused([f"{call.name}: {refusal.detail}"])
    except env.SettingMissing as missing:
        return _refused([str(missing)], code=WRONG_CALL)


def check(call: argparse.Namespace) -> int:
    """Will say whether the tenant files follow the schema and fit together."""
    for path in call.files:
        tenant_file.load(path)
    tenants = {} if call.files else _tenants()
    for finding in rules.one_sided(tenants):
        _say(f"note: {finding}")
    _say(f"check: {len(call.files or tenants)} tenant files in order")
    return DONE


def federation(call: argparse.Namespace) -> int:
    """Will bring the bus and the directory in line with all tenant files."""
    from steward import shared  # noqa: PLC0415 -- `check` needs no client library

    journal = Journal(call.dry_run, _say)
    shared.run(_tenants(), call.only, journal, clock.now())
    return _ended("federation", journal)


def search(call: argparse.Namespace) -> int:
    """Will bring OpenSearch in line with the regions that it holds."""
    from steward.search import reconcile  # noqa: PLC0415

    regions = {tenant.id for tenant in _tenants().values() if tenant.level == "regional"}
    if strangers := sorted(set(call.regions) - regions):
        message = f"{', '.join(strangers)} is no region with a tenant file"
        raise FilesContradict(message)
    journal = Journal(call.dry_run, _say)
    reconcile.run(call.regions or regions, journal)
    return _ended("search", journal)


def bootstrap(call: argparse.Namespace) -> int:
    """Will make one participant's empty database and empty realm, as the administrator of the servers."""
    from steward import participant  # noqa: PLC0415

    journal = Journal(call.dry_run, _say)
    participant.bootstrap(_one(call.id), call.only, journal)
    return _ended(f"bootstrap {call.id}", journal)


def tenant(call: argparse.Namespace) -> int:
    """Will bring one participant's database and realm in line, with that participant's own credentials."""
    from steward import participant  # noqa: PLC0415

    journal = Journal(call.dry_run, _say)
    participant.reconcile(_one(call.id), call.only, call.users, journal)
    return _ended(f"tenant {call.id}", journal)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="steward", description="Bring the components in line with the tenant files.")
    commands = parser.add_subparsers(dest="name", required=True)

    one = commands.add_parser("check", help=check.__doc__)
    one.add_argument("files", nargs="*", type=pathlib.Path, metavar="FILE")
    one.set_defaults(command=check)

    one = commands.add_parser("federation", help=federation.__doc__)
    one.add_argument("--only", type=_steps(FEDERATION_STEPS), default=FEDERATION_STEPS, metavar="STEP,…")
    one.set_defaults(command=federation)

    one = commands.add_parser("search", help=search.__doc__)
    one.add_argument("regions", nargs="*", metavar="REGION", help="the regions that this server holds: all, if none")
    one.set_defaults(command=search)

    for name, command in (("bootstrap", bootstrap), ("tenant", tenant)):
        one = commands.add_parser(name, help=command.__doc__)
        one.add_argument("id")
        one.add_argument("--only", type=_steps(TENANT_STEPS), default=TENANT_STEPS, metavar="STEP,…")
        one.set_defaults(command=command)
    one.add_argument("--users", type=pathlib.Path, metavar="FILE", help="people to make, with their passwords")

    for name in ("federation", "search", "bootstrap", "tenant"):
        commands.choices[name].add_argument(
            "--dry-run", action="store_true", help="print the difference, write nothing"
        )
    return parser


def _steps(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    def chosen(text: str) -> tuple[str, ...]:
        named = text.split(",")
        if set(named) - set(known):
            message = f"the steps are {', '.join(known)}"
            raise argparse.ArgumentTypeError(message)
        return tuple(step for step in known if step in named)

    return chosen


def _tenants() -> dict[str, TenantFile]:
    """Return all participants; refuse when the files contradict each other, or when there is none."""
    folder = settings.tenants_folder()
    tenants = tenant_file.load_folder(folder)
    if not tenants:
        # An empty folder would mean: nobody may do anything. A wrong path is likelier.
        message = f"{folder} holds no tenant file"
        raise FilesContradict(message)
    findings = rules.contradictions(tenants)
    if findings:
        raise TenantFileInvalid(findings)
    return tenants


def _one(participant: str) -> TenantFile:
    tenants = _tenants()
    if participant not in tenants:
        message = f"there is no {participant}.yaml in {settings.tenants_folder()}"
        raise FilesContradict(message)
    return tenants[participant]


def _ended(name: str, journal: Journal) -> int:
    count = len(journal.lines)
    _say(f"{name}: {count} change{'' if count == 1 else 's'}{' to make' if journal.dry_run else ''}")
    return DIFFERS if journal.dry_run and count else DONE


def _refused(lines: list[str], code: int = REFUSED) -> int:
    for line in lines:
        sys.stderr.write(f"{line}\n")
    return code


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
