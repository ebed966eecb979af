"""The token comes in one header and in one form, and the caller is who it says."""

import datetime
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

import realm as realms
from federation.identity import authentication, tokens
from federation.identity.actor import Role


@pytest.fixture
def town(settings: Settings, key_server: realms.KeyServer, vilvoorde: realms.Realm) -> realms.Realm:
    settings.PARTICIPANT = "vilvoorde"
    settings.TOKEN_ISSUER = vilvoorde.issuer
    settings.TOKEN_JWKS_URL = key_server.url("vilvoorde")
    settings.TOKEN_AUDIENCE = "municipal"
    settings.TOKEN_AUTHORIZED_PARTIES = ["zenne-cli"]
    return vilvoorde


def authenticate(path: str = "/api/casework/v1/cases", **meta: Any) -> authentication.Caller:
    request = Request(APIRequestFactory().get(path, **meta))
    caller, token = authentication.BearerToken().authenticate(request)
    assert token is None
    return caller


def test_the_caller_is_the_actor_of_the_token(town: realms.Realm) -> None:
    token = town.token(time.time(), roles=["coordinator"], team="youth")

    caller = authenticate(HTTP_AUTHORIZATION=f"Bearer {token}")

    assert caller.is_authenticated
    assert caller.pk == realms.SUBJECT
    assert caller.actor.has(Role.COORDINATOR)
    assert (caller.actor.team, caller.actor.participant) == ("youth", "vilvoorde")


def test_the_name_of_the_scheme_may_be_written_in_any_case(town: realms.Realm) -> None:
    assert authenticate(HTTP_AUTHORIZATION=f"bearer {town.token(time.time())}").pk == realms.SUBJECT


Meta = Callable[[str], dict[str, str]]


@pytest.mark.parametrize(
    "meta",
    [
        lambda _: {},
        lambda _: {"HTTP_AUTHORIZATION": ""},
        lambda token: {"HTTP_AUTHORIZATION": token},
        lambda _: {"HTTP_AUTHORIZATION": "Basic ZWxzOnNlY3JldA=="},
        lambda token: {"HTTP_AUTHORIZATION": f"DPoP {token}"},
        lambda token: {"HTTP_X_FORWARDED_ACCESS_TOKEN": token},
        lambda token: {"HTTP_COOKIE": f"access_token={token}"},
        lambda token: {"path": f"/api/casework/v1/cases?access_token={token}"},
    ],
    ids=["no header", "empty", "no scheme", "basic", "another scheme", "another header", "cookie", "query"],
)
def test_a_token_that_is_not_in_its_header_is_no_token(meta: Meta, town: realms.Realm) -> None:
    with pytest.raises(tokens.NoAccessToken) as refused:
        authenticate(**meta(town.token(time.time())))

    assert (refused.value.http, refused.value.code) == (401, "noAccessToken")


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer abc", "Bearer {token},Bearer {token}", "Bearer {token} {token}"],
)
def test_a_header_without_exactly_one_token_is_refused(header: str, town: realms.Realm) -> None:
    with pytest.raises(tokens.InvalidAccessToken) as refused:
        authenticate(HTTP_AUTHORIZATION=header.format(token=town.token(time.time())))

    assert refused.value.facts == {"reason": "malformed"}


def test_a_token_that_ended_is_refused_by_the_real_clock(town: realms.Realm) -> None:
    an_hour_ago = time.time() - datetime.timedelta(hours=1).total_seconds()

    with pytest.raises(tokens.ExpiredAccessToken):
        authenticate(HTTP_AUTHORIZATION=f"Bearer {town.token(an_hour_ago)}")


def test_keys_are_kept_from_call_to_call(town: realms.Realm, key_server: realms.KeyServer) -> None:
    authenticate(HTTP_AUTHORIZATION=f"Bearer {town.token(time.time())}")
    before = key_server.asked

    for _ in range(50):
        authenticate(HTTP_AUTHORIZATION=f"Bearer {town.token(time.time())}")

    assert key_server.asked == before


def test_a_refusal_names_its_scheme_to_the_caller(town: realms.Realm) -> None:
    challenge = authentication.BearerToken().authenticate_header(Request(APIRequestFactory().get("/")))

    assert challenge == "Bearer"
    assert tokens.InvalidAccessToken.challenge == 'Bearer error="invalid_token"'
