"""Finds words of a person in bytes, also where they were encoded on the way."""

import base64
import contextlib
import re
import urllib.parse
import zlib
from collections.abc import Iterable, Iterator

GZIP = b"\x1f\x8b\x08"
LARGEST_UNPACKED = 8 * 1024 * 1024
BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
UNICODE_ESCAPE = re.compile(rb"\\u([0-9a-fA-F]{4})")
DEPTH = 3
"""How often something may be wrapped: a gzip in base64 in a JSON string."""


def found(data: bytes, words: Iterable[str]) -> set[str]:
    """Return which of `words` stand in `data`: plain, in any case, URL-coded, JSON-escaped, base64, gzip, or nested."""
    wanted = {word: word.casefold() for word in words}
    hits: set[str] = set()
    for layer in _layers(data, DEPTH):
        text = layer.decode("utf-8", errors="ignore").casefold()
        hits |= {word for word, folded in wanted.items() if folded in text}
        if len(hits) == len(wanted):
            break
    return hits


def _layers(data: bytes, depth: int) -> Iterator[bytes]:
    yield data
    if b"%" in data:
        yield urllib.parse.unquote_to_bytes(data.replace(b"+", b" "))
    if b"\\u" in data:
        yield UNICODE_ESCAPE.sub(lambda match: chr(int(match[1], 16)).encode("utf-8", errors="ignore"), data)
    if depth == 0:
        return
    for unpacked in (*_unzipped(data), *_decoded(data)):
        yield from _layers(unpacked, depth - 1)


def _unzipped(data: bytes) -> Iterator[bytes]:
    at = data.find(GZIP)
    while at != -1:
        with contextlib.suppress(zlib.error):  # three bytes that only look like a beginning
            yield zlib.decompressobj(31).decompress(data[at:], LARGEST_UNPACKED)
        at = data.find(GZIP, at + 1)


def _decoded(data: bytes) -> Iterator[bytes]:
    """Give what base64 runs hold; a run may begin in the middle of the alphabet, so all four starts are tried."""
    for run in BASE64_RUN.finditer(data):
        letters = run[0].rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        for start in range(4):
            part = letters[start:]
            yield base64.b64decode(part[: len(part) - len(part) % 4])
