"""Who we are: this participant's id, its own keys, and the life (epoch) of its database.

Looked up at every call from the settings, so that one process can play several participants.
"""

import functools
import pathlib
from typing import TypeVar

from django.conf import settings
from django.utils import module_loading

from federation.bus.models import Epoch
from federation.contracts import tenant_file
from federation.seals import keys

T = TypeVar("T")


def participant() -> str:
    """Return the id of the participant whose process this is."""
    name: str = settings.PARTICIPANT
    return name


def keyring() -> keys.KeyRing:
    """Return this participant's own keys; read again when a key was made or destroyed."""
    folder = pathlib.Path(settings.KEYS_FOLDER)
    return _keyring(folder, folder.stat().st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _keyring(folder: pathlib.Path, _changed: int) -> keys.KeyRing:
    return keys.KeyRing.load(folder)


def tenant() -> tenant_file.TenantFile:
    """Return our own tenant file; read again when it was changed."""
    path = pathlib.Path(settings.TENANT_FILE)
    return _tenant(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=8)
def _tenant(path: pathlib.Path, _changed: int) -> tenant_file.TenantFile:
    return tenant_file.load(path)


def epoch() -> int:
    """Return the number of this database's present life, which every statement carries.

    The first life has no row: the table names those that a restore began.
    """
    return Epoch.objects.order_by("-number").values_list("number", flat=True).first() or 1


def named(path: str) -> object:
    """Return what a dotted path of the settings names."""
    return module_loading.import_string(path)


def setting(name: str, default: T) -> T:
    """Return a setting of the bus, or its default."""
    value: T = getattr(settings, name, default)
    return value
