"""ID tokens and logout tokens: each is believed only as what it is, from our realm, meant for our pages."""

import datetime
from typing import Any

import pytest

import realm as realms
from federation.identity import realm_words, tokens

LOGOUT = realm_words.LOGOUT_EVENT
NONCE = "the-nonce-of-this-login"
SID = "5c7c2b0e-6f0f-4f53-8f0e-9d402f2f3a6f"


@pytest.fixture
def reader(key_server: realms.KeyServer, vilvoorde: realms.Realm) -> realm_words.Reader:
    return realm_words.Reader(
        issuer=vilvoorde.issuer,
        client_id="municipal-web",
        keys=tokens.RealmKeys(key_server.url("vilvoorde")),
    )


def claims(realm: realms.Realm, at: datetime.datetime, **changed: Any) -> realms.Json:
    right = {
        "iss": realm.issuer,
        "aud": "municipal-web",
        "sub": realms.SUBJECT,
        "sid": SID,
        "iat": int(at.timestamp()),
        "exp": int(at.timestamp()) + 120,
        "jti": "d3b0f1c2-4c53-4a53-8f0e-9d402f2f3a6f",
    }
    return {name: value for name, value in {**right, **changed}.items() if value is not None}


def identity_token(realm: realms.Realm, at: datetime.datetime, *, typ: str = "JWT", **changed: Any) -> str:
    names = {"typ": "ID", "azp": "municipal-web", "nonce": NONCE, "given_name": "Els", "family_name": "Wouters"}
    return realms.compact(realm.header(typ=typ), claims(realm, at, **{**names, **changed}), realm.key.sign)


def logout_token(realm: realms.Realm, at: datetime.datetime, *, typ: str = "logout+jwt", **changed: Any) -> str:
    events = {"events": {LOGOUT: {}}}
    return realms.compact(realm.header(typ=typ), claims(realm, at, **{**events, **changed}), realm.key.sign)


def test_an_id_token_says_whose_session_it_is_and_how_colleagues_call_the_person(reader, vilvoorde, at):
    who = reader.identity(identity_token(vilvoorde, at), nonce=NONCE, at=at)

    assert who == realm_words.Identity(subject=realms.SUBJECT, sid=SID, name="Els W.")


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (("Els", None), "Els"),
        ((None, "Wouters"), "W."),
        ((None, None), ""),
        (("  Marie\tClaire ", "De Smet"), "Marie Claire D."),
        (("E" * 90, "W"), "E" * 60),
    ],
)
def test_a_name_is_short_and_in_one_line(reader, vilvoorde, at, names, name):
    token = identity_token(vilvoorde, at, given_name=names[0], family_name=names[1])

    assert reader.identity(token, nonce=NONCE, at=at).name == name


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "zenne-cli"}, "audience"),
        ({"aud": ["municipal-web", "zenne-cli"]}, "audience"),
        ({"azp": "zenne-cli"}, "authorizedParty"),
        ({"iss": "https://login.localhost/realms/molenbeek"}, "issuer"),
        ({"typ": "Bearer"}, "type"),
        ({"sub": None}, "sub"),
        ({"sid": None}, "sid"),
        ({"sid": 7}, "sid"),
        ({"exp": None}, "exp"),
    ],
)
def test_an_id_token_that_is_not_ours_is_refused(reader, vilvoorde, at, changed, reason):
    forged = {"typ": "ID", **changed}
    names = {"azp": "municipal-web", "nonce": NONCE}
    token = realms.compact(
        vilvoorde.header(typ="JWT"), claims(vilvoorde, at, **{**names, **forged}), vilvoorde.key.sign
    )

    with pytest.raises(tokens.InvalidAccessToken) as refused:
        reader.identity(token, nonce=NONCE, at=at)

    assert refused.value.facts["reason"] == reason


def test_a_logout_token_says_which_session_has_ended(reader, vilvoorde, at):
    found = reader.ended(logout_token(vilvoorde, at), at=at)

    assert found == realm_words.Ended(sid=SID, subject=realms.SUBJECT)


FORGED = {
    "an ID token": {"typ": "JWT"},
    "an access token": {"typ": "at+jwt"},
    "without type": {"typ": ""},
    "without events": {"events": None},
    "events that are a list": {"events": [LOGOUT]},
    "another event": {"events": {"http://schemas.openid.net/event/other": {}}},
    "an event that says nothing": {"events": {LOGOUT: True}},
    "with a nonce": {"nonce": "x"},
    "without number": {"jti": None},
    "another issuer": {"iss": "https://login.localhost/realms/molenbeek"},
    "without issuer": {"iss": None},
    "meant for another client": {"aud": "municipal"},
    "meant for two": {"aud": ["municipal-web", "municipal"]},
    "of nobody": {"sid": None, "sub": None},
    "a session that is a number": {"sid": 7},
    "without end": {"exp": None},
    "without beginning": {"iat": None},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_logout_token_is_refused(reader, vilvoorde, at, forged):
    with pytest.raises(tokens.InvalidAccessToken):
        reader.ended(logout_token(vilvoorde, at, **forged), at=at)


def test_a_logout_token_of_another_key_or_of_yesterday_is_refused(reader, vilvoorde, molenbeek, stranger, at):
    other = realms.Realm(vilvoorde.issuer, stranger)
    old = at - datetime.timedelta(hours=1)
    none = realms.compact(vilvoorde.header(typ="logout+jwt", alg="none"), claims(vilvoorde, at), lambda _: b"")

    for token in (logout_token(other, at), none, logout_token(molenbeek, at), "", "a.b.c"):
        with pytest.raises(tokens.InvalidAccessToken):
            reader.ended(token, at=at)
    with pytest.raises(tokens.ExpiredAccessToken):
        reader.ended(logout_token(vilvoorde, old), at=at)
    with pytest.raises(tokens.InvalidAccessToken):
        reader.ended(logout_token(vilvoorde, old, exp=int(at.timestamp()) + 60), at=at)
