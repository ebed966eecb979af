"""Secrets of one participant as files of its own folder: read, or made when they are missing."""

import os
import pathlib
import secrets

from steward.changes import FilesContradict, Journal


def read(path: pathlib.Path) -> str:
    """Return the secret in the file at `path`; refuse when it is missing, empty or open to others."""
    try:
        mode = path.stat().st_mode
        content = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise FilesContradict(message) from None
    if mode & 0o077:
        message = f"{path}: others may read it (its mode must be 0600)"
        raise FilesContradict(message)
    if not content:
        message = f"{path}: is empty"
        raise FilesContradict(message)
    return content


def secret_of(path: pathlib.Path, journal: Journal) -> str:
    """Return the secret in the file at `path`, made now if there is none.

    A new file belongs to the folder's owner: the participant reads it, whoever runs the bootstrap.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32))
        owner = path.parent.stat()
        if os.geteuid() == 0:
            os.chown(path, owner.st_uid, owner.st_gid)
        journal.note(f"+ secret {path.name}")
    return read(path)
