"""The icons and the small custody line, put into the page as they are: no file to fetch, no script, any colour."""

import functools
import pathlib
import re

FILE = pathlib.Path(__file__).with_name("icons.svg")
SYMBOL = re.compile(
    r'<symbol id="([a-z-]+)" viewBox="([\d ]+)"(?: preserveAspectRatio="none")?>(.*?)</symbol>', re.DOTALL
)


class NoSuchDrawing(LookupError):
    """A template asks for a drawing that `icons.svg` does not have."""


def icon(name: str) -> str:
    """Return the icon `name`; a word must stand beside it."""
    box, inner = _drawing(f"i-{name}")
    return f'<svg class="i" aria-hidden="true" focusable="false" viewBox="{box}">{inner}</svg>'


def small_line(name: str) -> str:
    """Return a small custody line; words that say the same must stand beside it."""
    box, inner = _drawing(f"m-{name}")
    return f'<svg class="mini flow" aria-hidden="true" focusable="false" viewBox="{box}">{inner}</svg>'


def reach(name: str) -> str:
    """Return one reach of the large custody line (`s`, `b`, `j`, `r` or `e`), lying and standing."""
    lying, standing = (_drawing(f"{way}-{name}") for way in ("h", "v"))
    return "".join(
        f'<svg class="{way} flow" aria-hidden="true" focusable="false" viewBox="{box}" preserveAspectRatio="none">'
        f"{inner}</svg>"
        for way, (box, inner) in (("h", lying), ("v", standing))
    )


def _drawing(name: str) -> tuple[str, str]:
    found = _drawings().get(name)
    if found is None:
        raise NoSuchDrawing(name)
    return found


@functools.cache
def _drawings() -> dict[str, tuple[str, str]]:
    text = FILE.read_text(encoding="utf-8")
    return {name: (box, inner) for name, box, inner in SYMBOL.findall(text)}
