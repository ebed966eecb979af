"""Who may see and do what with a referral: one table of role, side, state and verdict."""

import uuid

import pytest
from django.db import transaction

from federation.errors import DomainError
from federation.identity.actor import Actor, Role
from municipal.cases import rules as case_rules
from municipal.referrals import actions, queries
from people_at_work import BLOCKS, actor

V, M = "vilvoorde", "molenbeek"
UNKNOWN, FORBIDDEN, CONFLICT, PURPOSE, CLOSED = (
    "referralUnknown",
    "missingPermission",
    "referralStateConflict",
    "purposeMissing",
    "fileClosed",
)
OK = "ok"

WHO = {
    "caseworker": actor,
    "caseworker of another team": lambda town: actor(town, team="youth"),
    "caseworker without a team": lambda town: actor(town, team=""),
    "coordinator": lambda town: actor(town, Role.COORDINATOR),
    "data protection officer": lambda town: actor(town, Role.DATA_PROTECTION_OFFICER),
    "manager": lambda town: actor(town, Role.MANAGER),
    "nobody": lambda town: Actor(str(uuid.uuid4()), frozenset(), "prevention", town),
    "caseworker of the other town": lambda town: actor(V if town == M else M),
    "coordinator of the other town": lambda town: actor(V if town == M else M, Role.COORDINATOR),
}

