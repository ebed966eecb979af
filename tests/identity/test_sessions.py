"""Sessions of browsers: how they begin, what the realm's word changes in them, and every way in which they end."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction

import realm as realms
from federation.identity import login, realm_words, sessions
from federation.identity.actor import Role
from federation.identity.models import Session
from federation.identity.person import LoggedIn

pytestmark = pytest.mark.django_db

SID = "5c7c2b0e-6f0f-4f53-8f0e-9d402f2f3a6f"
FIVE_MINUTES = datetime.timedelta(minutes=5)


def test_who_logged_in_is_found_under_the_key_of_the_browser_alone(town, key):
    here = sessions.find(key, at=town.at)

    assert (here.name, here.actor.subject, here.actor.team) == ("Els W.", realms.SUBJECT, "prevention")
    assert here.actor.has(Role.CASEWORKER)
    assert sessions.find(key[:-1], at=town.at) is None
    assert sessions.find(Session.objects.get().pk, at=town.at) is None


def test_the_code_is_changed_with_the_verifier_and_the_secret_of_the_pages(town):
    town.logs_in()

    place, form = town.server.forms[-1]
    assert (place, form["grant_type"], form["code"]) == ("token", "authorization_code", "a-code")
    assert len(form["code_verifier"]) >= 43
    assert form["redirect_uri"].endswith("/account/callback")


def test_a_copy_of_the_table_opens_nothing_and_names_nobody(town, key):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM identity_session")
        stored = str(cursor.fetchall())

    assert [word for word in (key, SID, "Els", "Wouters", "a-proof", "caseworker") if word in stored] == []


@pytest.mark.parametrize(
    ("came_back", "reason"),
    [
        ({"state": "another", "code": "a-code"}, "state"),
        ({"state": "", "code": "a-code"}, "state"),
        ({"error": "access_denied"}, "noCode"),
        ({"code": ""}, "noCode"),
        ({"code": "a-code", "iss": "https://login.localhost/realms/molenbeek"}, "issuer"),
    ],
)
def test_what_comes_back_wrong_lets_nobody_in(town, came_back, reason):
    begun = login.realm().begin(language="nl")
    town.says(nonce=begun.nonce)

    with pytest.raises(login.LoginRefused) as refused:
        login.realm().finish(begun, {"state": begun.state, **came_back}, at=town.at)

    assert refused.value.facts["reason"] == reason
    assert town.server.forms == []


@pytest.mark.parametrize(
    "said",
    [
        {"nonce": "of another login"},
        {"azp": "zenne-cli"},
        {"aud": "regional"},
        {"sub": "1b5e1d5c-6a53-4f0e-9d40-2f2f3a6f9a01"},
        {"status": 400},
    ],
)
def test_tokens_that_are_not_of_this_login_let_nobody_in(town, said):
    begun = login.realm().begin(language="nl")
    town.says(**{"nonce": begun.nonce, **said})

    with pytest.raises(login.LoginRefused):
        login.realm().finish(begun, {"state": begun.state, "code": "a-code"}, at=town.at)


def test_a_role_that_was_taken_away_is_gone_within_five_minutes(town, key):
    town.says(roles=())
    before = sessions.find(key, at=town.later(FIVE_MINUTES - datetime.timedelta(seconds=1)))
    town.later(datetime.timedelta(seconds=1))
    town.says(roles=())
    after = sessions.find(key, at=town.at)

    assert (before.actor.roles, after.actor.roles) == ({"caseworker"}, frozenset())
    assert [form["grant_type"] for _, form in town.server.forms] == ["authorization_code", "refresh_token"]


def test_a_session_that_the_realm_has_ended_is_ended_here_when_the_realm_is_asked(town, key):
    town.says(status=400)

    assert sessions.find(key, at=town.later(FIVE_MINUTES)) is None
    assert Session.objects.get().facts == ""


def test_who_is_logged_out_at_the_realm_while_it_is_asked_is_nobody(town, key, monkeypatch):
    renew = sessions._renew  # noqa: SLF001 -- between this and the next statement lies the moment

    def renewed_and_ended(pk, at):
        renewed = renew(pk, at)
        assert sessions.end_at_realms_word(sid=SID, subject=realms.SUBJECT) == 1
        return renewed

    monkeypatch.setattr(sessions, "_renew", renewed_and_ended)
    town.says()

    assert sessions.find(key, at=town.later(FIVE_MINUTES)) is None


def test_while_the_realm_does_not_answer_nobody_is_let_on_or_thrown_out(town, key):
    town.says(status=503)

    with pytest.raises(login.RealmUnavailable):
        sessions.find(key, at=town.later(FIVE_MINUTES))

    town.says()
    assert sessions.find(key, at=town.at).name == "Els W."


def test_a_session_ends_half_an_hour_after_the_last_page(town, key):
    for _ in range(3):
        town.later(sessions.IDLE - datetime.timedelta(seconds=1))
        town.says()
        assert sessions.find(key, at=town.at) is not None

    assert sessions.find(key, at=town.later(sessions.IDLE)) is None
    assert sessions.whose(key, at=town.at) == realms.SUBJECT, "what he was writing can be kept for him"


def test_a_session_ends_eight_hours_after_the_login_however_busy(town, key):
    end = town.at + sessions.WHOLE
    while town.at < end - datetime.timedelta(minutes=20):
        town.later(datetime.timedelta(minutes=20))
        town.says()
        assert sessions.find(key, at=town.at) is not None

    assert sessions.find(key, at=end) is None


def test_who_logs_out_is_logged_out_at_the_realm_too(town, key):
    sessions.end(key)

    assert town.server.forms[-1] == ("logout", {"refresh_token": "a-proof"})
    assert not Session.objects.exists()
    assert sessions.whose(key, at=town.at) == ""


def test_logging_out_ends_the_session_here_though_the_realm_is_silent(town, key):
    town.server.answers["logout"] = (503, {})

    with pytest.raises(login.RealmUnavailable):
        sessions.end(key)

    assert not Session.objects.exists()


def test_the_realms_word_ends_that_session_and_no_other(town, key):
    other = sessions.begin(LoggedIn(**{**vars(town.logs_in()), "sid": "another"}), at=town.at)

    assert sessions.end_at_realms_word(sid=SID, subject=realms.SUBJECT) == 1
    assert sessions.find(key, at=town.at) is None
    assert sessions.find(other, at=town.at) is not None
    assert sessions.end_at_realms_word(sid="", subject=realms.SUBJECT) == 1
    assert sessions.end_at_realms_word(sid="", subject="") == 0


def test_the_timer_empties_ended_sessions_and_deletes_them_half_a_day_later(town, key):
    assert sessions.forget_before(town.later(sessions.IDLE - datetime.timedelta(seconds=1))) == 0
    assert Session.objects.get().facts

    assert sessions.forget_before(town.later(datetime.timedelta(seconds=1))) == 0
    assert Session.objects.get().facts == ""
    assert sessions.forget_before(town.later(sessions.REMEMBERED)) == 1
    assert not Session.objects.exists()


def test_the_logout_address_believes_the_realm_alone(town, key, page_client):
    forged = page_client(None).post("/account/backchannel-logout", {"logout_token": "a.b.c"})
    claims = {
        "iss": town.realm.issuer,
        "aud": "municipal-web",
        "sub": realms.SUBJECT,
        "sid": SID,
        "jti": "x",
        "iat": int(town.at.timestamp()),
        "exp": int(town.at.timestamp()) + 120,
        "events": {realm_words.LOGOUT_EVENT: {}},
    }
    token = realms.compact(town.realm.header(typ="logout+jwt"), claims, town.realm.key.sign)

    assert (forged.status_code, forged.json()) == (400, {"error": "invalid_request"})
    assert Session.objects.count() == 1
    assert page_client(None).post("/account/backchannel-logout", {"logout_token": token}).status_code == 200
    assert not Session.objects.exists()


def test_a_session_of_nobody_cannot_be_stored(db):
    with (
        pytest.raises(IntegrityError, match="a_session_knows_whose_it_is"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO identity_session VALUES ('key', '', 'subject', '', now(), now(), now())",
        )
