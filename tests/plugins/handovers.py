"""Many handovers at once, by callers that meet faults as people do: they try again, with the same key."""

import concurrent.futures
import dataclasses
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

import waiting
from local import token
from stack import Stack
from stories.chapters import BLOCKS, person
from stories.towns import CASEWORK, REFERRAL, Json, Town

TRY_AGAIN = {429, 500, 502, 503, 504}
"""What a fault looks like from outside; every other answer is a decision."""
CALLERS = 6
PATIENCE = 240.0


class Patient(Town):
    """A town whose callers repeat a request under the same key until it is decided."""

    def call(
        self, method: str, path: str, *, role: str = "caseworker", body: Json | None = None, **headers: str
    ) -> httpx.Response:
        """Return the decision of the town's API, however often it had to be asked."""
        faults: list[str] = []

        def decided() -> httpx.Response | None:
            try:
                answer = super(Patient, self).call(method, path, role=role, body=body, **headers)
            # a login in the middle of which the identity provider lost its database is refused, and begins anew
            except (httpx.TransportError, token.LoginUnavailable, token.LoginRefused) as fault:
                faults.append(type(fault).__name__)
                return None
            if answer.status_code in TRY_AGAIN:
                faults.append(str(answer.status_code))
                return None
            return answer

        return waiting.until(decided, f"{method} at {self.id} is decided ({faults[-3:]})", seconds=PATIENCE, every=0.25)


@dataclasses.dataclass
class Handover:
    """One handover on its way."""

    number: int
    case: str = ""
    referral: str = ""


class Handovers:
    """Plays handovers from Vilvoorde to Molenbeek and counts what became of them."""

    def __init__(self, stack: Stack) -> None:
        """Will play on `stack`."""
        self.stack = stack
        self.sender = Patient(stack.demo, "vilvoorde")
        self.recipient = Patient(stack.demo, "molenbeek")
        self.parked_before = parked(stack)

    def offer(self, number: int) -> Handover:
        """Will open a case with consent and offer it."""
        case = str(self.sender.open_case(person(f"Proef{number}"))["id"])
        self.sender.write(case, "situationPicture", {"lifeDomain": "family", "text": "Het gezin verhuist."})
        self.sender.consent(case, to="molenbeek", purpose="handover", blocks=BLOCKS)
        referral = str(self.sender.offer(case, to="molenbeek", kind="handover", blocks=BLOCKS)["id"])
        return Handover(number, case, referral)

    def accept(self, handover: Handover) -> Handover:
        """Will wait for the offer at the recipient, open and accept it."""
        waiting.until(lambda: self.recipient.state(handover.referral), "the offer arrives", seconds=PATIENCE, every=0.5)
        self.recipient.open_offer(handover.referral)
        self.recipient.decide(handover.referral, "accepted")
        return handover

    def whole(self, number: int) -> Handover:
        """Will hand one case over, from opening it to the file at the recipient."""
        handover = self.accept(self.offer(number))
        self.await_end(handover)
        return handover

    def await_end(self, handover: Handover) -> None:
        """Will wait until both towns say that the case has moved."""

        def ended() -> bool:
            states = self.sender.state(handover.referral), self.recipient.state(handover.referral)
            return states == ("released", "held")

        waiting.until(ended, f"handover {handover.number} ends", seconds=PATIENCE, every=0.5)

    @contextmanager
    def under_way(self, count: int, play: Callable[[int], Handover] | None = None) -> Iterator[list[Handover]]:
        """Play `count` handovers while the block makes faults; the list is full after the block."""
        done: list[Handover] = []
        with concurrent.futures.ThreadPoolExecutor(CALLERS) as callers:
            futures = [callers.submit(play or self.whole, number) for number in range(count)]
            yield done
            done.extend(future.result(timeout=PATIENCE * 2) for future in futures)


def unreceipted(stack: Stack, types: str = "%") -> int:
    """Return how many messages of all towns stand without receipt: a fault now hits messages in flight."""
    return sum(
        _number(
            stack,
            town.id,
            "SELECT count(*) FROM outbox_message WHERE receipt_at IS NULL AND type <> 'MessageReceived' "
            "AND type LIKE %s",
            types,
        )
        for town in stack.towns
    )


@dataclasses.dataclass
class Count:
    """What became of the handovers, in the words of fault testing. Everything but `hits` has to be 0."""

    lost: int = 0
    unseen: int = 0
    double_effects: int = 0
    out_of_order: int = 0
    custody_wrong: int = 0
    parked: int = 0
    hits: int = 0


def parked(stack: Stack) -> int:
    """Return how many messages of all towns are parked."""
    return sum(
        _number(stack, town.id, "SELECT count(*) FROM inbox_work WHERE state = 'parked'") for town in stack.towns
    )


def count(
    stack: Stack, handovers: list[Handover], *, sent: list[str], received: list[str], moved: bool = True
) -> Count:
    """Return the count over `handovers`, each of which must have gone through exactly these states on its two sides."""
    told = Count()
    for handover in handovers:
        for participant, states in (("vilvoorde", sent), ("molenbeek", received)):
            steps = _steps(stack, participant, handover.referral)
            told.lost += not steps
            told.double_effects += len(steps) != len(set(steps))
            told.out_of_order += [state for state in steps if state in states] != states
            told.unseen += steps[-1:] != states[-1:]
        told.custody_wrong += custodians(stack, handover) != (["molenbeek"] if moved else ["vilvoorde"])
    return told


def custodians(stack: Stack, handover: Handover) -> list[str]:
    """Return which towns have an open custody row for the case of a handover, one entry a row."""
    ours = "SELECT count(*) FROM cases_custody_row WHERE ended_at IS NULL AND case_id = %s"
    theirs = "SELECT count(*) FROM cases_custody_row WHERE ended_at IS NULL AND referral_id = %s"
    return ["vilvoorde"] * _number(stack, "vilvoorde", ours, uuid.UUID(handover.case)) + ["molenbeek"] * _number(
        stack, "molenbeek", theirs, uuid.UUID(handover.referral)
    )


def _steps(stack: Stack, participant: str, referral: str) -> list[str]:
    query = (
        "SELECT legal_step.to_state FROM referral_step JOIN legal_step ON legal_step.code = referral_step.legal_id "
        "WHERE referral_step.referral_id = %s ORDER BY referral_step.id"
    )
    with stack.database(participant) as connection:
        return [str(row[0]) for row in connection.execute(query, [uuid.UUID(referral)]).fetchall()]


def _number(stack: Stack, participant: str, query: str, *values: Any) -> int:
    with stack.database(participant) as connection:
        row = connection.execute(query, values or None).fetchone()
    return int(row[0]) if row else 0


__all__ = ["CASEWORK", "REFERRAL", "Count", "Handover", "Handovers", "Patient", "count", "custodians", "unreceipted"]
