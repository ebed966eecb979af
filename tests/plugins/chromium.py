"""A real browser for tests of pages: Debian's chromium, which trusts the authority of the instance, and verifies it.

    with sync_playwright() as playwright, chromium.running(playwright, stack.ca, folder) as browser:
        context = browser.new_context(locale="nl-BE")

Chromium on Linux reads which authorities a user adds from the NSS database in his home; so the browser gets a home of
its own with that one authority in it. Names under .localhost it resolves by itself.
"""

import contextlib
import os
import pathlib
import subprocess
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Playwright

BINARY = "/usr/bin/chromium"
ARGUMENTS = ("--disable-dev-shm-usage", "--disable-gpu")
AS_ROOT = ("--no-sandbox",)
"""Chromium's sandbox refuses to run as root, as it is in containers."""


@contextlib.contextmanager
def running(playwright: Playwright, ca: pathlib.Path | None, home: pathlib.Path, *more: str) -> Iterator[Browser]:
    """Run a browser with the new folder `home` that trusts the authority in `ca`, None for no authority of ours.

    `more` are further arguments of its command line.
    """
    browser = playwright.chromium.launch(**_started(ca, home, *more))
    try:
        yield browser
    finally:
        browser.close()


@contextlib.contextmanager
def kept(playwright: Playwright, ca: pathlib.Path, home: pathlib.Path) -> Iterator[BrowserContext]:
    """Run a browser as people have it: what it keeps between two days of work stands in files in `home`."""
    options = {**_started(ca, home), "locale": "nl-BE"}
    context = playwright.chromium.launch_persistent_context(home / "profile", **options)
    try:
        yield context
    finally:
        context.close()


def _started(ca: pathlib.Path | None, home: pathlib.Path, *more: str) -> dict[str, Any]:
    _trust(ca, home)
    values = {"HOME": str(home), "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}
    arguments = [*ARGUMENTS, *more, *(AS_ROOT if os.geteuid() == 0 else ())]
    return {"executable_path": BINARY, "args": arguments, "env": values}


def _trust(ca: pathlib.Path | None, home: pathlib.Path) -> None:
    folder = home / ".pki" / "nssdb"
    folder.mkdir(parents=True, mode=0o700)
    database = ["-d", f"sql:{folder}"]
    subprocess.run(["certutil", "-N", *database, "--empty-password"], check=True)
    if ca is not None:
        added = ["-A", *database, "-n", "an instance of Zenne", "-t", "C,,", "-i", str(ca)]
        subprocess.run(["certutil", *added], check=True)
