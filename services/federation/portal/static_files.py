"""Style sheets and scripts under addresses that change with their content, without a build step."""

import functools
import hashlib
import pathlib
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class OwnApps(finders.AppDirectoriesFinder):
    """Finds the files of our own apps; what libraries bring along for pages of theirs is not served."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Will look into the library's apps and the service's own."""
        del arguments, named
        own = ("federation.", settings.ROOT_URLCONF.partition(".")[0] + ".")
        super().__init__([config.name for config in apps.get_app_configs() if config.name.startswith(own)])


class Named(StaticFilesStorage):
    """Adds a file's digest to its address, so that a browser may keep it for a year."""

    def url(self, name: str | None) -> str:
        """Return the address of a static file; raise FileNotFoundError where there is none."""
        return f"{super().url(name)}?v={_digest(name or '')}"


@functools.cache
def _digest(name: str) -> str:
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(name)
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()[:12]
