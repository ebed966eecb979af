"""People log in with a browser, at the real realm through the real door, and the realm's word ends their sessions."""

import re
import urllib.parse

import pytest

import waiting
from page_reader import Reader
from steward.realm import connection

TOWN = "vilvoorde"
USER = "els.caseworker"


@pytest.fixture
def reader(stack):
    with Reader(stack.url(TOWN), stack.ca) as found:
        yield found


@pytest.fixture
def logged_in(stack, reader):
    reader.log_in(USER, password(stack))
    return reader


def password(stack, user=USER, town=TOWN):
    users = next(one for one in stack.demo["participants"] if one["id"] == town)["users"]
    return next(one["password"] for one in users if one["name"] == user)


def end_sessions_at_the_realm(stack, user):
    """Will end every session of a person at the realm, as its administrator."""
    secret = (stack.folder(TOWN) / "secrets" / "keycloak_reconcile_secret").read_text(encoding="utf-8").strip()
    url = f"http://127.0.0.1:{stack.instance.ports['keycloak']}/"
    with connection.connected(url, TOWN, "reconcile", secret) as admin:
        admin.user_logout(admin.get_user_id(user))


def test_the_login_leads_back_to_the_page_that_was_asked_for(stack, reader):
    page = reader.log_in(USER, password(stack), at="/account?from=mail")

    assert (page.status_code, page.url.path, page.url.query) == (200, "/account", b"from=mail")
    assert "Els W." in page.text
    assert "Begeleider" in page.text


def test_the_way_to_the_login_carries_what_keeps_it_ours(reader):
    reader.open("/")

    begin = next(one for one in reader.way if one.url.path.endswith("/openid-connect/auth"))
    asked = dict(urllib.parse.parse_qsl(begin.url.query.decode()))
    assert asked["response_type"] == "code"
    assert asked["client_id"] == "municipal-web"
    assert asked["code_challenge_method"] == "S256"
    assert asked["ui_locales"] == "nl"
    assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert 'lang="nl"' in reader.page.text


def test_the_browser_holds_a_key_that_no_script_reads_and_no_token(logged_in):
    ours = [answer for answer in logged_in.way if answer.url.host == "vilvoorde.localhost"]
    cookies = [one for answer in ours for one in answer.headers.get_list("set-cookie")]
    session = next(one for one in cookies if one.startswith("__Host-zenne="))

    assert re.fullmatch(r"__Host-zenne=[\w-]{43}; HttpOnly; Path=/; SameSite=Lax; Secure", session)
    assert [one for one in cookies if "eyJ" in one] == []


def test_a_key_that_was_known_before_the_login_is_good_for_nothing_after_it(stack, logged_in):
    known = logged_in.cookie("__Host-zenne")
    with Reader(stack.url(TOWN), stack.ca) as victim:
        victim.hold("__Host-zenne", known[::-1])
        victim.log_in(USER, password(stack))

        assert victim.cookie("__Host-zenne") not in {"", known, known[::-1]}


def test_a_code_that_somebody_else_began_lets_nobody_in(stack, reader):
    with Reader(stack.url(TOWN), stack.ca) as attacker:
        attacker.log_in(USER, password(stack))
        callback = next(str(one.url) for one in attacker.way if one.url.path == "/account/callback")

    page = reader.open(callback)

    assert page.status_code == 400
    assert reader.cookie("__Host-zenne") == ""


def test_who_logs_out_is_logged_out_at_the_realm_too(logged_in):
    logged_in.open("/account")

    page = logged_in.send(logged_in.form(to="/account/logout"))

    assert page.url.path == "/account/logged-out"
    assert logged_in.open("/account").url.host == "login.localhost", "the realm asks for the password again"


def test_the_realms_word_ends_the_session_within_seconds(stack, logged_in):
    end_sessions_at_the_realm(stack, USER)

    waiting.until(lambda: logged_in.open("/account").url.host == "login.localhost", "the session ends", seconds=10)


def test_no_token_of_the_pages_opens_an_api_and_none_of_a_program_a_page(stack, logged_in):
    with stack.client(TOWN, USER) as program:
        page = program.get("/account")
    api = logged_in.get("/api/casework/v1/cases")

    assert (page.status_code, page.headers["location"]) == (302, "/account/login?next=%2Faccount")
    assert api.status_code == 401


def test_a_login_leaves_no_name_and_no_token_in_any_log(stack, logged_in):
    logged_in.open("/account")
    key = logged_in.cookie("__Host-zenne")

    for program in ("vilvoorde-web", "gateway-access", "gateway", "keycloak"):
        written = stack.log(program).read_text(encoding="utf-8")
        assert [word for word in ("Els", "Wouters", "eyJ", key) if word in written] == [], program
