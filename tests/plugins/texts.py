"""The texts of pages in four languages: found, merged into each app's po files, compiled, and judged.

    python -m texts merge      finds texts in code and templates, and puts new ones into the po files (make messages)
    python -m texts compile    makes the mo files that the services read, where a po file has changed

English stands in the code; `locale/{nl,fr,de}/LC_MESSAGES/django.po` of each app has the other three. The first line of
a refusal's docstring is a text too: it is what a person reads when the rules say no.
"""

import argparse
import ast
import functools
import io
import pathlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import django
from babel.messages import Catalog, extract, mofile, pofile
from django.apps import apps
from django.template.engine import Engine
from django.templatetags import i18n

import municipal_environment

ROOT = pathlib.Path(__file__).parents[2]
SERVICES = ROOT / "services"
LEVELS = ("municipal", "regional", "national")
LANGUAGES = {"nl": "(n != 1)", "fr": "(n > 1)", "de": "(n != 1)"}
"""Each language with its rule of the plural."""
READ_BY_PEOPLE = (
    "federation/custody",
    "federation/identity/actor.py",
    "federation/identity/login.py",
    "federation/portal",
)
"""Parts of the library whose refusals reach people; those of seals and the bus reach operators, in English."""

KEYWORDS: dict[str, Any] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")

Text = tuple[str, str, str]
"""Context, singular and plural; "" for none."""


def places() -> dict[pathlib.Path, list[pathlib.Path]]:
    """Return each folder `locale` with the folders and files whose texts it holds.

    The whole library has one; each app of a level has its own; a level's own files have that of the level.
    """
    found = {SERVICES / "federation/portal/locale": [SERVICES / "federation"]}
    for level in LEVELS:
        found[SERVICES / level / "locale"] = sorted((SERVICES / level).glob("*.py"))
        for app in sorted((SERVICES / level).glob("*/__init__.py")):
            found[app.parent / "locale"] = [app.parent]
    return found


def texts(sources: Sequence[pathlib.Path]) -> dict[Text, None]:
    """Return the texts of `sources`, in the order of files and lines."""
    found: dict[Text, None] = {}
    for source in sources:
        files = [source] if source.is_file() else sorted(path for path in source.rglob("*") if path.is_file())
        for path in files:
            reader = READERS.get(path.suffix)
            if reader is not None and "migrations" not in path.parts:
                found.update(dict.fromkeys(reader(path)))
    return found


def _in_code(path: pathlib.Path) -> Iterator[Text]:
    content = path.read_bytes()
    for _, _, words, _, context in sorted(
        ((line, "", words, comments, context) for line, words, comments, context in _extracted(content)),
        key=lambda one: one[0],
    ):
        singular, plural = words if isinstance(words, tuple) else (words, "")
        yield context or "", singular, plural
    if path.relative_to(SERVICES).parts[0] in LEVELS or str(path.relative_to(SERVICES)).startswith(READ_BY_PEOPLE):
        yield from _titles(content)


def _extracted(content: bytes) -> list[tuple[int, Any, Any, str | None]]:
    return list(extract.extract("python", io.BytesIO(content), keywords=KEYWORDS))


def _titles(content: bytes) -> Iterator[Text]:
    """Yield the titles of refusals: the first line of the docstring of a class with a kind, its own or its base's."""
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.ClassDef) and is_refusal(node):
            title = (ast.get_docstring(node) or "").strip().splitlines()[0].rstrip(".")
            yield "", title, ""


def is_refusal(node: ast.ClassDef) -> bool:
    """Say whether a class of the services is a refusal: it says of what kind, or its base does."""
    return not _with_kind(SERVICES).isdisjoint({node.name, *_bases(node)})


@functools.cache
def _with_kind(services: pathlib.Path) -> frozenset[str]:
    """Return the names of all classes of the services that say what kind of refusal they are."""
    parsed = (ast.parse(path.read_bytes()) for path in services.rglob("*.py"))
    return frozenset(
        node.name
        for tree in parsed
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(_is_kind(part) for part in node.body)
    )


def _bases(node: ast.ClassDef) -> set[str]:
    return {ast.unparse(base).rpartition(".")[2] for base in node.bases}


def _is_kind(part: ast.stmt) -> bool:
    return (
        isinstance(part, ast.Assign)
        and ast.unparse(part.targets[0]) == "kind"
        and re.fullmatch(r"(errors\.)?(Error)?Kind\.[A-Z_]+", ast.unparse(part.value)) is not None
    )


def _in_template(path: pathlib.Path) -> Iterator[Text]:
    source = path.read_text(encoding="utf-8")
    whole: Any = _engine(SERVICES).from_string(source).nodelist
    for node in whole.get_nodes_by_type((i18n.TranslateNode, i18n.BlockTranslateNode)):
        context = str(node.message_context.resolve({})) if node.message_context else ""
        if isinstance(node, i18n.TranslateNode):
            yield context, str(node.filter_expression.var.literal).replace("%", "%%"), ""
        else:
            singular, _ = node.render_token_list(node.singular)
            plural = node.render_token_list(node.plural)[0] if node.plural else ""
            yield context, singular, plural


