"""The one spelling of a digest in messages, records and audit entries."""

import hashlib


def digest(text: str | bytes) -> str:
    """Return `sha256:` and the hexadecimal SHA-256 of `text` (a string counts as its UTF-8 bytes)."""
    return "sha256:" + hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()
