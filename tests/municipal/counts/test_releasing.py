"""A frozen year leaves once, protected, after somebody else than who froze it has looked at it."""

import datetime

import pytest
from django.db import connection

import casework
from casework import AT, CASEWORKER, COORDINATOR, MANAGER, NOBODY, OFFICER, rows
from federation import protection, seals
from federation.audit.models import AuditEntry
from federation.bus import directory
from federation.bus.models import OutboxMessage
from federation.contracts.messages import CountsReleased
from federation.identity.actor import MissingPermission, Role
from municipal.counts import actions, queries, rules

SECOND_MANAGER = casework.actor(Role.MANAGER, team="second")


@pytest.fixture
def frozen(year, nation):
    return actions.freeze_year(year=2025, by=MANAGER, at=AT)


def approve(by=COORDINATOR, year=2025, at=AT):
    return actions.approve_release(year=year, by=by, at=at)


def test_the_protected_figures_reach_the_nation_sealed_and_nothing_else_does(frozen, nation):
    approve()

    (released,) = nation.heard()

    assert released == CountsReleased(1, 2025, tuple(protection.written(cell.shown) for cell in frozen.cells))
    assert released.figures != tuple(str(cell.count) for cell in frozen.cells)
    assert len(nation.sealed()) == 1


def test_a_few_adults_are_seen_neither_by_their_band_nor_by_that_of_the_minors(opens, nation):
    for number in range(3):
        opens(f"2025-03-{number + 1:02}", age=30)
    for number in range(40):
        opens(f"2025-{number % 12 + 1:02}-15")
    here = actions.freeze_year(year=2025, by=MANAGER, at=AT)
    approve()

    (released,) = nation.heard()

    assert [cell.count for cell in here.cells] == [43, 40, 3, 43, 43]
    assert released.figures[1:3] == ("<10", "<10")
    assert "<10" not in released.figures[:1] + released.figures[3:]


def test_the_receipt_is_seen_here(frozen, nation):
    assert approve().state == "sent"
    nation.heard()

    nation.confirms()

    view = queries.year(2025, by=MANAGER, at=AT)
    assert (view.state, view.receipt_at, view.approved_by) == ("received", AT, COORDINATOR.subject)


def test_a_refusal_by_the_nation_is_seen_here(frozen, nation):
    approve()
    nation.heard()

    nation.refuses("yearReleased")

    view = queries.year(2025, by=MANAGER, at=AT)
    assert (view.state, view.refused_reason) == ("refused", "yearReleased")


@pytest.mark.parametrize("by", [COORDINATOR, SECOND_MANAGER], ids=["coordinator", "second manager"])
def test_a_second_person_approves(frozen, by):
    assert approve(by).approved_by == by.subject


def test_who_froze_does_not_approve(frozen):
    before = rows()

    with pytest.raises(rules.SamePerson):
        approve(MANAGER)

    assert rows() == before


@pytest.mark.parametrize("by", [CASEWORKER, OFFICER, NOBODY], ids=["caseworker", "officer", "nobody"])
def test_who_has_no_part_in_it_does_not_approve(frozen, by):
    before = rows()

    with pytest.raises(MissingPermission):
        approve(by)

    assert rows() == before


def test_a_second_release_is_refused_and_nothing_leaves(frozen, nation):
    approve()
    nation.heard()
    before = rows()

    for by in (COORDINATOR, SECOND_MANAGER):
        with pytest.raises(rules.YearReleased):
            approve(by)

    assert rows() == before
    assert len(nation.heard()) == 1


def test_a_year_that_is_not_frozen_is_not_released(year, nation):
    before = rows()

    with pytest.raises(rules.YearNotFrozen):
        approve()

    assert rows() == before


def test_without_a_nation_that_a_person_confirmed_nothing_is_released(year, keys):
    actions.freeze_year(year=2025, by=MANAGER, at=AT)
    before = rows()

    with pytest.raises(rules.NationUnknown):
        approve()

    assert rows() == before


def test_counts_that_are_not_those_that_were_frozen_stay_here(frozen):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE counts_cell DISABLE TRIGGER USER")
        cursor.execute("UPDATE counts_cell SET count = count + 20")
    before = rows()

    with pytest.raises(rules.SnapshotChanged):
        approve()

    assert rows() == before


def test_both_acts_stand_in_the_audit_with_the_digest_and_no_count(frozen):
    approve()

    acts = list(AuditEntry.objects.filter(subject="countedYear:2025").order_by("at", "act"))

    assert {entry.act for entry in acts} == {"yearFrozen", "releaseApproved"}
    assert {entry.facts["digest"] for entry in acts} == {frozen.digest}
    assert all(set(entry.facts) <= {"year", "programme", "digest", "message"} for entry in acts)


def test_a_nil_return_looks_like_any_other(keys, nation, opens):
    """Nobody who watches the bus, and nothing but the figures themselves, tells a town without cases from another."""
    opens("2023-06-01")
    for day in range(28):
        for _ in range(4):
            opens(f"2025-02-{day + 1:02}")
    for year in (2024, 2025):
        actions.freeze_year(year=year, by=MANAGER, at=AT)
        approve(year=year)

    nil, full = nation.heard()

    assert (nil.year, nil.figures) == (2024, ("<10",) * 5)
    assert (full.year, len(full.figures)) == (2025, 5)
    assert int(full.figures[0]) >= 100
    assert {len(record.value) for record in nation.sealed()} == {2048}
    assert {bool(record.key) for record in nation.sealed()} == {bool(nation.sealed()[0].key)}


@pytest.mark.parametrize("figure", ["<10", "10", "999995"])
@pytest.mark.parametrize(
    ("sender", "recipient", "epoch"), [("zen", "bel", 1), ("vilvoorde", "belgium", 9), ("a" * 31, "b" * 31, 2**53 - 1)]
)
def test_whatever_the_figures_are_a_sealed_release_has_one_size(nation, figure, sender, recipient, epoch):
    peer = nation.peer
    jws = peer.statement(
        recipient, CountsReleased(1, 2025, (figure,) * 5), sender=sender, epoch=epoch, time=AT.replace(microsecond=1)
    )

    sealed = peer.sealed(jws, peer.ring.encryption_key.public, source=sender)

    assert len(sealed) == min(seals.SIZES) == 2048


def test_the_same_figure_is_shown_whenever_it_is_asked_for(frozen):
    before = [cell.shown for cell in queries.year(2025, by=MANAGER, at=AT).cells]
    approve(at=AT + datetime.timedelta(days=40))

    after = [cell.shown for cell in queries.year(2025, by=OFFICER, at=AT + datetime.timedelta(days=400)).cells]

    assert after == before == [cell.shown for cell in frozen.cells]


def test_a_release_waits_until_the_nation_is_reached_and_is_said_once(frozen, nation):
    approve()

    assert OutboxMessage.objects.filter(type="CountsReleased", recipient="belgium").count() == 1
    assert [record.participant for record in directory.of_level("national")] == ["belgium"]