READERS: dict[str, Callable[[pathlib.Path], Iterator[Text]]] = {".py": _in_code, ".html": _in_template}


@functools.cache
def _engine(services: pathlib.Path) -> Engine:
    """Return an engine that reads the templates of every level."""
    if not apps.ready:
        municipal_environment.set_environment()
        django.setup()
    own = {path.stem: _module(path) for path in services.glob("*/*/templatetags/*.py") if path.stem != "__init__"}
    its = {name: f"django.templatetags.{name}" for name in ("i18n", "static", "l10n", "tz", "cache")}
    return Engine(libraries=its | own)


def _module(path: pathlib.Path) -> str:
    return ".".join(path.relative_to(SERVICES).with_suffix("").parts)


def catalog(locale: pathlib.Path, language: str) -> Catalog:
    """Return what a po file holds, nothing where there is none."""
    path = po_file(locale, language)
    if not path.exists():
        return Catalog()
    with path.open("rb") as file:
        return pofile.read_po(file)


def po_file(locale: pathlib.Path, language: str) -> pathlib.Path:
    """Return the path of a po file."""
    return locale / language / "LC_MESSAGES" / "django.po"


def merge() -> list[pathlib.Path]:
    """Put new texts into the po files and take lost ones out; return the files that changed."""
    changed = []
    for locale, sources in places().items():
        wanted = texts(sources)
        for language in LANGUAGES:
            path = po_file(locale, language)
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            after = _printed(wanted, catalog(locale, language), language) if wanted else ""
            if after == before:
                continue
            changed.append(path)
            if wanted:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(after, encoding="utf-8")
            else:
                path.unlink()
    return changed


def _printed(wanted: dict[Text, None], known: Catalog, language: str) -> str:
    """Return a po file without places, dates and names: what changes in it is texts alone."""
    made = Catalog()
    for context, singular, plural in wanted:
        old = known.get(singular, context or None)
        words: Any = (singular, plural) if plural else singular
        string: Any = old.string if old and bool(old.pluralizable) == bool(plural) else ("", "") if plural else ""
        flags = old.flags & {"fuzzy"} if old else set()
        made.add(words, string, context=context or None, flags=flags)
    body = io.BytesIO()
    pofile.write_po(body, made, width=118, omit_header=True, no_location=True)
    head = [
        "Content-Type: text/plain; charset=utf-8",
        f"Language: {language}",
        f"Plural-Forms: nplurals=2; plural={LANGUAGES[language]};",
    ]
    lines = "".join(f'"{line}\\n"\n' for line in head)
    return f'msgid ""\nmsgstr ""\n{lines}\n{body.getvalue().decode().strip()}\n'


def compile_changed() -> int:
    """Make the mo file of every po file that is newer; return how many."""
    made = 0
    for path in SERVICES.glob("*/**/locale/*/LC_MESSAGES/django.po"):
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime_ns < path.stat().st_mtime_ns:
            with path.open("rb") as file:
                read = pofile.read_po(file)
            written = io.BytesIO()
            mofile.write_mo(written, read)
            compiled.write_bytes(written.getvalue())
            made += 1
    return made


def faults() -> list[str]:
    """Return what is wrong with the texts, a line each: missing, left over, empty, fuzzy, other placeholders."""
    return [
        f"{po_file(locale, language).relative_to(ROOT)}: {fault}"
        for locale, sources in places().items()
        for wanted in [texts(sources)]
        for language in LANGUAGES
        for fault in faults_of(wanted, catalog(locale, language))
    ]


def faults_of(wanted: dict[Text, None], known: Catalog) -> Iterator[str]:
    """Yield what is wrong with the translations `known` of the texts `wanted`."""
    held = {(message.context or "", *_both(message.id)): message for message in known if message.id}
    for text in wanted:
        message = held.pop(text, None)
        if message is None:
            yield f"missing (make messages): {text[1]!r}"
            continue
        if message.fuzzy:
            yield f"fuzzy: {text[1]!r}"
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if not all(strings):
            yield f"empty: {text[1]!r}"
        elif any(_placeholders(string or "") != _placeholders(text[2] or text[1]) for string in strings):
            yield f"other placeholders: {text[1]!r}"
    for text in held:
        yield f"left over (make messages): {text[1]!r}"


def _both(words: Any) -> tuple[str, str]:
    return (words[0], words[1]) if isinstance(words, tuple | list) else (words, "")


def _placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def main(arguments: Sequence[str] | None = None) -> int:
    """Merge or compile the texts."""
    parser = argparse.ArgumentParser(prog="python -m texts", description=main.__doc__)
    parser.add_argument("act", choices=["merge", "compile"])
    chosen = parser.parse_args(arguments)
    if chosen.act == "merge":
        for path in merge():
            print(path.relative_to(ROOT))
    else:
        compile_changed()
    return 0


if __name__ == "__main__":
    sys.exit(main())
