"""`python -m browser.pictures`: takes the five pictures of the README from a running demo, in Dutch at 1280 px."""

import argparse
import pathlib
import tempfile

from playwright.sync_api import sync_playwright

import chromium
from browser import story, visitor
from browser.visitor import Visitor
from local import instances
from stack import Stack

SERVICES = pathlib.Path(__file__).parents[2] / "services"
TALL = 800
"""As much of a page as one sees before one scrolls."""


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="make pictures", description=main.__doc__)
    parser.add_argument("--instance", default="demo")
    stack = Stack(instances.find(parser.parse_args().instance))
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        chromium.running(playwright, stack.ca, pathlib.Path(folder) / "home") as browser,
    ):

        def sits_down(user: str, participant: str) -> Visitor:
            found = visitor.arrives(browser, stack, user, participant)
            found.page.set_viewport_size({"width": visitor.DESK, "height": TALL})
            found.log_in()
            return found

        els = sits_down("els.caseworker", "vilvoorde")
        case = story.opens_a_case(els, "Milan")
        story.does_the_work_in_its_order(els)
        referral = story.asks_another_town(els)
        _take(els, "/", "municipal", "my-work")
        _take(els, case, "municipal", "case")
        _take(els, referral, "municipal", "tracker")
        _take(sits_down("rania.coordinator", "brussels"), "/", "regional", "search")
        _take(sits_down("hugo.statistics", "belgium"), "/", "national", "figures")


def _take(who: Visitor, path: str, level: str, name: str) -> None:
    who.open(path)
    folder = SERVICES / level / "manual" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    who.page.screenshot(path=folder / f"{name}.png")


if __name__ == "__main__":
    main()
