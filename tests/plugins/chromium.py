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

from playwright.sync_api import Browser, Playwright

BINARY = "/usr/bin/chromium"
ARGUMENTS = ("--disable-dev-shm-usage", "--disable-gpu")
AS_ROOT = ("--no-sandbox",)
"""Chromium's sandbox refuses to run as root, as it is in containers."""


@contextlib.contextmanager
def running(playwright: Playwright, ca: pathlib.Path | None, home: pathlib.Path) -> Iterator[Browser]:
    """Run a browser with the new folder `home` that trusts the authority in `ca`, None for no authority of ours."""
    _trust(ca, home)
    arguments = [*ARGUMENTS, *(AS_ROOT if os.geteuid() == 0 else ())]
    values = {"HOME": str(home), "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"}
    browser = playwright.chromium.launch(executable_path=BINARY, args=arguments, env=dict(values))
    try:
        yield browser
    finally:
        browser.close()


def _trust(ca: pathlib.Path | None, home: pathlib.Path) -> None:
    folder = home / ".pki" / "nssdb"
    folder.mkdir(parents=True, mode=0o700)
    database = ["-d", f"sql:{folder}"]
    subprocess.run(["certutil", "-N", *database, "--empty-password"], check=True)
    if ca is not None:
        added = ["-A", *database, "-n", "an instance of Zenne", "-t", "C,,", "-i", str(ca)]
        subprocess.run(["certutil", *added], check=True)
