"""The hands of somebody at a browser: with a mouse, or with the keyboard alone. Things are found by role and name."""

import re
from collections.abc import Callable
from typing import Protocol

from playwright.sync_api import Locator, Page

Name = str | re.Pattern[str]
CHOSEN = "it => it.selectedOptions[0].label"
FAR = 400
"""Presses of Tab after which something counts as out of reach."""


class OutOfReach(AssertionError):
    """The keyboard alone does not get there."""


class Hands(Protocol):
    """What hands can do on a page."""

    page: Page

    def press(self, role: str, name: Name, *, within: Locator | None = None) -> None:
        """Will press a button or follow a link, and wait for the page that comes."""

    def write(self, label: Name, text: str) -> None:
        """Will write into a field, in place of what stands there."""

    def tick(self, label: Name) -> None:
        """Will tick a box, if it is not ticked."""

    def pick(self, label: Name, *, within: Locator | None = None) -> None:
        """Will pick one of several."""

    def choose(self, label: Name, option: Name) -> None:
        """Will choose from a list that opens."""


class Mouse:
    """Counts every click that a person would make: into a field, on a button, two for a list that opens."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def press(self, role: str, name: Name, *, within: Locator | None = None) -> None:
        """Will press a button or follow a link."""
        with self.page.expect_navigation():
            self._click(_one(within or self.page, role, name))

    def write(self, label: Name, text: str) -> None:
        """Will write into a field."""
        field = _one(self.page, "textbox", label)
        if not field.evaluate("it => it === document.activeElement"):
            self._click(field)
        field.fill(text)

    def tick(self, label: Name) -> None:
        """Will tick a box."""
        box = _one(self.page, "checkbox", label)
        if not box.is_checked():
            self._click(box)

    def pick(self, label: Name, *, within: Locator | None = None) -> None:
        """Will pick one of several."""
        self._click(_one(within or self.page, "radio", label))

    def choose(self, label: Name, option: Name) -> None:
        """Will choose from a list that opens."""
        field = _one(self.page, "combobox", label)
        wanted = _option(field, option)
        if field.evaluate(CHOSEN) != wanted:
            self.clicks += 2
            field.select_option(label=wanted)

    def _click(self, locator: Locator) -> None:
        self.clicks += 1
        locator.click()


class Keyboard:
    """Goes from control to control as Tab does, and sees where it is."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, role: str, name: Name, *, within: Locator | None = None) -> None:
        """Will press a button or follow a link."""
        self._reach(_one(within or self.page, role, name))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, label: Name, text: str) -> None:
        """Will write into a field."""
        self._reach(_one(self.page, "textbox", label))
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def tick(self, label: Name) -> None:
        """Will tick a box."""
        box = _one(self.page, "checkbox", label)
        self._reach(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")

    def pick(self, label: Name, *, within: Locator | None = None) -> None:
        """Will pick one of several: Tab leads to the group, arrows lead through it."""
        radio = _one(within or self.page, "radio", label)
        self._reach(radio, there="it => document.activeElement?.name === it.name")
        self._until(radio.is_checked, "Space" if _focused(radio) else "ArrowDown")

    def choose(self, label: Name, option: Name) -> None:
        """Will choose from a list that opens: arrows lead through it."""
        field = _one(self.page, "combobox", label)
        wanted = _option(field, option)
        self._reach(field)
        self.page.keyboard.press("Home")
        self._until(lambda: field.evaluate(CHOSEN) == wanted, "ArrowDown")

    def _reach(self, locator: Locator, *, there: str = "it => document.activeElement === it") -> None:
        locator.wait_for()
        self._until(lambda: locator.evaluate(there), "Tab")
        ring = "() => getComputedStyle(document.activeElement).outlineStyle"
        assert self.page.evaluate(ring) != "none", "one does not see where one is"

    def _until(self, condition: Callable[[], bool], key: str) -> None:
        for _ in range(FAR):
            if condition():
                return
            self.page.keyboard.press(key)
        message = f"{key} does not lead there on {self.page.url}"
        raise OutOfReach(message)


def _focused(locator: Locator) -> bool:
    return bool(locator.evaluate("it => document.activeElement === it"))


def _one(where: Page | Locator, role: str, name: Name) -> Locator:
    found = where.get_by_role(role, name=name, exact=isinstance(name, str))  # type: ignore[arg-type]
    # a place may be linked from the header and from the page; anything else is there once
    return found.first if role == "link" else found


def _option(field: Locator, option: Name) -> str:
    field.wait_for()
    listed = field.locator("option").all_inner_texts()
    found = [one for one in listed if (option == one if isinstance(option, str) else option.search(one))]
    assert len(found) == 1, f"one of {listed} for {option}"
    return found[0]
