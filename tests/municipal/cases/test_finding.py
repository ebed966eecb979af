"""What people look for in their own work: by name, by day, and what colleagues wrote since."""

import datetime

import pytest

import casework
from casework import AT, CASEWORKER, COORDINATOR, MANAGER, OFFICER, OTHER_TEAM, TODAY, fill, hand_over, rows
from federation.audit import queries as audit
from federation.identity.actor import MissingPermission
from municipal.cases import actions, queries, rules

DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("sami", {"Sami"}),
        ("SAM ver", {"Sami"}),
        ("verz", {"Sami", "Noor"}),
        ("verzonnen noor", {"Noor"}),
        ("ami", set()),
        ("VV-2026", {"Sami", "Noor"}),
        ("vv-2026-0002", {"Noor"}),
        ("%", set()),
        ("_", set()),
        ("noor sami", set()),
    ],
)
def test_each_word_begins_a_name_or_is_part_of_the_reference(db, words, found):
    casework.open_case()
    casework.open_case(first_name="Noor")

    assert {view.person.first_name for view in actions.find_cases(words=words, by=CASEWORKER, at=AT)} == found


def test_one_finds_the_own_work_and_nothing_else(case):
    casework.open_case(team="youth", by=COORDINATOR, first_name="Noor")
    hand_over(casework.open_case(first_name="Lies"))

    def names(by):
        return {view.person.first_name for view in actions.find_cases(words="verzonnen", by=by, at=AT)}

    assert names(CASEWORKER) == {"Sami"}
    assert names(OTHER_TEAM) == {"Noor"}
    assert names(COORDINATOR) == {"Sami", "Noor"}
    before = rows()
    for who in (OFFICER, MANAGER):
        with pytest.raises(MissingPermission):
            actions.find_cases(words="verzonnen", by=who, at=AT)
    assert rows() == before


def test_a_search_is_in_the_audit_and_its_words_are_not(case):
    from federation.audit.models import AuditEntry  # noqa: PLC0415 -- Django is set up by then

    actions.find_cases(words="Verzonnen", by=CASEWORKER, at=AT)

    entry = AuditEntry.objects.get(act="casesSearched")
    assert (entry.by_subject, entry.case_id, entry.facts) == (CASEWORKER.subject, None, {"found": 1})
    assert "erzonnen" not in str(audit.content(entry))


def plan(case, day, *, version, reason=""):
    changes = {"next_contact_on": day, "next_contact_who": "Els"}
    return actions.change_case(case_id=case, version=version, changes=changes, reason=reason, by=CASEWORKER, at=AT)


def test_a_contact_that_moves_says_why_and_from_which_day(case):
    plan(case, TODAY, version=1)
    plan(case, TODAY + DAY, version=2, reason="personAsked")

    moved, planned = [one.facts for one in audit.accesses(case) if one.act == "caseChanged"]
    assert planned["nextContact"] == "2026-11-23"
    assert planned["before"] == planned["reason"] == ""
    assert moved["nextContact"] == "2026-11-24"
    assert (moved["before"], moved["reason"]) == ("2026-11-23", "personAsked")


def test_a_reason_that_is_on_no_list_moves_nothing(case):
    plan(case, TODAY, version=1)
    before = rows()

    with pytest.raises(actions.ChangeInvalid) as refusal:
        plan(case, TODAY + DAY, version=2, reason="Sami had geen zin")

    assert refusal.value.field == "reason"
    assert rows() == before
    assert queries.locked_case(case).next_contact_on == TODAY


def test_contacts_of_today_and_late_ones_are_due_the_oldest_first(case):
    late, other, closed = (
        casework.open_case(),
        casework.open_case(team="youth", by=COORDINATOR),
        casework.open_case(),
    )
    tomorrow = casework.open_case()
    for one, day in ((case, TODAY), (late, TODAY - DAY), (closed, TODAY), (tomorrow, TODAY + DAY)):
        plan(one, day, version=1)
    changes = {"next_contact_on": TODAY, "next_contact_who": "Karim"}
    actions.change_case(case_id=other, version=1, changes=changes, by=COORDINATOR, at=AT)
    hand_over(closed)

    assert [one.pk for one in queries.contacts_until(TODAY, by=CASEWORKER)] == [late, case]
    assert {one.pk for one in queries.contacts_until(TODAY, by=COORDINATOR)} == {late, case, other}


def test_what_colleagues_wrote_since_is_news_and_what_one_wrote_oneself_is_not(case):
    fill(case)
    note = {"contactKind": "phone", "happenedAt": AT, "text": "Belde."}
    casework.write(case, "contactNotes", by=COORDINATOR, at=AT + DAY, visibility="team", **note)
    casework.write(case, "contactNotes", by=COORDINATOR, at=AT + DAY, visibility="me", **note)

    def news(since, by):
        return [(view.id, number) for view, number in queries.written_by_others_since(since, by=by)]

    assert news(AT, CASEWORKER) == [(case, 1)]
    assert news(AT + DAY, CASEWORKER) == []
    assert news(AT - DAY, COORDINATOR) == [(case, 5)]
    assert news(AT - DAY, OTHER_TEAM) == []


def test_earlier_versions_of_an_entry_stay_readable(case):
    from municipal.cases import contents  # noqa: PLC0415

    goal = fill(case)["goals"]
    for number, words in ((1, "Ik wil keeper worden."), (2, "Ik wil trainer worden.")):
        draft = contents.draft(rules.Block.GOALS, {"ownWords": words, "progressSign": "Een diploma."})
        actions.add_entry(case_id=case, draft=draft, entry_id=goal, version=number, by=CASEWORKER, at=AT)

    later = casework.write(case, "goals", ownWords="Ik wil rust.", progressSign="Slapen.")
    actions.add_entry(case_id=case, draft=draft, entry_id=goal, version=3, by=CASEWORKER, at=AT)
    assert [one.entry_id for one in queries.current_entries(case, block="goals")] == [goal, later]

    earlier = queries.earlier_versions(case)

    assert list(earlier) == [goal]
    said = [(one.version, one.fields["ownWords"]) for one in earlier[goal]]
    assert said == [(3, "Ik wil trainer worden."), (2, "Ik wil keeper worden."), (1, "Ik wil terug voetballen.")]


def test_a_reference_finds_its_case_however_it_is_typed(case):
    reference = queries.locked_case(case).reference

    assert queries.id_of(f" {reference.lower()} ") == case
    assert queries.references([case]) == {case: reference}
    with pytest.raises(rules.CaseNotFound):
        queries.id_of("VV-2026-9999")


def test_the_log_is_read_by_case_and_by_day_the_newest_first(case):
    other = casework.open_case(at=AT + DAY)
    actions.read_case(case_id=case, purpose="", by=CASEWORKER, at=AT + 2 * DAY)
    actions.find_cases(words="verz", by=CASEWORKER, at=AT)

    def acts(**which):
        return [(one.act, one.case_id) for one in audit.log(**which)]

    assert acts() == [("caseRead", case), ("caseOpened", other), ("caseOpened", case)]
    assert acts(case_id=case) == [("caseRead", case), ("caseOpened", case)]
    assert acts(since=AT + DAY, until=AT + 2 * DAY) == [("caseOpened", other)]
    assert [one.act for one in audit.acts_on(case, but={"caseRead"})] == ["caseOpened"]
