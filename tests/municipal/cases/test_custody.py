"""Custody is a row per acquisition: who accepts gets one, and a signed word ends exactly the row it names."""

import datetime
import json
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

import casework
from casework import AT, CASEWORKER, COORDINATOR, fill, hand_over, rows, write
from federation.identity.actor import system
from municipal.cases import actions, dossier, queries, rules
from municipal.people import queries as people

CONSUMER = system("vilvoorde", "consumer")
ALL = [str(block) for block in rules.Block]


def shell(referral=None):
    return actions.open_shell(referral_id=referral or uuid.uuid4(), team="prevention", by=CONSUMER, at=AT)


def test_intake_makes_this_town_custodian(case):
    [row] = queries.open_custody(case)

    assert (row.acquired_by, row.referral_id) == ("intake", None)
    assert queries.locked_case(case).custodian


def test_the_end_of_the_last_row_closes_the_file(case):
    fill(case)

    referral = hand_over(case, at=AT + datetime.timedelta(hours=1))

    view = queries.locked_case(case)
    assert queries.open_custody(case) == []
    assert (view.custodian, view.closed_for_writing_at) == (False, AT + datetime.timedelta(hours=1))
    with pytest.raises(rules.CustodyElsewhere):
        write(case, "situationPicture", lifeDomain="friends", text="Te laat.")
    assert queries.case_acquired_by(referral) is None


def test_a_row_ends_once(case):
    [row] = queries.open_custody(case)
    hand_over(case)
    before = rows()

    for wrong in (row.id, uuid.uuid4()):
        with pytest.raises(actions.CustodyRowNotOpen):
            actions.end_custody(row_id=wrong, by_referral=uuid.uuid4(), by=CONSUMER, at=AT)

    assert rows() == before


def test_an_old_word_does_not_end_a_newer_custody(case):
    [intake] = queries.open_custody(case)
    newer = actions.start_custody(case_id=case, referral_id=uuid.uuid4(), by=CONSUMER, at=AT)

    actions.end_custody(row_id=intake.id, by_referral=uuid.uuid4(), by=CONSUMER, at=AT)

    assert [row.id for row in queries.open_custody(case)] == [newer]
    assert not queries.locked_case(case).closed


def test_one_referral_brings_custody_once(db):
    referral = uuid.uuid4()
    acquired = shell(referral)
    before = rows()

    with pytest.raises(actions.CustodyAcquired):
        shell(referral)
    with pytest.raises(actions.CustodyAcquired):
        actions.start_custody(case_id=acquired.case_id, referral_id=referral, by=CONSUMER, at=AT)

    assert rows() == before


def test_the_table_too_refuses_a_second_custody_row_of_one_referral(db):
    acquired = shell()
    actions.end_custody(row_id=acquired.custody_row_id, by_referral=uuid.uuid4(), by=CONSUMER, at=AT)

    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_custody_row (id, acquired_by, referral_id, started_at, started_by, ended_by, case_id)"
            " SELECT gen_random_uuid(), acquired_by, referral_id, started_at, started_by, '', case_id"
            " FROM cases_custody_row"
        )

    assert refused.value.__cause__.diag.constraint_name == "one_custody_row_per_referral"


def test_a_shell_takes_contact_notes_and_nothing_else_until_the_file_comes(db):
    case = shell().case_id
    before = rows()

    with pytest.raises(rules.AwaitingDossier):
        write(case, "situationPicture", lifeDomain="family", text="Nog niets.")
    assert rows() == before
    note = write(case, "contactNotes", contactKind="phone", happenedAt=AT, visibility="team", text="Kennismaking.")

    assert queries.has_entry(case, block=rules.Block.CONTACT_NOTES, entry_id=note)
    assert queries.get_case(case, by=CASEWORKER).person is None


def test_a_shell_goes_to_a_team_that_exists(db):
    before = rows()

    with pytest.raises(actions.TeamUnknown):
        actions.open_shell(referral_id=uuid.uuid4(), team="nobody", by=CONSUMER, at=AT)

    assert rows() == before


def test_a_dossier_brings_the_consented_blocks_as_they_stand(case):
    written = fill(case)
    sent = queries.dossier(case, blocks=["goals", "identity", "ways"])
    there = shell().case_id

    counts = actions.receive_dossier(case_id=there, text=sent.text, referral_id=uuid.uuid4(), by=CONSUMER, at=AT)

    assert counts == sent.counts == {"identity": 1, "goals": 1, "ways": 1}
    view = queries.get_case(there, by=CASEWORKER)
    assert people.details(view.person_id) == people.details(queries.locked_case(case).person_id)
    assert not view.awaiting_dossier
    assert [entry.block for entry in queries.current_entries(there)] == ["goals", "ways"]
    assert set(json.loads(sent.text)["blocks"]) == {"identity", "goals", "ways"}
    assert str(written["contactNotes"]) not in sent.text


