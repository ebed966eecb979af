"""The manual within the program: pages in plain Markdown files, read as they are shown.

A file is `<page>.<language>.md`, in `manual/` of the level (`caseworker.nl.md`) or of the library (`privacy.fr.md`).
Only what our own files use is understood: headings, paragraphs, lists, tables, bold and links. Everything else stays
text, and all of it is escaped.
"""

import functools
import importlib
import itertools
import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

OWN = pathlib.Path(__file__).with_name("manual")
PAGE = re.compile(r"[a-zA-Z-]{2,40}")
KINDS = (
    (re.compile(r"#{1,3} "), "heading"),
    (re.compile(r"- "), "ul"),
    (re.compile(r"\d+\. "), "ol"),
    (re.compile(r"\|"), "table"),
)
LINK = re.compile(r"\[([^\]]+)\]\(((?:/|#|https://|mailto:|tel:)[^)\s]*)\)")
BOLD = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True)
class Page:
    """One page of the manual, in the language in which it is there."""

    title: str
    body: SafeString
    language: str


def find(name: str, *, languages: tuple[str, ...]) -> Page | None:
    """Return the page in the first of `languages` that it is there in, None where there is none."""
    if not PAGE.fullmatch(name):
        return None
    for language, folder in itertools.product(languages, folders()):
        path = folder / f"{name}.{language}.md"
        if path.is_file():
            return _read(path, language)
    return None


def names() -> frozenset[str]:
    """Return the names of all pages."""
    return frozenset(path.name.split(".")[0] for folder in folders() for path in folder.glob("*.*.md"))


@functools.cache
def folders() -> tuple[pathlib.Path, ...]:
    """Return where pages lie: with the level first, then with the library."""
    level = importlib.import_module(settings.ROOT_URLCONF.partition(".")[0])
    return pathlib.Path(str(level.__file__)).with_name("manual"), OWN


@functools.cache
def _read(path: pathlib.Path, language: str) -> Page:
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    return Page(title=first.removeprefix("# ").strip(), body=html(rest), language=language)


def html(text: str) -> SafeString:
    """Return Markdown as HTML."""
    blocks = (block.strip("\n") for block in re.split(r"\n\s*\n", text))
    return mark_safe("\n".join(part for block in blocks if block.strip() for part in _block(block)))  # noqa: S308 -- escaped below


def _block(block: str) -> Iterator[str]:
    lines = block.split("\n")
    kind = next((name for pattern, name in KINDS if pattern.match(lines[0])), "p")
    if kind == "heading":
        level = lines[0].index(" ")
        yield f"<h{level}>{_inline(lines[0][level + 1 :])}</h{level}>"
        if lines[1:]:
            yield from _block("\n".join(lines[1:]))
    elif kind in {"ul", "ol"}:
        items = "".join(f"<li>{_inline(item)}</li>" for item in _items(lines))
        yield f"<{kind}>{items}</{kind}>"
    elif kind == "table":
        yield _table(lines)
    else:
        yield f"<p>{_inline(' '.join(lines))}</p>"


def _items(lines: list[str]) -> list[str]:
    """Return the items of a list; a line that goes on is indented."""
    found: list[str] = []
    for line in lines:
        if line.startswith(" ") and found:
            found[-1] += f" {line.strip()}"
        else:
            found.append(line.split(" ", 1)[-1])
    return found


def _table(lines: list[str]) -> str:
    rows = [[_inline(cell.strip()) for cell in line.strip("|").split("|")] for line in lines]
    head = "".join(f'<th scope="col">{cell}</th>' for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[2:])
    return f'<table class="table-z"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _inline(text: str) -> str:
    return LINK.sub(r'<a href="\2">\1</a>', BOLD.sub(r"<b>\1</b>", escape(text)))
