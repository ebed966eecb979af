"""Commands of one region: `python -m regional.manage <command>`, with its environment."""

import os
import sys

from django.core import management


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regional.settings")
    management.execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
