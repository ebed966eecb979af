"""`python -m local COMMAND`: what the Makefile calls. What stands in the way is one clear line and exit code 1."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from local import commands, instances, machine, postgres, status, tenants


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command on one instance; return the exit code."""
    chosen = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    # A shell that starts us in the background has Ctrl-C ignored; who interrupts this very process means it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _run(chosen, instances.find(chosen.instance))
    except machine.CannotGoOn as obstacle:
        sys.stderr.write(f"{obstacle}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return 130


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local")
    parser.add_argument("--instance", default=os.environ.get("ZENNE_INSTANCE") or "demo")
    commands_ = parser.add_subparsers(dest="command", required=True)
    for name, help_ in {
        "up": "start what is missing, apply what changed",
        "down": "end every process; the data stays",
        "clean": "end every process and delete the instance",
        "show": "addresses and demo users",
        "database": "the database server's administrator, for suites: user:password@host:port",
        "status": "each component, its port, its memory, the oldest unreceipted message",
    }.items():
        commands_.add_parser(name, help=help_)
    commands_.choices["up"].add_argument("--servers", action="store_true", help="the servers only, no participant")
    environment = commands_.add_parser("env", help="the environment of a participant, as lines NAME=value")
    environment.add_argument("participant")
    manage = commands_.add_parser("manage", help="a management command of a participant, in its environment")
    manage.add_argument("participant")
    manage.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


def _run(chosen: argparse.Namespace, instance: instances.Instance) -> int:
    match chosen.command:
        case "up":
            commands.up(instance, servers_only=chosen.servers)
        case "down":
            commands.down(instance)
        case "clean":
            commands.clean(instance)
        case "status":
            sys.stdout.writelines(line + "\n" for line in status.lines(instance, tenants.load()))
            return 0 if status.is_whole(instance) else 1
        case "database":
            print(postgres.administrator(instance))
        case "show":
            commands.show(instance)
        case "env":
            for name, value in commands.environment(instance, chosen.participant).items():
                sys.stdout.write(f"{name}={value}\n")
        case "manage":
            return commands.manage(instance, chosen.participant, chosen.arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
