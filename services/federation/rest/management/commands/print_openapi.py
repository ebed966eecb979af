"""Prints the descriptions of a service's APIs into `schemas/openapi`, or checks that they are up to date."""

import pathlib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import module_loading

from federation.rest import openapi

FOLDER = pathlib.Path(__file__).parents[5] / "schemas" / "openapi"


class Command(BaseCommand):
    """Writes one file an API; with `--check` writes none and fails when one differs."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--check`, and the folder to write to."""
        parser.add_argument("--check", action="store_true", help="only say whether the files are up to date")
        parser.add_argument("--folder", type=pathlib.Path, default=FOLDER, help="where the files are")

    def handle(self, *arguments: Any, **options: Any) -> None:
        """Print every API that the settings name; raise CommandError when `--check` finds a difference."""
        del arguments
        stale = []
        for described in settings.DESCRIBED_APIS:
            api: openapi.Api = module_loading.import_string(described)
            path = options["folder"] / f"{api.name}.v{api.major}.yaml"
            text = openapi.printed(api)
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                continue
            stale.append(path.name)
            if not options["check"]:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        if stale and options["check"]:
            message = f"Not as the code says: {', '.join(stale)}. Print them: python -m municipal.manage print_openapi"
            raise CommandError(message)
        self.stdout.write(f"{len(stale)} of {len(settings.DESCRIBED_APIS)} descriptions changed.")