def test_a_file_that_comes_home_is_joined_with_what_stayed(case):
    written = fill(case)
    text = queries.dossier(case, blocks=["goals"]).text
    hand_over(case)
    home = uuid.uuid4()
    actions.start_custody(case_id=case, referral_id=home, by=CONSUMER, at=AT)
    changed = text.replace("Ik wil terug voetballen.", "Ik wil trainer worden.").replace('"vilvoorde"', '"molenbeek"')

    actions.receive_dossier(case_id=case, text=changed, referral_id=home, by=CONSUMER, at=AT)
    actions.receive_dossier(case_id=case, text=changed, referral_id=home, by=CONSUMER, at=AT)

    goal = queries.current_entries(case, block="goals").get()
    assert (goal.entry_id, goal.version, goal.text) == (written["goals"], 2, "Ik wil trainer worden.")
    assert (goal.written_in, goal.came_by) == ("molenbeek", home)
    assert queries.has_entry(case, block=rules.Block.CONTACT_NOTES, entry_id=written["contactNotes"])
    assert not queries.locked_case(case).closed


def test_a_dossier_is_applied_by_a_custodian_only(case):
    text = queries.dossier(case, blocks=["identity"]).text
    hand_over(case)
    before = rows()

    with pytest.raises(rules.CustodyElsewhere):
        actions.receive_dossier(case_id=case, text=text, referral_id=uuid.uuid4(), by=CONSUMER, at=AT)
    with pytest.raises(rules.CustodyElsewhere):
        actions.reopen_for_writing(case_id=case, by=CONSUMER, at=AT)

    assert rows() == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"version":2,"blocks":{}}',
        '{"version":1,"blocks":{"identity":{"firstName":"Sami"}}}',
        '{"version":1,"blocks":{"secrets":[]}}',
        '{"version":1,"blocks":{},"blocks":{}}',
        '{"version":1,"blocks":{"goals":[{"id":"x"}]}}',
    ],
)
def test_a_malformed_dossier_changes_nothing_and_is_not_quoted(db, text):
    case = shell().case_id
    before = rows()

    with pytest.raises(dossier.DossierMalformed) as refused:
        actions.receive_dossier(case_id=case, text=text, referral_id=uuid.uuid4(), by=CONSUMER, at=AT)

    assert "Sami" not in str(refused.value)
    assert rows() == before


def test_a_dossier_says_the_same_of_the_same_file(case):
    fill(case)

    first, second = (queries.dossier(case, blocks=blocks) for blocks in (ALL, reversed(ALL)))

    assert first == second
    assert dossier.parse(first.text).counts() == first.counts
    assert first.counts == dict.fromkeys(ALL, 1)


def test_a_file_that_knows_nobody_sends_no_identity(db):
    sent = queries.dossier(shell().case_id, blocks=["identity", "goals"])

    assert sent.counts == {"identity": 0, "goals": 0}
    assert dossier.parse(sent.text).identity is None


def test_erasing_leaves_reference_and_custody_and_no_content(case):
    fill(case)
    person = queries.locked_case(case).person_id

    gone = actions.erase_content(case_id=case, by=COORDINATOR, at=AT)

    view = queries.locked_case(case)
    assert gone == 5
    assert (view.reference, view.person, view.awaiting_dossier) == ("VV-2026-0001", None, True)
    assert list(queries.current_entries(case)) == []
    assert len(queries.open_custody(case)) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_person WHERE id = %s", [person])
        assert cursor.fetchone() == (0,)


def test_a_file_that_was_erased_takes_the_dossier_with_which_it_comes_back(case):
    fill(case)
    text = queries.dossier(case, blocks=["identity", "goals"]).text
    hand_over(case)
    actions.erase_content(case_id=case, by=COORDINATOR, at=AT)
    assert queries.is_erased(case)
    home = uuid.uuid4()
    actions.start_custody(case_id=case, referral_id=home, by=CONSUMER, at=AT)

    actions.receive_dossier(case_id=case, text=text, referral_id=home, by=CONSUMER, at=AT)

    view = queries.locked_case(case)
    assert not queries.is_erased(case)
    assert (view.person.last_name, view.awaiting_dossier) == ("Verzonnen", False)
    assert [entry.block for entry in queries.current_entries(case)] == ["goals"]


def test_closing_what_is_closed_keeps_who_closed_it(case):
    hand_over(case)
    before = (queries.locked_case(case), rows())

    actions.close_for_writing(case_id=case, by=CONSUMER, at=AT + datetime.timedelta(days=1))

    assert (queries.locked_case(case), rows()) == before


def test_a_case_that_does_not_exist_is_not_found(db):
    for act in (
        lambda: queries.locked_case(uuid.uuid4()),
        lambda: queries.get_case(uuid.uuid4(), by=CASEWORKER),
        lambda: casework.write(uuid.uuid4(), "goals", ownWords="x", progressSign="y"),
    ):
        with pytest.raises(rules.CaseNotFound):
            act()
