"""Cases of brothers and sisters: linked once, seen from both sides, and no word of one in the other."""

import uuid

import pytest

import casework
from casework import AT, CASEWORKER, COORDINATOR, MANAGER, OFFICER, OTHER_TEAM, fill, hand_over, link, rows
from federation.audit import queries as audit
from federation.identity.actor import MissingPermission
from municipal.cases import actions, queries, rules


def others(case_id):
    return [(one.other_id, one.kind) for one in queries.linked_with(case_id)]


def test_a_link_reads_the_same_from_both_sides(case):
    sister = casework.open_case(first_name="Noor")

    link(case, sister)

    assert others(case) == [(sister, "sibling")]
    assert others(sister) == [(case, "sibling")]
    assert audit.accesses(case)[0].act == "casesLinked"
    assert audit.accesses(sister)[0].act == "casesLinked"


def test_two_cases_are_linked_once_whichever_is_named_first(case):
    sister = casework.open_case(first_name="Noor")
    link(case, sister)
    before = rows()

    for one, other in ((case, sister), (sister, case)):
        with pytest.raises(rules.AlreadyLinked):
            link(one, other)
    with pytest.raises(rules.LinkToItself):
        link(case, case)

    assert rows() == before


def test_a_family_of_three_is_three_links(case):
    second, third = casework.open_case(first_name="Noor"), casework.open_case(first_name="Ilias")

    link(case, second)
    link(third, case)
    link(second, third)

    assert {other for other, _ in others(case)} == {second, third}
    assert {other for other, _ in others(second)} == {case, third}


def test_nothing_of_one_file_stands_in_the_other(case):
    sister = casework.open_case(first_name="Noor")
    fill(case)

    link(case, sister)

    assert queries.dossier(sister, blocks=list(rules.Block)).counts == {
        "identity": 1, "situationPicture": 0, "goals": 0, "ways": 0, "evaluations": 0, "contactNotes": 0
    }  # fmt: skip


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (OTHER_TEAM, rules.CaseNotFound),
        (OFFICER, MissingPermission),
        (MANAGER, MissingPermission),
    ],
)
def test_who_may_not_link(case, who, refusal):
    sister = casework.open_case(first_name="Noor")
    before = rows()

    with pytest.raises(refusal):
        link(case, sister, by=who)

    assert rows() == before


def test_a_case_of_another_team_is_linked_by_the_coordinator(case):
    sister = casework.open_case(first_name="Noor", team="youth", by=COORDINATOR)
    before = rows()

    for who in (CASEWORKER, OTHER_TEAM):
        with pytest.raises(rules.CaseNotFound):
            link(case, sister, by=who)
    assert rows() == before

    link(case, sister, by=COORDINATOR)
    assert others(case) == [(sister, "sibling")]


def test_a_file_that_is_closed_takes_no_link(case):
    sister = casework.open_case(first_name="Noor")
    hand_over(sister)

    with pytest.raises(rules.CustodyElsewhere):
        link(case, sister)

    assert others(case) == []


def test_a_link_that_was_a_mistake_is_taken_away_from_either_side(case):
    sister, stranger = casework.open_case(first_name="Noor"), casework.open_case(first_name="Ilias")
    made = link(case, sister)

    for wrong in (stranger, uuid.uuid4()):
        with pytest.raises((rules.LinkNotFound, rules.CaseNotFound)):
            actions.unlink_cases(case_id=wrong, link_id=made, by=CASEWORKER, at=AT)
    assert others(case) == [(sister, "sibling")]

    actions.unlink_cases(case_id=sister, link_id=made, by=CASEWORKER, at=AT)

    assert others(case) == others(sister) == []
    assert audit.accesses(case)[0].act == "casesUnlinked"


def test_erasing_one_file_erases_that_it_was_linked(case):
    sister = casework.open_case(first_name="Noor")
    link(case, sister)

    actions.erase_content(case_id=case, by=COORDINATOR, at=AT)

    assert others(sister) == []


@pytest.mark.parametrize("written", ["VV-2026-0001", " vv-2026-0001 "])
def test_a_case_is_found_by_its_reference_by_those_who_work_with_it(case, written):
    assert queries.by_reference(written, by=CASEWORKER) == case
    assert queries.by_reference(written, by=COORDINATOR) == case
    with pytest.raises(rules.CaseNotFound):
        queries.by_reference(written, by=OTHER_TEAM)
    with pytest.raises(MissingPermission):
        queries.by_reference(written, by=OFFICER)
