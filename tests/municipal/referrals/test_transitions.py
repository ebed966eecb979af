"""Every state, each act of each role and each word of the other side: the code does what the protocol says, no more.

Nothing is listed by hand: legal and illegal come from `federation.custody`. What is legal is done on a
real database and taken back; what is refused must have left every table as it was.
"""

import dataclasses
import datetime
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from federation.custody import facts as custody
from federation.custody.facts import Gate
from federation.errors import DomainError
from federation.identity.actor import Actor, Role
from municipal.referrals import models, queries
from municipal.referrals.models import Referral
from people_at_work import Desk, actor
from referral_moves import (
    ACTS,
    HAND_BACK,
    WITHDRAW,
    Act,
    Situation,
    Word,
    dossier_of,
    words_after_a_restore,
    words_to_recipient,
    words_to_sender,
)
from referral_scenes import Scene, play
from two_towns import Towns

NOT_TAKEN: set[str] = set()
"""Steps that wait for the federation's decision on a town that is gone (F19) and for consents after a restore."""


@dataclass
class Played:
    """What the matrix found."""

    scenes: list[Scene] = field(default_factory=list)
    legal: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)
    steps: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def played(town_factory, django_db_blocker) -> Played:
    with django_db_blocker.unblock():
        desk = Desk(town_factory())
        found = Played(play(desk))
        for scene in found.scenes:
            _play(desk.towns, scene, found)
        for town in desk.towns.all.values():
            found.steps |= {row[0] for row in town.query("SELECT DISTINCT legal_id FROM referral_step")}
    return found


def _play(towns: Towns, scene: Scene, found: Played) -> None:
    with towns.at("vilvoorde"):
        dossier = dossier_of(scene.case)
    with towns.at(scene.town):
        referral = queries.peek(scene.referral)
        assert referral is not None
        assert referral.state == scene.state
        if referral.direction == "sent" and _listed_as_open(scene) == custody.is_ended(queries.sent_facts(referral)):
            found.wrong.append(f"{scene}: the list of what is open says otherwise")
        situation = Situation(scene.town, referral, towns.now, dossier)
        before = towns[scene.town].everything()
        for act in _acts(scene, referral):
            for person in _people(scene.town):
                _try_act(scene, situation, act, person, found)
        for gate, at in _gates(referral, towns.now):
            for word in _words(referral, gate):
                _try_word(scene, dataclasses.replace(situation, at=at), word, found)
        if referral.direction == "sent":
            for word in words_after_a_restore(queries.sent_facts(referral)):
                _try_word(scene, situation, word, found)
        if towns[scene.town].everything() != before:
            found.wrong.append(f"{scene}: something that was refused or taken back left a trace")


def _listed_as_open(scene: Scene) -> bool:
    by = actor(scene.town, Role.COORDINATOR)
    return queries.by_silence(by=by).filter(pk=scene.referral).exists()


def _acts(scene: Scene, referral: Referral) -> tuple[Act, ...]:
    acts = ACTS
    if referral.direction == "sent" and referral.consent_id is not None and not _withdrawn(referral):
        acts = (*acts, WITHDRAW)
    return (*acts, HAND_BACK) if _hand_back_has_its_consent(scene, referral) else acts


def _hand_back_has_its_consent(scene: Scene, referral: Referral) -> bool:
    """Only the state is asked about here; the consent of a hand back has its own tests."""
    return referral.direction == "received" and not referral.custody_open


def _withdrawn(referral: Referral) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT withdrawn_at IS NOT NULL FROM consents_consent WHERE id = %s", [referral.consent_id])
        return bool(cursor.fetchone()[0])


def _people(town: str) -> list[tuple[str, Actor]]:
    return [
        ("caseworker", actor(town)),
        ("coordinator", actor(town, Role.COORDINATOR)),
        ("caseworker of another team", actor(town, team="youth")),
        ("data protection officer", actor(town, Role.DATA_PROTECTION_OFFICER)),
        ("manager", actor(town, Role.MANAGER)),
    ]


def _gates(referral: Referral, now: datetime.datetime) -> list[tuple[Gate, datetime.datetime]]:
    """What the consent check finds now, and a year from now."""
    if referral.direction == "received" or referral.kind == "advice" or referral.by_itself:
        return [(Gate.NOT_NEEDED, now)]
    late = now + datetime.timedelta(days=365)
    if _withdrawn(referral):
        return [(Gate.WITHDRAWN, now), (Gate.WITHDRAWN, late)]
    return [(Gate.ENDED if referral.kept_reason == "consentEnded" else Gate.STANDS, now), (Gate.ENDED, late)]


