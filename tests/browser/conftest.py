"""A browser for the suite, and people who sit down at it."""

import pytest
from playwright.sync_api import sync_playwright

import chromium
from browser import visitor, world


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright, stack, tmp_path_factory):
    with chromium.running(playwright, stack.ca, tmp_path_factory.mktemp("browser") / "home") as running:
        yield running


@pytest.fixture
def sits_down(browser, stack):
    """Give a function that seats somebody at a tab of his own; all leave when the test ends."""
    seated = []

    def seat(user, participant, **how):
        seated.append(visitor.arrives(browser, stack, user, participant, **how))
        return seated[-1]

    yield seat
    for one in seated:
        one.context.close()


@pytest.fixture(scope="session")
def made(stack):
    """What the pages are opened with, made once."""
    return world.make(stack)
