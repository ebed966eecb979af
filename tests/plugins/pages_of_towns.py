"""Browsers in the towns of `two_towns`: a page is opened, or a form sent, as that town's own process answers it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from federation import clock
from federation.identity.actor import Actor
from page_client import browser
from people_at_work import actor
from two_towns import Towns


@pytest.fixture
def visit(towns: Towns, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that lets somebody of a town open a page, or send a form, and returns the answer."""
    monkeypatch.setattr(clock, "now", lambda: towns.now)

    def visiting(
        town: str, address: str, data: Any = None, *, by: Actor | None = None, language: str = "en", **headers: str
    ) -> Any:
        with towns.at(town):
            client = browser_in(town, by=by, language=language)
            if data is None:
                return client.get(address, secure=True, headers=headers)
            return client.post(address, data, secure=True, headers=headers)

    return visiting


def browser_in(town: str, *, by: Actor | None = None, language: str = "en") -> Any:
    """Return a browser of somebody who is logged in at a town; called as that town."""
    found = browser(by or actor(town), language=language)
    found.defaults["HTTP_HOST"] = f"{town}.localhost"
    return found


@pytest.fixture
def words() -> Callable[[Any], str]:
    """Return a function that returns what a page says, without its marks."""

    def saying(response: Any) -> str:
        text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))

    return saying
