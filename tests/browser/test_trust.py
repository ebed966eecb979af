"""TLS is always verified: a browser that does not know the authority of the instance gets no page."""

import pytest
from playwright.sync_api import Error

import chromium


def test_a_browser_that_does_not_know_the_authority_opens_nothing(playwright, stack, tmp_path):
    with (
        chromium.running(playwright, None, tmp_path / "home") as stranger,
        pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"),
    ):
        stranger.new_page().goto(stack.url("vilvoorde"))


def test_a_browser_that_knows_it_gets_an_answer_from_every_participant(stack, browser):
    page = browser.new_page()

    answers = {one["id"]: page.goto(f"{stack.url(one['id'])}/health").status for one in stack.demo["participants"]}

    assert set(answers.values()) == {200}
