"""What is erased, and what nobody needs any more, stands nowhere in a town: not in the file, and not beside it."""

import importlib
import uuid

import pytest
from django.db import connection

from municipal.referrals import actions
from people_at_work import actor

V, M = "vilvoorde", "molenbeek"
WORDS = ("Verzonnen", "2005-04-12", "Graafstraat", "mijn school afmaken", "Samen naar de school")
MIGRATION = importlib.import_module("municipal.referrals.migrations.0007_dossiers_that_nobody_waits_for")
NOTE = """
INSERT INTO portal_draft (subject, form, object, content, kept_at)
VALUES ('els', 'quick-note', %s, '{"text": ["Verzonnen"]}', now())
"""
QUESTION = """
INSERT INTO referral_draft (case_id, subject, referral_id, given, kept_at)
VALUES (%s, 'els', gen_random_uuid(), '{"name": "Verzonnen"}', now())
"""
DRAFTS = importlib.import_module("municipal.referrals.migrations.0008_drafts_about_erased_files")


def holding(town, words=WORDS) -> set[str]:
    """Return the tables of a town in which one of these words can be read."""
    names = [row[0] for row in town.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {
        name
        for name in names
        if town.query(
            f'SELECT 1 FROM "{name}" AS found WHERE found::text ILIKE ANY(%s) LIMIT 1',  # noqa: S608 -- its own tables
            [f"%{word}%" for word in words],
        )
    }


def released(desk, towns, kind="handover"):
    """Return an offer that was accepted and released, while the recipient has stored nothing of the release."""
    offered = desk.offered(kind)
    towns.settle()
    desk.open(M, offered.referral)
    desk.accept(M, offered.referral)
    towns.send(M)
    towns.take_in(V)
    towns.send(V)
    assert towns[V].count("outbox_dossier") == 1
    return offered


def receipted(desk, towns, kind="handover"):
    """Return one whose release the recipient has stored, and not looked at."""
    offered = released(desk, towns, kind)
    while towns.store(M):
        pass
    towns.send(M)
    towns.take_in(V)
    ((receipt,),) = towns[V].query("SELECT receipt_at IS NOT NULL FROM outbox_message WHERE type = 'DossierReleased'")
    assert receipt
    return offered


@pytest.mark.parametrize("kind", ["handover", "share"])
def test_the_sender_keeps_no_dossier_that_the_recipient_holds(desk, towns, kind) -> None:
    offered = receipted(desk, towns, kind)
    assert towns[V].count("outbox_dossier") == 1

    towns.settle()

    assert desk.referral(V, offered.referral).held
    assert "outbox_dossier" not in holding(towns[V])
    assert towns[V].count("outbox_dossier") == 0


@pytest.mark.parametrize("stage", [released, receipted], ids=["on its way", "stored there"])
@pytest.mark.parametrize("kind", ["handover", "share"])
def test_a_withdrawal_takes_the_dossier_out_wherever_it_is(desk, towns, stage, kind) -> None:
    offered = stage(desk, towns, kind)

    desk.withdraw(V, offered.consent)

    assert towns[V].count("outbox_dossier") == 0
    assert towns[V].query("SELECT 1 FROM outbox_sealing WHERE has_dossier AND sealed IS NOT NULL") == []
    towns.settle()  # it was on the bus before: a handover is held and restricted, a share erased
    assert desk.custodians() == [M if kind == "handover" else V]
    assert towns[M].count("received_dossier") == (kind == "handover")
    assert towns.parked(V) == towns.parked(M) == []


@pytest.mark.parametrize("stage", [released, receipted], ids=["on its way", "stored there"])
def test_a_share_that_is_taken_back_loses_its_dossier(desk, towns, stage) -> None:
    offered = stage(desk, towns, "share")

    desk.revoke(V, offered.referral)

    assert towns[V].count("outbox_dossier") == 0
    towns.settle()
    assert desk.states(offered.referral) == ("revoked", "revoked")
    assert towns[M].count("received_dossier") == 0


def test_a_release_that_is_asked_for_again_needs_no_dossier(desk, towns) -> None:
    offered = desk.offered()
    desk.take_over(M, offered.referral)
    before = towns[M].count("received_dossier"), towns[M].count("cases_entry")

    ((message,),) = towns[M].query("SELECT id FROM outbox_message WHERE type = 'ReferralAccepted'")
    towns[M].query("UPDATE outbox_message SET next_attempt_at = now() WHERE id = %s RETURNING id", message)
    towns.settle()
    ((release,),) = towns[V].query("SELECT id FROM outbox_message WHERE type = 'DossierReleased'")
    towns[V].query("UPDATE outbox_message SET next_attempt_at = created_at WHERE id = %s RETURNING id", release)
    towns.settle()

    assert (towns[M].count("received_dossier"), towns[M].count("cases_entry")) == before
    assert desk.states(offered.referral) == ("released", "held")
    assert desk.custodians() == [M]
    assert towns.parked(V) == towns.parked(M) == []


def test_an_erased_file_stands_nowhere_in_the_town(desk, towns) -> None:
    offered = desk.offered()
    desk.take_over(M, offered.referral)
    there = desk.case_of(M, offered.referral)
    desk.entry(M, there, "situationPicture", {"lifeDomain": "friends", "text": "Vrienden in de Graafstraat."})
    desk.consent(M, there)
    back = desk.hand_back(M, offered.referral)
    desk.take_over(V, back)
    assert "cases_entry" in holding(towns[M])

    desk.withdraw(V, offered.consent)
    towns.settle()

    assert desk.referral(V, offered.referral).withdrawal_handling == "erased"
    assert holding(towns[M]) == set()
    assert desk.custodians() == [V]


def test_what_came_back_into_an_erased_file_goes_with_it(desk, towns) -> None:
    offered = desk.offered()
    desk.take_over(M, offered.referral)
    there = desk.case_of(M, offered.referral)
    desk.consent(M, there)
    onward = desk.offer(M, there)
    desk.take_over(V, onward)
    second = desk.case_of(V, onward)
    desk.consent(V, second)
    home = desk.hand_back(V, onward)
    desk.take_over(M, home)
    again = desk.offer(M, there)
    desk.take_over(V, again)
    assert [desk.referral(M, one).has_dossier for one in (offered.referral, home)] == [True, True]

    desk.withdraw(V, offered.consent)
    towns.settle()

    left = desk.referral(M, home)
    assert (left.has_dossier, left.preview, left.copy_erased_at is not None) == (False, None, True)
    assert holding(towns[M]) == set()
    assert desk.custodians() == [V]


def test_what_the_next_town_has_accepted_and_not_stored_still_goes_to_it(desk, towns) -> None:
    offered = desk.offered()
    desk.take_over(M, offered.referral)
    there = desk.case_of(M, offered.referral)
    desk.consent(M, there)
    onward = desk.offer(M, there)
    towns.settle()
    desk.open(V, onward)
    desk.accept(V, onward)
    towns.send(V)
    towns.take_in(M)  # released, and on its way

    desk.withdraw(V, offered.consent)
    towns.send(V)
    towns.take_in(M)

    assert desk.referral(M, offered.referral).copy_erased_at is not None
    assert holding(towns[M]) == {"outbox_dossier"}
    towns.settle()
    assert holding(towns[M]) == set()
    assert desk.custodians() == [V]
    assert towns[V].query("SELECT count(*) FROM received_dossier WHERE referral_id = %s", onward) == [(1,)]


def test_what_was_half_written_goes_with_an_erased_file_and_stays_when_a_file_only_closes(
    desk, towns, visit, words
) -> None:
    offered = desk.offered()
    desk.take_over(M, offered.referral)
    there = desk.case_of(M, offered.referral)
    note = {"text": "Vrienden in de Graafstraat.", "contact_kind": "phone", "keep-draft": "1"}
    for town, case in ((V, offered.case), (M, there)):
        visit(town, f"/cases/{case}", note)
    with towns.at(M):
        actions.keep_draft(
            case_id=there, referral_id=uuid.uuid4(), given={"why": {"kind": "advice"}}, by=actor(M), at=desk.now
        )
    desk.consent(M, there)
    desk.take_over(V, desk.hand_back(M, offered.referral))
    assert [towns[town].count("portal_draft") for town in (V, M)] == [1, 1]
    assert towns[M].count("referral_draft") == 1

    desk.withdraw(V, offered.consent)
    towns.settle()
    visit(M, f"/cases/{there}", note)  # from a page that was left open

    assert (towns[M].count("portal_draft"), towns[M].count("referral_draft")) == (0, 0)
    assert holding(towns[M]) == set()
    assert "Vrienden in de Graafstraat." in words(visit(V, f"/cases/{offered.case}"))


def test_old_dossiers_are_cleaned_away_once(desk, towns) -> None:
    held, owed = desk.offered(name="held"), desk.offered(name="owed")
    desk.take_over(M, held.referral)
    desk.open(M, owed.referral)
    desk.accept(M, owed.referral)
    towns.send(M)
    towns.take_in(V)
    put_back(towns[V], held.referral)
    assert towns[V].count("outbox_dossier") == 2

    with towns.at(V), connection.cursor() as cursor:
        cursor.execute(MIGRATION.OUTBOX)
        cursor.execute(MIGRATION.RECEIVED)

    assert towns[V].query(
        "SELECT referral_id FROM outbox_dossier JOIN outbox_message ON outbox_message.id = message_id"
    ) == [(owed.referral,)]


def test_what_older_erasures_left_is_cleaned_away_once(desk, towns) -> None:
    offered = desk.offered()
    desk.take_over(M, offered.referral)
    there = desk.case_of(M, offered.referral)
    desk.consent(M, there)
    desk.take_over(V, desk.hand_back(M, offered.referral))
    desk.withdraw(V, offered.consent)
    towns.settle()
    left = [
        ("UPDATE referral SET has_dossier = true, preview = '{}' WHERE id = %s", offered.referral),
        ("INSERT INTO received_dossier SELECT %s, 'Verzonnen', 'sha256:' || repeat('0', 64), now()", offered.referral),
        (NOTE, str(there)),
        (QUESTION, there),
    ]

    with towns.at(M), connection.cursor() as cursor:
        for text, value in left:
            cursor.execute(text, [value])
        for text in (MIGRATION.OUTBOX, MIGRATION.RECEIVED, DRAFTS.NOTES, DRAFTS.QUESTIONS):
            cursor.execute(text)

    assert holding(towns[M]) == set()
    assert not desk.referral(M, offered.referral).has_dossier


def put_back(town, referral: uuid.UUID) -> None:
    """Will let a town's outbox hold the dossier of a release, as it did before."""
    with town.here(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_dossier (message_id, content)"
            " SELECT id, 'Verzonnen' FROM outbox_message WHERE referral_id = %s AND type = 'DossierReleased'",
            [referral],
        )
