"""The frame of every page, and who sees what in it."""

import re
import uuid

import pytest

from casework import CASEWORKER, NOBODY, OFFICER

pytestmark = pytest.mark.django_db


def test_a_page_shows_whose_it_is_and_in_which_capacity_one_works(page_client):
    answer = page_client(CASEWORKER, language="nl").get("/")

    assert answer.status_code == 200
    page = answer.content.decode()
    assert '<html lang="nl-BE" data-accent="wilg">' in page
    assert "<b>Vilvoorde</b> <span>Begeleider</span>" in page
    assert "Els W." in page


def test_a_stranger_is_sent_to_the_login_and_from_there_back(page_client):
    answer = page_client(None).get("/?q=1")

    assert (answer.status_code, answer["Location"]) == (302, "/account/login?next=%2F%3Fq%3D1")


def test_who_has_no_role_gets_a_page_that_says_so(page_client):
    answer = page_client(NOBODY).get("/")

    assert answer.status_code == 403
    assert "You may not open this" in answer.content.decode()


def test_the_content_policy_allows_nothing_but_our_own_files(page_client):
    answer = page_client(CASEWORKER).get("/")

    assert sorted(answer["Content-Security-Policy"].split("; ")) == [
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "script-src 'self'",
        "style-src 'self'",
    ]


def test_an_address_that_does_not_exist_gets_a_page_and_in_an_api_a_problem(page_client):
    page, api = page_client(CASEWORKER).get("/nothing"), page_client(CASEWORKER).get("/api/nothing/v1/here")

    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert (api.status_code, api["Content-Type"]) == (404, "application/problem+json")


def test_the_frame_costs_one_statement(page_client, django_assert_num_queries):
    reader = page_client(CASEWORKER)
    reader.get("/help")

    with django_assert_num_queries(2):
        # who is there; the inbox of the header
        reader.get("/help")


@pytest.mark.parametrize(
    ("cookie", "header", "spoken"),
    [
        ("", "", "nl"),
        ("", "fr-BE,fr;q=0.9", "fr"),
        ("", "es,de;q=0.5", "de"),
        ("", "es", "nl"),
        ("en", "fr", "en"),
        ("xx", "fr", "fr"),
    ],
)
def test_a_page_speaks_the_chosen_language_else_the_browsers_else_the_towns(page_client, cookie, header, spoken):
    stranger = page_client(None, language=cookie)

    answer = stranger.get("/help", headers={"Accept-Language": header})

    assert answer["Content-Language"] == spoken
    assert f'<html lang="{spoken}-BE"' in answer.content.decode()
    assert "Cookie" in answer["Vary"]


def test_the_choice_of_a_language_is_kept_and_leads_back(page_client):
    reader = page_client(None, language="")

    answer = reader.post("/account/language", {"language": "de", "next": "/help/privacy"})

    assert (answer.status_code, answer["Location"]) == (302, "/help/privacy")
    kept = answer.cookies["__Host-zenne-language"]
    assert (kept.value, kept["secure"], kept["httponly"], kept["samesite"]) == ("de", True, True, "Lax")
    assert reader.get("/help/privacy")["Content-Language"] == "de"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:x", "help", ""],
)
def test_nobody_is_sent_to_another_site(page_client, elsewhere):
    answer = page_client(None).post("/account/language", {"language": "de", "next": elsewhere})

    assert answer["Location"] == "/"


def test_an_api_answers_the_same_in_every_language(page_client):
    answers = {
        (one.content.split(b"urn:uuid")[0], one.get("Content-Language"))
        for language in ("nl", "fr", "de", "en")
        for one in [page_client(CASEWORKER, language=language).get("/api/casework/v1/cases")]
    }

    assert len(answers) == 1


@pytest.mark.parametrize(
    ("who", "page", "current"),
    [
        (CASEWORKER, "/", "/"),
        (CASEWORKER, "/cases/new", "/cases"),
        (CASEWORKER, "/referrals/inbox", "/referrals/inbox"),
        (CASEWORKER, "/referrals/sent", "/referrals/inbox"),
        (CASEWORKER, "/referrals/border", "/referrals/inbox"),
        (CASEWORKER, "/tables", "/tables"),
        (CASEWORKER, f"/agreements/{uuid.uuid4()}/postpone", "/tables"),
        (OFFICER, f"/cases/{uuid.uuid4()}/accesses", "/accesses"),
        (CASEWORKER, "/help", None),
    ],
)
def test_every_page_stands_in_its_place_of_the_navigation(page_client, who, page, current):
    text = page_client(who).get(page).content.decode()

    found = re.findall(r'<li><a href="([^"]+)" aria-current="page">', text)
    assert found == ([current, current] if current else []), "in the menu, and in the bar"


def test_a_session_of_the_pages_opens_no_api(page_client):
    assert page_client(CASEWORKER).get("/api/casework/v1/cases").status_code == 401


def test_everybody_gets_the_help_and_the_languages_and_strangers_no_place_to_go(page_client):
    text = page_client(None).get("/help").content.decode()

    assert 'href="/account"' not in text
    assert text.count('action="/account/language"') == 2
    assert 'class="nav-z"' not in text
