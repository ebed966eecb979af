"""The keys of a realm: fetched seldom, forgotten in time, and never believed beyond reason."""

import concurrent.futures
import datetime
import threading
from collections.abc import Iterator

import pytest
from joserfc.jwk import RSAKey

import realm as realms
from federation.identity import tokens

SECOND = datetime.timedelta(seconds=1)
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def server(vilvoorde: realms.Realm) -> Iterator[realms.KeyServer]:
    with realms.key_server() as server:
        server.publish("vilvoorde", vilvoorde.key.jwk)
        yield server


@pytest.fixture
def keys(server: realms.KeyServer) -> tokens.RealmKeys:
    return tokens.RealmKeys(server.url("vilvoorde"))


def test_a_thousand_questions_for_a_known_key_are_one_fetch(
    keys: tokens.RealmKeys, server: realms.KeyServer, at: datetime.datetime
) -> None:
    for _ in range(1000):
        keys.get("vilvoorde-1", at=at)

    assert (server.asked, keys.fetches) == (1, 1)


def test_twenty_first_questions_at_once_are_one_fetch(
    keys: tokens.RealmKeys, server: realms.KeyServer, at: datetime.datetime
) -> None:
    together = threading.Barrier(20)

    def ask() -> RSAKey:
        together.wait()
        return keys.get("vilvoorde-1", at=at)

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        found = [answer.result() for answer in [pool.submit(ask) for _ in range(20)]]

    assert len({id(key) for key in found}) == 1
    assert server.asked == 1


def test_a_flood_of_unknown_kids_is_one_fetch_each_ten_seconds(
    keys: tokens.RealmKeys, server: realms.KeyServer, at: datetime.datetime
) -> None:
    refusals = 0

    for step in range(300):
        try:
            keys.get(f"nobody-{step}", at=at + step * SECOND / 10)
        except tokens.InvalidAccessToken:
            refusals += 1

    assert refusals == 300
    assert server.asked == 3


def test_a_new_key_of_the_realm_is_found_at_the_first_token_that_it_signed(
    keys: tokens.RealmKeys,
    server: realms.KeyServer,
    vilvoorde: realms.Realm,
    stranger: realms.Key,
    at: datetime.datetime,
) -> None:
    keys.get("vilvoorde-1", at=at)
    server.publish("vilvoorde", vilvoorde.key.jwk, {**stranger.jwk, "kid": "vilvoorde-2"})

    found = keys.get("vilvoorde-2", at=at + 11 * SECOND)

    assert found.as_dict()["n"] == stranger.jwk["n"]


def test_a_key_that_the_realm_withdrew_is_forgotten_after_five_minutes(
    keys: tokens.RealmKeys, server: realms.KeyServer, stranger: realms.Key, at: datetime.datetime
) -> None:
    keys.get("vilvoorde-1", at=at)
    server.publish("vilvoorde", {**stranger.jwk, "kid": "vilvoorde-2"})

    keys.get("vilvoorde-1", at=at + 5 * MINUTE)
    with pytest.raises(tokens.InvalidAccessToken) as refused:
        keys.get("vilvoorde-1", at=at + 5 * MINUTE + SECOND)

    assert refused.value.facts == {"reason": "unknownKey"}


def test_while_the_realm_is_away_known_keys_hold_for_half_an_hour_and_no_longer(
    keys: tokens.RealmKeys, server: realms.KeyServer, at: datetime.datetime
) -> None:
    keys.get("vilvoorde-1", at=at)
    server.status = 503

    keys.get("vilvoorde-1", at=at + 30 * MINUTE)
    with pytest.raises(tokens.RealmKeysUnavailable):
        keys.get("vilvoorde-1", at=at + 30 * MINUTE + SECOND)

    server.status = 200
    assert keys.get("vilvoorde-1", at=at + 31 * MINUTE)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, b'{"keys": []}'),
        (302, b'{"keys": []}'),
        (200, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"keys": null}'),
        (200, b'{"keys": 1}'),
        (200, b'{"keys": [{"kty": "RSA", "use": "sig", "kid": "vilvoorde-1", "n": "%%%", "e": "AQAB"}]}'),
    ],
)
def test_a_realm_that_says_nothing_usable_lets_nobody_in(
    status: int, body: bytes, keys: tokens.RealmKeys, server: realms.KeyServer, at: datetime.datetime
) -> None:
    server.status = status
    server.published[server.path("vilvoorde")] = body

    for _ in range(3):
        with pytest.raises(tokens.RealmKeysUnavailable):
            keys.get("vilvoorde-1", at=at)

    assert server.asked == 1


def test_a_realm_that_does_not_exist_lets_nobody_in(server: realms.KeyServer, at: datetime.datetime) -> None:
    keys = tokens.RealmKeys(server.url("atlantis"))

    with pytest.raises(tokens.RealmKeysUnavailable):
        keys.get("vilvoorde-1", at=at)


def test_a_realm_that_cannot_be_reached_lets_nobody_in(at: datetime.datetime) -> None:
    with realms.key_server() as gone:
        url = gone.url("vilvoorde")
    keys = tokens.RealmKeys(url)

    with pytest.raises(tokens.RealmKeysUnavailable):
        keys.get("vilvoorde-1", at=at)


@pytest.mark.parametrize(
    "changed",
    [
        {"use": "enc", "alg": "RSA-OAEP"},
        {"use": None},
        {"alg": "PS256"},
        {"kty": "oct", "k": "c2VjcmV0", "n": None, "e": None},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "n": None, "e": None},
        {"kid": None},
        {"kid": 1},
    ],
)
def test_a_published_key_that_is_not_for_signing_tokens_is_not_used(
    changed: dict[str, object],
    keys: tokens.RealmKeys,
    server: realms.KeyServer,
    vilvoorde: realms.Realm,
    at: datetime.datetime,
) -> None:
    other = {name: value for name, value in {**vilvoorde.key.jwk, **changed}.items() if value is not None}
    server.publish("vilvoorde", other)

    with pytest.raises(tokens.InvalidAccessToken):
        keys.get("vilvoorde-1", at=at)


def test_a_key_of_1024_bits_is_not_used(
    keys: tokens.RealmKeys, server: realms.KeyServer, at: datetime.datetime
) -> None:
    server.publish("vilvoorde", realms.make_key("vilvoorde-1", bits=1024).jwk)

    with pytest.raises(tokens.InvalidAccessToken):
        keys.get("vilvoorde-1", at=at)


def test_a_key_that_cannot_be_used_does_not_hide_the_others(
    keys: tokens.RealmKeys, server: realms.KeyServer, vilvoorde: realms.Realm, at: datetime.datetime
) -> None:
    server.publish("vilvoorde", {"kty": "OKP"}, {**vilvoorde.key.jwk, "use": "enc", "kid": "e"}, vilvoorde.key.jwk)

    assert keys.get("vilvoorde-1", at=at)
