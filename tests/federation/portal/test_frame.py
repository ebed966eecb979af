"""The frame of every page, and who sees what in it."""

import pytest

from casework import CASEWORKER, NOBODY

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
