"""Somebody at a browser: which language he reads, who he is, and which page he has before him."""

import pathlib
import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

import said
from browser.hands import Keyboard, Mouse
from stack import Stack

DESK, PHONE, SMALL = 1280, 390, 320
HEIGHT = {DESK: 900, PHONE: 844, SMALL: 568}
PATIENCE_MS = 60_000
"""What a page may take on a machine that does other things too."""


@dataclass
class Visitor:
    """One person with one tab."""

    stack: Stack
    context: BrowserContext
    language: str
    participant: str
    user: str
    page: Page = field(init=False)
    words: said.In = field(init=False)
    hands: Mouse | Keyboard = field(init=False)

    def __post_init__(self) -> None:
        """Will open the tab; a mouse lies beside it."""
        self.page, self.words = self.context.new_page(), said.In(self.language)
        self.page.set_default_timeout(PATIENCE_MS)
        self.hands = Mouse(self.page)

    def address(self, path: str) -> str:
        """Return the whole address of a path of the participant's pages."""
        return f"{self.stack.url(self.participant)}{path}"

    def open(self, path: str) -> int:
        """Will open a page by its address; return its status."""
        answer = self.page.goto(self.address(path))
        return answer.status if answer else 0

    def log_in(self, path: str = "/") -> None:
        """Will open a page that asks who one is, and say so on the realm's own page."""
        self.open(path)
        password = next(
            one["password"]
            for town in self.stack.demo["participants"]
            if town["id"] == self.participant
            for one in town["users"]
            if one["name"] == self.user
        )
        self.hands.write(LOGIN[self.language]["name"], self.user)
        self.hands.write(LOGIN[self.language]["password"], password)
        self.hands.press("button", LOGIN[self.language]["enter"])
        # who does no casework is led from the first page to his own
        self.page.wait_for_url(re.compile(f"^{re.escape(self.address('/'))}(?!account/)"))

    def shot(self, name: str, width: int) -> pathlib.Path:
        """Keep a picture of the page as it is now among the files of the run; return where."""
        folder = self.stack.instance.folder / "screenshots" / self.language / str(width)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.png"
        self.page.screenshot(path=path, full_page=True)
        return path


LOGIN: dict[str, dict[str, Any]] = {
    "nl": {"name": re.compile("^Gebruikersnaam"), "password": re.compile("^Wachtwoord$"), "enter": "Inloggen"},
    "fr": {"name": re.compile("^Nom d.utilisateur"), "password": "Mot de passe", "enter": "Connexion"},
}
"""Keycloak's own words on its page."""


def arrives(
    browser: Browser, stack: Stack, user: str, participant: str, *, language: str = "nl", scripts: bool = True
) -> Visitor:
    """Return somebody who has just sat down, not logged in yet."""
    context = browser.new_context(
        locale=f"{language}-BE",
        timezone_id="Europe/Brussels",
        viewport={"width": DESK, "height": HEIGHT[DESK]},
        java_script_enabled=scripts,
    )
    return Visitor(stack, context, language, participant, user)