# who, town, state of the referral: sees it in the list, reads it, reads the dossier, acts on it (reports, or revokes)
TABLE = [
    ("caseworker", M, "received", True, OK, CONFLICT, CONFLICT),
    ("caseworker", M, "held", True, OK, OK, OK),
    ("caseworker", V, "received", True, OK, CONFLICT, OK),
    ("caseworker", V, "released", True, OK, CONFLICT, CONFLICT),
    ("caseworker of another team", M, "received", False, UNKNOWN, UNKNOWN, UNKNOWN),
    ("caseworker of another team", M, "held", False, UNKNOWN, UNKNOWN, UNKNOWN),
    ("caseworker of another team", V, "received", False, UNKNOWN, UNKNOWN, UNKNOWN),
    ("caseworker of another team", V, "released", False, UNKNOWN, UNKNOWN, UNKNOWN),
    ("caseworker without a team", M, "held", False, UNKNOWN, UNKNOWN, UNKNOWN),
    ("caseworker without a team", V, "released", False, UNKNOWN, UNKNOWN, UNKNOWN),
    ("coordinator", M, "received", True, OK, CONFLICT, CONFLICT),
    ("coordinator", M, "held", True, OK, OK, OK),
    ("coordinator", V, "received", True, OK, CONFLICT, OK),
    ("coordinator", V, "released", True, OK, CONFLICT, CONFLICT),
    ("data protection officer", M, "received", True, OK, PURPOSE, FORBIDDEN),
    ("data protection officer", M, "held", True, OK, PURPOSE, FORBIDDEN),
    ("data protection officer", V, "released", True, OK, CONFLICT, FORBIDDEN),
    # the case went home: the file is closed, and what came with it too
    ("caseworker", M, "handedBack", True, OK, CLOSED, CONFLICT),
    ("caseworker of another team", M, "handedBack", False, UNKNOWN, UNKNOWN, UNKNOWN),
    ("coordinator", M, "handedBack", True, OK, PURPOSE, CONFLICT),
    ("data protection officer", M, "handedBack", True, OK, PURPOSE, FORBIDDEN),
    ("manager", M, "held", FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    ("manager", V, "released", FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    ("nobody", M, "held", FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    ("caseworker of the other town", M, "held", False, UNKNOWN, UNKNOWN, UNKNOWN),
    ("caseworker of the other town", V, "received", False, UNKNOWN, UNKNOWN, UNKNOWN),
    ("coordinator of the other town", M, "held", False, UNKNOWN, UNKNOWN, UNKNOWN),
    ("coordinator of the other town", V, "released", False, UNKNOWN, UNKNOWN, UNKNOWN),
]


def verdict(call):
    """Return what a call gives, or the code of its refusal."""
    try:
        found = call()
    except DomainError as refusal:
        return refusal.code
    return found if isinstance(found, bool) else OK


def act(town, referral, by, at):
    """Will report, where the referral was received, or revoke it, where it was sent."""
    if town == M:
        return actions.report_progress(referral_id=referral, progress="appointment", on=at.date(), by=by, at=at)
    return actions.revoke_referral(referral_id=referral, reason="personStays", by=by, at=at)


def by_state(desk, towns):
    """Return a referral for each state of the table: it waits, it moved, or the case went home again."""
    waiting, moved, gone = (desk.offered(name=name).referral for name in ("waiting", "moved", "gone"))
    for one in (moved, gone):
        desk.take_over(M, one)
    desk.consent(M, desk.case_of(M, gone))
    desk.take_over(V, desk.hand_back(M, gone))
    return {"received": waiting, "held": moved, "released": moved, "handedBack": gone}


def test_the_table_of_access_holds(desk, towns) -> None:
    referrals = by_state(desk, towns)
    wrong = []

    for who, town, state, listed, read, dossier, acted in TABLE:
        referral = referrals[state]
        by = WHO[who](town)
        assert desk.state(town, referral) == state
        with towns.at(town):
            asked = [
                verdict(lambda: queries.referrals(by=by).filter(pk=referral).exists()),  # noqa: B023
                verdict(lambda: queries.get_referral(referral, by=by)),  # noqa: B023
                verdict(lambda: actions.read_dossier(referral_id=referral, purpose="", by=by, at=desk.now)),  # noqa: B023
            ]
            before = towns[town].everything()
            got = verdict(lambda: _taken_back(lambda: act(town, referral, by, desk.now)))  # noqa: B023
            if towns[town].everything() != before:
                wrong.append(f"{who} in {town}, {state}: left a trace")
        if [*asked, got] != [listed, read, dossier, acted]:
            wrong.append(f"{who} in {town}, {state}: {[*asked, got]}")

    assert "\n".join(wrong) == ""


def _taken_back(call):
    with transaction.atomic():
        call()
        transaction.set_rollback(True)


def test_the_officer_opens_a_dossier_with_a_purpose_and_leaves_an_entry(desk, towns) -> None:
    moved = desk.offered()
    desk.take_over(M, moved.referral)

    with towns.at(M):
        found = actions.read_dossier(
            referral_id=moved.referral, purpose="complaint", by=actor(M, Role.DATA_PROTECTION_OFFICER), at=desk.now
        )

    assert set(found.blocks) == set(BLOCKS)
    rows = towns[M].query("SELECT purpose FROM audit_entry WHERE act = 'dossierRead'")
    assert rows == [("complaint",)]


def test_what_came_with_a_case_that_went_on_is_read_with_a_purpose_and_by_no_caseworker(desk, towns) -> None:
    gone = by_state(desk, towns)["handedBack"]

    with towns.at(M):
        for by in (actor(M), actor(M, Role.COORDINATOR)):
            with pytest.raises(DomainError):
                actions.read_dossier(referral_id=gone, purpose="", by=by, at=desk.now)
        found = actions.read_dossier(
            referral_id=gone, purpose="supervision", by=actor(M, Role.COORDINATOR), at=desk.now
        )
        with pytest.raises(case_rules.FileClosed):
            actions.read_dossier(referral_id=gone, purpose="supervision", by=actor(M), at=desk.now)

    assert set(found.blocks) == set(BLOCKS)
    assert towns[M].query("SELECT purpose FROM audit_entry WHERE act = 'dossierRead'") == [("supervision",)]


STATUS = {OK: 200, UNKNOWN: 404, FORBIDDEN: 403, CONFLICT: 409, CLOSED: 403}


def test_the_pages_say_the_same_as_the_table(desk, towns, visit, words) -> None:
    referrals = by_state(desk, towns)
    wrong = []

    for who, town, state, _, read, dossier, acted in TABLE:
        referral = referrals[state]
        by, page = WHO[who](town), f"/referrals/{referral}"
        if by.participant != town:  # a session holds people of its own town only
            continue
        tracker, file = visit(town, page, by=by), visit(town, f"{page}/dossier", by=by)
        verb = "progress" if town == M else "revocation"
        form = visit(town, f"{page}/{verb}", by=by)
        offered = form.status_code == 200 and "<form method" in form.content.decode().partition('id="content"')[2]
        wanted = [STATUS[read], 200 if dossier == PURPOSE else STATUS[dossier], acted == OK]
        got = [tracker.status_code, file.status_code, offered]
        if got != wanted:
            wrong.append(f"{who} in {town}, {state}: {got}, not {wanted}")
        led = f'href="{page}/dossier"' in tracker.content.decode()
        if led != (dossier in (OK, PURPOSE) and state in ("held", "handedBack")):
            wrong.append(f"{who} in {town}, {state}: the tracker {'leads' if led else 'does not lead'} to the file")
        if dossier == PURPOSE and "Verzonnen" in words(file):
            wrong.append(f"{who} in {town} reads without a purpose")

    assert "\n".join(wrong) == ""
