"""Commands of one municipality: `python -m municipal.manage <command>`, with that town's environment."""

import os
import sys

from django.core import management


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "municipal.settings")
    management.execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
