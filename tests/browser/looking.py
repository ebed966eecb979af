"""What is asked of every page: everybody can read it, whatever the screen, and its title names nobody."""

import pathlib
from typing import Any

import axe_playwright_python

from browser import world
from browser.visitor import DESK, HEIGHT, PHONE, SMALL, Visitor
from browser.visits import Visit

AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"


def at(who: Visitor, visit: Visit, *, axe: bool) -> list[str]:
    """Will look at a page on a desk's screen and on a phone; return what is wrong."""
    status = who.open(visit.path)
    found = [] if status == 200 else [f"answers {status}"]
    return found + around(who, visit.name, visit.language(who.language), axe=axe)


def around(who: Visitor, name: str, speaks: str, *, axe: bool) -> list[str]:
    """Will look at the page as it is now, keep its pictures under `name`, and return what is wrong."""
    found = _frame(who, speaks)
    for width in (DESK, PHONE):
        who.page.set_viewport_size({"width": width, "height": HEIGHT[width]})
        who.shot(name, width)
        if axe:
            who.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            found += [f"{one} ({width} px)" for one in violations(who)]
    if axe:
        who.page.set_viewport_size({"width": SMALL, "height": HEIGHT[SMALL]})
        found += too_wide(who, SMALL)
    return found


def violations(who: Visitor) -> list[str]:
    """Return what axe finds on the page as it is now."""
    if not who.page.evaluate("'axe' in window"):
        who.page.evaluate(AXE)
    result: dict[str, Any] = who.page.evaluate(RUN, RULES)
    return [
        f"{one['id']}: {one['help']}: {'; '.join(str(node['target']) for node in one['nodes'][:3])}"
        for one in result["violations"]
    ]


def _frame(who: Visitor, speaks: str) -> list[str]:
    title, language = who.page.title(), who.page.locator("html").get_attribute("lang")
    found = [f"its title names {name}" for name in world.NAMES if name in title]
    found += [f"its address names {name}" for name in world.NAMES if name in who.page.url]
    found += [] if language == f"{speaks}-BE" else [f"it says that it speaks {language}"]
    found += [] if title.endswith(" - Zenne") and len(title) > len(" - Zenne") else [f"its title is {title!r}"]
    headings = who.page.get_by_role("heading", level=1).count()
    return found + ([] if headings == 1 else [f"it has {headings} main headings"])


def too_wide(who: Visitor, screen: int) -> list[str]:
    """Return what sticks out of a screen, where a person would have to scroll sideways."""
    wide: int = who.page.evaluate("document.documentElement.scrollWidth")
    if wide <= screen:
        return []
    return [f"it is {wide} px wide on a screen of {screen}: {who.page.evaluate(STICKS_OUT, screen)}"]


STICKS_OUT = """width => [...document.querySelectorAll("main *, header *, footer *")]
  .filter(one => one.getBoundingClientRect().right > width + 1 || one.scrollWidth > one.clientWidth + 1)
  .slice(0, 3).map(one => one.outerHTML.slice(0, 120))"""
