"""Prints the schema of the graph into `schemas/graphql/regional.graphql`, or checks that it is up to date."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from graphql import print_schema

from federation.contracts import schemas
from regional.search import graph

PATH = schemas.FOLDER / "graphql" / "regional.graphql"


class Command(BaseCommand):
    """Writes the schema; with `--check` writes nothing and fails when it differs."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--check`."""
        parser.add_argument("--check", action="store_true", help="only say whether the file is up to date")

    def handle(self, *arguments: Any, **options: Any) -> None:
        """Print, or raise CommandError when `--check` finds a difference."""
        del arguments
        text = print_schema(graph.SCHEMA.graphql_schema) + "\n"
        if PATH.is_file() and PATH.read_text(encoding="utf-8") == text:
            return
        if options["check"]:
            message = f"{PATH.name} is not as the code says. Print it: make schemas"
            raise CommandError(message)
        PATH.write_text(text, encoding="utf-8")
