"""The fixed order: picture, goals, ways, evaluations; each entry a version that stays."""

import datetime
import uuid

import pytest

import casework
from casework import AT, CASEWORKER, TODAY, fill, rows, write
from municipal.cases import actions, contents, queries, rules
from municipal.cases.rules import Block

GOAL = {"ownWords": "Ik wil mijn school afmaken.", "progressSign": "Elke week naar de les."}


def test_the_work_goes_picture_goal_way_evaluation(case):
    fill(case)

    found = [entry.block for entry in queries.entries_for(case, by=CASEWORKER)]

    assert found == ["situationPicture", "goals", "ways", "evaluations", "contactNotes"]


def test_a_goal_before_the_picture_is_refused(case):
    before = rows()

    with pytest.raises(rules.PictureMissing):
        write(case, "goals", **GOAL)

    assert rows() == before


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        ("ways", {"what": "Samen naar de club", "who": "Els", "until": TODAY}),
        ("evaluations", {"evaluatedOn": TODAY, "finding": "Goed.", "comparedWithPicture": "Beter."}),
    ],
)
def test_ways_and_evaluations_need_a_goal_of_the_same_case(case, block, fields):
    other = casework.open_case(first_name="Adam")
    elsewhere = fill(other)["goals"]
    before = rows()

    for goal in (uuid.uuid4(), elsewhere):
        with pytest.raises(rules.GoalMissing):
            write(case, block, goalId=goal, **fields)

    assert rows() == before


def test_a_contact_note_can_be_written_at_any_time(case):
    note = write(case, "contactNotes", contactKind="homeVisit", happenedAt=AT, visibility="team", text="Kort bezoek.")

    assert queries.has_entry(case, block=Block.CONTACT_NOTES, entry_id=note)


def test_a_contact_note_is_corrected_by_another_note_and_never_rewritten(case):
    note = fill(case)["contactNotes"]
    fields = {"contactKind": "phone", "happenedAt": AT, "visibility": "team", "text": "Het was zijn broer."}

    with pytest.raises(rules.ContactNoteFixed):
        actions.add_entry(
            case_id=case,
            draft=contents.draft(Block.CONTACT_NOTES, fields),
            entry_id=note,
            version=1,
            by=CASEWORKER,
            at=AT,
        )
    addendum = write(case, "contactNotes", **fields, addendumTo=note)

    notes = {entry.entry_id: entry for entry in queries.current_entries(case, block="contactNotes")}
    assert notes[note].text == "Belde zelf."
    assert notes[addendum].addendum_to == note


def test_an_addendum_belongs_to_a_note_of_the_same_case(case):
    before = rows()

    with pytest.raises(rules.EntryInvalid) as refused:
        write(
            case,
            "contactNotes",
            contactKind="phone",
            happenedAt=AT,
            visibility="team",
            text="Bij wat?",
            addendumTo=uuid.uuid4(),
        )

    assert refused.value.field == "addendumTo"
    assert rows() == before


def test_a_new_version_stands_beside_the_old_one(case):
    goal = fill(case)["goals"]
    better = contents.draft(Block.GOALS, {**GOAL, "ownWords": "Ik wil trainer worden."})

    view = actions.add_entry(case_id=case, draft=better, entry_id=goal, version=1, by=CASEWORKER, at=AT)

    assert view.version == 2
    current = queries.current_entries(case, block="goals").get()
    assert (current.version, current.text) == (2, "Ik wil trainer worden.")


def test_who_read_an_older_version_does_not_overwrite_a_newer_one(case):
    goal = fill(case)["goals"]
    draft = contents.draft(Block.GOALS, GOAL)
    actions.add_entry(case_id=case, draft=draft, entry_id=goal, version=1, by=CASEWORKER, at=AT)
    before = rows()

    with pytest.raises(rules.LostUpdate):
        actions.add_entry(case_id=case, draft=draft, entry_id=goal, version=1, by=CASEWORKER, at=AT)

    assert rows() == before


def test_a_new_version_stays_in_its_block_and_domain(case):
    written = fill(case)
    before = rows()

    for entry, block, fields in [
        (written["situationPicture"], Block.GOALS, GOAL),
        (written["situationPicture"], Block.SITUATION_PICTURE, {"lifeDomain": "friends", "text": "Ander domein."}),
        (uuid.uuid4(), Block.GOALS, GOAL),
    ]:
        with pytest.raises(rules.EntryInvalid):
            actions.add_entry(
                case_id=case,
                draft=contents.draft(block, fields),
                entry_id=entry,
                version=1,
                by=CASEWORKER,
                at=AT,
            )

    assert rows() == before


@pytest.mark.parametrize(
    ("block", "fields", "wrong"),
    [
        ("goals", {"ownWords": "Ik wil."}, "progressSign"),
        ("goals", {"ownWords": "   ", "progressSign": "x"}, "ownWords"),
        ("situationPicture", {"lifeDomain": "religion", "text": "x"}, "lifeDomain"),
        ("situationPicture", {"lifeDomain": "family", "text": "x", "who": "Els"}, "who"),
        ("contactNotes", {"contactKind": "fax", "happenedAt": AT, "visibility": "team", "text": "x"}, "contactKind"),
        ("contactNotes", {"contactKind": "phone", "happenedAt": AT, "visibility": "all", "text": "x"}, "visibility"),
    ],
)
def test_an_entry_has_the_fields_of_its_block(block, fields, wrong):
    with pytest.raises(rules.EntryInvalid) as refused:
        contents.draft(Block(block), fields)

    assert refused.value.field == wrong


def test_references_are_counted_by_the_belgian_year_without_gaps(db):
    new_years_eve_in_utc = datetime.datetime(2026, 12, 31, 23, 30, tzinfo=datetime.UTC)
    first = casework.open_case()
    with pytest.raises(actions.TeamUnknown):
        casework.open_case(team="nobody", by=casework.COORDINATOR)
    second = casework.open_case()
    next_year = casework.open_case(at=new_years_eve_in_utc)

    found = [queries.get_case(one, by=CASEWORKER).reference for one in (first, second, next_year)]

    assert found == ["VV-2026-0001", "VV-2026-0002", "VV-2027-0001"]