def _words(referral: Referral, gate: Gate) -> tuple[Word, ...]:
    return words_to_sender(gate) if referral.direction == "sent" else words_to_recipient()


def _facts(referral: Referral) -> custody.Sent | custody.Received:
    return queries.sent_facts(referral) if referral.direction == "sent" else queries.received_facts(referral)


def _expected(act: Act, who: str, referral: Referral) -> tuple[str, Any]:
    """Return the code of the refusal, or the step that the protocol makes of it."""
    if who in ("data protection officer", "manager"):
        return "missingPermission", None
    if who == "caseworker of another team":
        return ("consentNotFound" if act is WITHDRAW else "referralUnknown"), None
    if act.side != referral.direction:
        return "referralStateConflict", None
    try:
        return "", act.answer(_facts(referral))
    except DomainError as refusal:
        return refusal.code, None


def _try_act(scene: Scene, situation: Situation, act: Act, person: tuple[str, Actor], found: Played) -> None:
    who, by = person
    code, step = _expected(act, who, situation.referral)
    label = f"{scene.kind} {scene.name} ({scene.state}): {who} {act.name}"
    if code:
        try:
            act.call(situation, by)
        except DomainError as refusal:
            found.refused += 1
            if refusal.code != code:
                found.wrong.append(f"{label}: refused with {refusal.code}, not {code}")
        else:
            found.wrong.append(f"{label}: was not refused with {code}")
    else:
        _done(label, situation, step, lambda: act.call(situation, by), found)


def _try_word(scene: Scene, situation: Situation, word: Word, found: Played) -> None:
    label = f"{scene.kind} {scene.name} ({scene.state}): hears {word.name}"
    _done(label, situation, word.answer(_facts(situation.referral)), lambda: word.hear(situation), found)


def _done(label: str, situation: Situation, step: Any, call: Any, found: Played) -> None:
    """Will do it, compare with the protocol's step, and take it back."""
    said_before = _said(situation)
    try:
        with transaction.atomic():
            call()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            after = Referral.objects.get(pk=situation.referral.pk)
            said = _said(situation)
            transaction.set_rollback(True)
    except (DomainError, IntegrityError) as refusal:
        found.wrong.append(f"{label}: refused by {refusal}")
        return
    found.legal += 1
    if situation.referral.state != after.state:
        before = custody.State(situation.referral.state)
        found.steps.add(models.step_code(after.direction, before, custody.State(after.state)))
    if step is None:
        return
    got, wanted = _facts(after), step.facts
    if custody.Effect.HAND_BACK_BY_ITSELF in step.effects or custody.Effect.ERASE_COPY in step.effects:
        got = dataclasses.replace(got, has_dossier=wanted.has_dossier)  # erased with the copy
    if got != wanted:
        found.wrong.append(f"{label}: became {got}, not {wanted}")
    new = [kind for kind in said if said.count(kind) > said_before.count(kind)]
    if sorted(set(new)) != sorted({say.type for say in step.says}):
        found.wrong.append(f"{label}: said {new}, not {[say.type for say in step.says]}")


def _said(situation: Situation) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT type FROM outbox_message WHERE referral_id = %s", [situation.referral.pk])
        return [row[0] for row in cursor.fetchall()]


def test_the_code_does_what_the_protocol_says_and_nothing_else(played) -> None:
    assert "\n".join(played.wrong) == ""


def test_the_matrix_is_as_large_as_it_should_be(played) -> None:
    print(f"{len(played.scenes)} scenes, {played.legal} legal moves, {played.refused} refused acts")

    assert len(played.scenes) > 80
    assert played.legal > 900
    assert played.refused > 3000


def test_every_state_is_played_on_each_side(played) -> None:
    states = {(scene.kind, "received" if scene.town == "molenbeek" else "sent", scene.state) for scene in played.scenes}
    sent = {after.value for _, after in custody.SENT_STEPS}
    received = {after.value for _, after in custody.RECEIVED_STEPS}

    assert {state for kind, side, state in states if (kind, side) == ("handover", "sent")} >= sent - {"handedBack"}
    assert {state for kind, side, state in states if (kind, side) == ("handover", "received")} >= received
    assert sent - {"handedBack"} == {state for kind, side, state in states if (kind, side) == ("share", "sent")}


def test_every_legal_step_was_taken_and_no_other(played) -> None:
    legal = {models.step_code("sent", before, after) for before, after in custody.SENT_STEPS}
    legal |= {models.step_code("received", before, after) for before, after in custody.RECEIVED_STEPS}

    assert played.steps <= legal
    assert "\n".join(sorted(legal - played.steps)) == "\n".join(sorted(NOT_TAKEN))
