"""Commands of the national level: `python -m national.manage <command>`, with its environment."""

import os
import sys

from django.core import management


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "national.settings")
    management.execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
