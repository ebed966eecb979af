"""The login as a browser goes through it: begun here, let in under a new key, and out again."""

import urllib.parse

import pytest

from federation.identity import sessions
from federation.identity.models import Session

pytestmark = pytest.mark.django_db


def begin(browser, target="/account"):
    """Return where a login leads the browser, and what it asks the realm."""
    answer = browser.get("/account/login", {"next": target})
    return answer, dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer["Location"]).query))


def test_a_browser_is_let_in_under_a_new_key_and_led_to_the_page(town, page_client):
    browser = page_client(None, language="fr")
    browser.cookies[sessions.COOKIE] = "a-key-that-somebody-planted"
    answer, asked = begin(browser, "/help/privacy")
    town.says(nonce=asked["nonce"])

    back = browser.get("/account/callback", {"state": asked["state"], "code": "a-code"})

    assert (asked["ui_locales"], asked["code_challenge_method"]) == ("fr", "S256")
    assert (back.status_code, back["Location"]) == (302, "/help/privacy")
    key = back.cookies[sessions.COOKIE]
    assert (key["secure"], key["httponly"], key["samesite"], key["path"]) == (True, True, "Lax", "/")
    assert sessions.find(key.value, at=town.at).name == "Els W."
    assert sessions.find("a-key-that-somebody-planted", at=town.at) is None
    begun = next(one for name, one in answer.cookies.items() if name.startswith("__Host-zenne-login-"))
    assert (begun["secure"], begun["httponly"], begun["max-age"]) == (True, True, 900)


def test_two_windows_that_log_in_at_once_do_not_disturb_each_other(town, page_client):
    browser = page_client(None)
    (_, first), (_, second) = begin(browser, "/help/privacy"), begin(browser, "/help/accessibility")

    for asked, target in ((first, "/help/privacy"), (second, "/help/accessibility")):
        town.says(nonce=asked["nonce"])
        back = browser.get("/account/callback", {"state": asked["state"], "code": "a-code"})
        assert back["Location"] == target
    assert Session.objects.count() == 1


def test_a_callback_that_nobody_here_began_or_that_comes_twice_lets_nobody_in(town, page_client):
    browser, victim = page_client(None), page_client(None)
    _, asked = begin(browser)
    town.says(nonce=asked["nonce"])
    answer = {"state": asked["state"], "code": "a-code"}

    stolen = victim.get("/account/callback", answer)
    browser.get("/account/callback", answer)
    again = browser.get("/account/callback", answer)

    assert (stolen.status_code, again.status_code) == (400, 400)
    assert sessions.COOKIE not in stolen.cookies
    assert Session.objects.count() == 1


@pytest.mark.parametrize("target", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"])
def test_a_login_leads_to_our_own_pages_alone(town, page_client, target):
    browser = page_client(None)
    _, asked = begin(browser, target)
    town.says(nonce=asked["nonce"])

    assert browser.get("/account/callback", {"state": asked["state"], "code": "a-code"})["Location"] == "/"


def test_who_is_logged_in_already_is_led_on_at_once(key, page_client):
    browser = page_client(None)
    browser.cookies[sessions.COOKIE] = key

    assert browser.get("/account/login", {"next": "/account"})["Location"] == "/account"


def test_logging_out_takes_the_key_out_of_the_browser_even_while_the_realm_is_silent(town, key, page_client):
    town.server.answers["logout"] = (503, {})
    browser = page_client(None)
    browser.cookies[sessions.COOKIE] = key

    answer = browser.post("/account/logout")

    assert answer["Location"] == "/account/logged-out?realm=silent"
    assert (answer.cookies[sessions.COOKIE].value, answer.cookies[sessions.COOKIE]["max-age"]) == ("", 0)
    assert "Close all windows" in browser.get(answer["Location"]).content.decode()
    assert not Session.objects.exists()


def test_nobody_is_logged_out_by_a_link(key, page_client):
    browser = page_client(None)
    browser.cookies[sessions.COOKIE] = key

    assert browser.get("/account/logout").status_code == 405
    assert Session.objects.count() == 1
