"""Who may read and write which case: one table. What is not allowed leaves nothing behind, not even a log entry."""

import dataclasses

import pytest

import casework
from casework import CASEWORKER, COORDINATOR, MANAGER, NOBODY, OFFICER, OTHER_TEAM, actor, hand_over, rows
from federation.errors import DomainError
from federation.identity.actor import MissingPermission, Role
from municipal.cases import actions, contents, queries, rules

BOTH = dataclasses.replace(CASEWORKER, roles=frozenset({Role.CASEWORKER, Role.DATA_PROTECTION_OFFICER}))
READS, WRITES = "reads", "writes"
PURPOSE = "complaint"

# who, the file is open or released, the purpose said -> verdict of reading, verdict of writing
TABLE = [
    (CASEWORKER, "open", "", READS, WRITES),
    (CASEWORKER, "open", PURPOSE, READS, WRITES),
    (CASEWORKER, "released", "", "FileClosed", "CustodyElsewhere"),
    (CASEWORKER, "released", PURPOSE, "FileClosed", "CustodyElsewhere"),
    (OTHER_TEAM, "open", "", "CaseNotFound", "CaseNotFound"),
    (OTHER_TEAM, "open", PURPOSE, "CaseNotFound", "CaseNotFound"),
    (OTHER_TEAM, "released", PURPOSE, "CaseNotFound", "CaseNotFound"),
    (COORDINATOR, "open", "", READS, WRITES),
    (COORDINATOR, "released", "", "PurposeMissing", "CustodyElsewhere"),
    (COORDINATOR, "released", PURPOSE, READS, "CustodyElsewhere"),
    (COORDINATOR, "released", "curiosity", "PurposeMissing", "CustodyElsewhere"),
    (OFFICER, "open", "", "PurposeMissing", "MissingPermission"),
    (OFFICER, "open", PURPOSE, READS, "MissingPermission"),
    (OFFICER, "released", "", "PurposeMissing", "MissingPermission"),
    (OFFICER, "released", PURPOSE, READS, "MissingPermission"),
    (BOTH, "open", "", READS, WRITES),
    (BOTH, "released", PURPOSE, READS, "CustodyElsewhere"),
    (MANAGER, "open", PURPOSE, "MissingPermission", "MissingPermission"),
    (MANAGER, "released", PURPOSE, "MissingPermission", "MissingPermission"),
    (NOBODY, "open", PURPOSE, "MissingPermission", "MissingPermission"),
]
NAMES = [f"{sorted(who.roles)}-{who.team}-{state}-{purpose}" for who, state, purpose, _, _ in TABLE]


@pytest.mark.parametrize(("who", "state", "purpose", "reading", "writing"), TABLE, ids=NAMES)
def test_who_may_read_and_write(  # noqa: PLR0917 -- the columns of the table
    case, who, state, purpose, reading, writing
):
    if state == "released":
        hand_over(case)
    before = rows()

    read = verdict(lambda: actions.read_case(case_id=case, purpose=purpose, by=who, at=casework.AT), READS)
    entries = verdict(
        lambda: actions.read_entries(case_id=case, block="", purpose=purpose, by=who, at=casework.AT), READS
    )
    after_reading = rows()
    note = contents.draft(
        rules.Block.CONTACT_NOTES,
        {"contactKind": "phone", "happenedAt": casework.AT, "visibility": "team", "text": "Belde."},
    )
    wrote = verdict(lambda: actions.add_entry(case_id=case, draft=note, by=who, at=casework.AT), WRITES)
    changed = verdict(lambda: change(case, who), WRITES)

    assert (read, entries, wrote, changed) == (reading, reading, writing, writing)
    assert gained(before, after_reading) == ({"audit_entry": 2} if reading == READS else {})
    assert gained(after_reading, rows()) == ({"audit_entry": 2, "cases_entry": 1} if writing == WRITES else {})
    assert queries.may_write(queries.locked_case(case), by=who) is (writing == WRITES)


@pytest.mark.parametrize(
    ("who", "purpose", "seen"),
    [
        (CASEWORKER, "", {"own"}),
        (OTHER_TEAM, "", {"other team's"}),
        (COORDINATOR, "", {"own", "other team's"}),
        (COORDINATOR, PURPOSE, {"own", "other team's", "released"}),
        (OFFICER, "", set()),
        (OFFICER, PURPOSE, {"own", "other team's", "released"}),
        (MANAGER, PURPOSE, set()),
        (NOBODY, PURPOSE, set()),
    ],
)
def test_a_list_holds_what_may_be_known(db, who, purpose, seen):
    cases = {
        casework.open_case(): "own",
        casework.open_case(team="youth", by=COORDINATOR): "other team's",
        casework.open_case(): "released",
    }
    hand_over(next(one for one, name in cases.items() if name == "released"))

    found = {cases[one.pk] for one in queries.visible_to(who, purpose)}

    assert found == seen


def test_a_note_for_oneself_is_seen_by_nobody_else_and_never_leaves(case):
    mine = {"contactKind": "phone", "happenedAt": casework.AT, "visibility": "me", "text": "Nog eens nakijken."}
    note = casework.write(case, "contactNotes", **mine)
    colleague = dataclasses.replace(CASEWORKER, subject=actor(Role.CASEWORKER, team="x").subject)

    def ids(who):
        return [entry.entry_id for entry in queries.entries_for(case, by=who)]

    assert ids(CASEWORKER) == [note]
    assert ids(colleague) == []
    assert ids(COORDINATOR) == []
    with pytest.raises(rules.EntryNotFound):
        actions.read_entry(case_id=case, entry_id=note, purpose="", by=colleague, at=casework.AT)
    sent = queries.dossier(case, blocks=["contactNotes"])
    assert sent.counts == {"contactNotes": 0}
    assert "nakijken" not in sent.text


def test_a_caseworker_opens_cases_for_the_own_team_only(db):
    before = rows()

    with pytest.raises(MissingPermission):
        casework.open_case(team="youth")
    for who in (OFFICER, MANAGER, NOBODY):
        with pytest.raises(MissingPermission):
            casework.open_case(by=who)

    assert rows() == before


def change(case, who):
    return actions.change_case(
        case_id=case,
        version=queries.locked_case(case).version,
        changes={"person": {"phone": ""}},
        by=who,
        at=casework.AT,
    )


def verdict(act, done):
    try:
        act()
    except DomainError as refusal:
        return type(refusal).__name__
    return done


def gained(before, after):
    """Return which tables have more rows, but for the sealer's queue, which follows the audit."""
    kept = set(after) - {"audit_waiting"}
    return {table: after[table] - before[table] for table in kept if after[table] != before[table]}
