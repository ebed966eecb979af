"""`python -m stories --instance demo`: tell the story on a running instance, then say where to look."""

import argparse
import json
import sys
import time

from local import instances
from stories import chapters, figures, partner_table, region
from stories.operator import LocalOperator
from stories.telling import StoryFalse, Teller
from stories.towns import Town, Unexpected


def main() -> int:
    """Tell the story; return 1 when a statement of it is false."""
    parser = argparse.ArgumentParser(prog="make demo", description=main.__doc__)
    parser.add_argument("--instance", default="demo")
    instance = instances.find(parser.parse_args().instance)
    demo = json.loads((instance.folder / "demo.json").read_text(encoding="utf-8"))
    cast = chapters.Cast(Town(demo, "vilvoorde"), Town(demo, "molenbeek"), LocalOperator(instance))
    told = Teller()
    began = time.monotonic()
    try:
        beyond = (figures.a_year_in_figures, region.the_silent_one_is_found, partner_table.a_partner_table)
        for chapter in (*chapters.CHAPTERS, *beyond):
            chapter(told, cast)
    except (StoryFalse, Unexpected) as untrue:
        sys.stderr.write(f"\nThe story is not true: {untrue}\n")
        return 1
    sys.stdout.write(f"\n{told.statements} statements, all true, {time.monotonic() - began:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
