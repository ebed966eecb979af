"""What people do in the towns of `two_towns`, as one line each: through the real actions, in their own town."""

import datetime
import uuid
from typing import Any

import pytest

from federation import clock
from federation.custody.facts import Kind
from federation.identity.actor import Actor, Role
from municipal.cases import actions as cases, contents
from municipal.cases.rules import Block, StayKind
from municipal.consents import actions as consents
from municipal.consents.rules import Giver, How, Purpose
from municipal.people.rules import Details
from municipal.referrals import actions, queries, rules
from municipal.referrals.models import Referral
from two_towns import Towns

BLOCKS = ("identity", "situationPicture", "goals", "ways")
TEAM = {"vilvoorde": "prevention", "molenbeek": "prevention"}
HELP = rules.Help(needs=("school", "family"), urgency="thisMonth", wished_help=("individualSupport",))
OTHER = {"vilvoorde": "molenbeek", "molenbeek": "vilvoorde"}


def actor(town: str, role: Role = Role.CASEWORKER, *, team: str | None = None, subject: str = "") -> Actor:
    """Return somebody who works in a town."""
    own = TEAM.get(town, "prevention") if team is None else team
    if role in (Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER, Role.MANAGER) and team is None:
        own = ""
    return Actor(
        subject=subject or str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{role}.{town}")),
        roles=frozenset({role.value}),
        team=own,
        participant=town,
    )


def person(first_name: str = "Sami", *, born: str = "2005-04-12") -> Details:
    """Return an invented person; Verzonnen is Dutch for made up."""
    return Details(
        first_name=first_name,
        last_name="Verzonnen",
        birth_on=datetime.date.fromisoformat(born),
        contact_language="nl",
        phone="+3220001199",
        municipality="23088",
    )


class Desk:
    """The people of the towns. Every act names the town first."""

    def __init__(self, towns: Towns) -> None:
        self.towns = towns

    @property
    def now(self) -> datetime.datetime:
        """What time it is in both towns."""
        return self.towns.now

    def today(self) -> datetime.date:
        """Return the day in Belgium."""
        return clock.today_in_brussels(self.now)

    # --- casework ---------------------------------------------------------------------------------

    def case(self, town: str, first_name: str = "Sami", *, stay_kind: str = "move", written: bool = True) -> uuid.UUID:
        """Will open a case with a picture, a goal and a way."""
        with self.towns.at(town):
            by = actor(town)
            case = cases.open_case(
                details=person(first_name), stay_kind=StayKind(stay_kind), team=by.team, by=by, at=self.now
            )
            if written:
                self._write(case.id, town)
        return case.id

    def _write(self, case_id: uuid.UUID, town: str) -> None:
        picture = {"lifeDomain": "family", "text": "Het gezin verhuist naar de Graafstraat."}
        self.entry(town, case_id, "situationPicture", picture)
        goal = self.entry(
            town,
            case_id,
            "goals",
            {"ownWords": "Ik wil mijn school afmaken.", "progressSign": "Elke dag naar de les."},
        )
        way = {"goalId": goal, "what": "Samen naar de school", "who": "Els", "until": datetime.date(2027, 3, 31)}
        self.entry(town, case_id, "ways", way)

    def entry(self, town: str, case_id: uuid.UUID, block: str, given: dict[str, Any]) -> uuid.UUID:
        """Will write an entry."""
        with self.towns.at(town):
            draft = contents.draft(Block(block), given)
            return cases.add_entry(case_id=case_id, draft=draft, by=actor(town), at=self.now).entry_id

    def consent(
        self,
        town: str,
        case_id: uuid.UUID,
        *,
        kind: str = "handover",
        to: str = "",
        blocks: Any = BLOCKS,
        days: int = 180,
    ) -> uuid.UUID:
        """Will record the person's consent."""
        with self.towns.at(town):
            return consents.record_consent(
                case_id=case_id,
                recipient=to or OTHER[town],
                purpose=Purpose(kind),
                blocks=blocks,
                giver=Giver.PERSON,
                how=How.SPOKEN,
                language="nl",
                given_on=self.today(),
                valid_until=self.today() + datetime.timedelta(days=days),
                by=actor(town),
                at=self.now,
            ).id

    def withdraw(self, town: str, consent_id: uuid.UUID, *, by: Actor | None = None) -> actions.Withdrawn:
        """Will record that the person takes consent back."""
        with self.towns.at(town):
            return actions.withdraw_consent(consent_id=consent_id, by=by or actor(town), at=self.now)

    # --- the sender ------------------------------------------------------------------------------

    def offer(
        self,
        town: str,
        case_id: uuid.UUID,
        *,
        kind: str = "handover",
        to: str = "",
        blocks: Any = BLOCKS,
        by: Actor | None = None,
        **more: Any,
    ) -> uuid.UUID:
        """Will offer a case; advice goes without blocks and ground."""
        advice = kind == "advice"
        values: dict[str, Any] = {
            "team": "prevention",
            "blocks": () if advice else blocks,
            "ground": "" if advice else "caseConsultation",
            "wanted": HELP,
            "answer_by": self.today() + datetime.timedelta(days=10),
        } | more
        with self.towns.at(town):
            return actions.offer_referral(
                case_id=case_id, to=to or OTHER[town], kind=Kind(kind), by=by or actor(town), at=self.now, **values
            ).pk

    def offered(self, kind: str = "handover", *, town: str = "vilvoorde", name: str = "Sami") -> "Offered":
        """Will prepare a case, with consent where the kind asks for one, and offer it."""
        case = self.case(town, name)
        consent = None if kind == "advice" else self.consent(town, case, kind=kind)
        return Offered(case, consent, self.offer(town, case, kind=kind))

    def revoke(self, town: str, referral: uuid.UUID, *, by: Actor | None = None) -> Referral:
        """Will take a referral back."""
        with self.towns.at(town):
            return actions.revoke_referral(
                referral_id=referral, reason="noLongerNeeded", by=by or actor(town), at=self.now
            )

    # --- the recipient ---------------------------------------------------------------------------

    def open(self, town: str, referral: uuid.UUID, *, by: Actor | None = None) -> Referral:
        """Will say that a human has seen the offer."""
        with self.towns.at(town):
            return actions.open_referral(referral_id=referral, by=by or actor(town), at=self.now)

    def accept(self, town: str, referral: uuid.UUID, *, by: Actor | None = None) -> Referral:
        """Will accept."""
        with self.towns.at(town):
            return actions.accept_referral(referral_id=referral, by=by or actor(town), at=self.now)

    def take_over(self, town: str, referral: uuid.UUID) -> None:
        """Will open and accept what is on its way there, and settle: then the recipient has what was asked for."""
        self.towns.settle()
        self.open(town, referral)
        self.accept(town, referral)
        self.towns.settle()

    def decline(self, town: str, referral: uuid.UUID, *, by: Actor | None = None) -> Referral:
        """Will say no."""
        with self.towns.at(town):
            return actions.decline_referral(
                referral_id=referral, reason="noCapacity", by=by or actor(town), at=self.now
            )

    def advise(self, town: str, referral: uuid.UUID, *, by: Actor | None = None) -> Referral:
        """Will give advice."""
        with self.towns.at(town):
            return actions.give_advice(
                referral_id=referral, text="Begin bij de school.", by=by or actor(town), at=self.now
            )

    def progress(
        self, town: str, referral: uuid.UUID, progress: str = "firstContact", *, by: Actor | None = None
    ) -> Referral:
        """Will report a step with the person."""
        with self.towns.at(town):
            return actions.report_progress(
                referral_id=referral, progress=progress, on=self.today(), by=by or actor(town), at=self.now
            )

    def outcome(self, town: str, referral: uuid.UUID, *, by: Actor | None = None) -> Referral:
        """Will close the loop."""
        with self.towns.at(town):
            return actions.report_outcome(
                referral_id=referral, outcome="supportBegan", by=by or actor(town), at=self.now
            )

    def hand_back(self, town: str, referral: uuid.UUID, *, by: Actor | None = None, **more: Any) -> uuid.UUID:
        """Will offer the case back."""
        values = {"reason": "personMovedBack", "blocks": BLOCKS, "ground": "caseConsultation"} | more
        with self.towns.at(town):
            return actions.hand_back(referral_id=referral, by=by or actor(town), at=self.now, **values).pk

    # --- what can be asked -----------------------------------------------------------------------

    def referral(self, town: str, referral: uuid.UUID) -> Referral:
        """Return a referral as a town stores it."""
        with self.towns.at(town):
            found = queries.peek(referral)
        assert found is not None, f"{town} does not know {referral}"
        return found

    def case_of(self, town: str, referral: uuid.UUID) -> uuid.UUID:
        """Return the case that a referral is about, or brought, in a town."""
        case = self.referral(town, referral).case_id
        assert case is not None, f"{town} has no case by {referral}"
        return case

    def state(self, town: str, referral: uuid.UUID) -> str:
        """Return where a referral stands for a town."""
        return self.referral(town, referral).state

    def states(self, referral: uuid.UUID, towns: tuple[str, str] = ("vilvoorde", "molenbeek")) -> tuple[str, str]:
        """Return where a referral stands for both."""
        return self.state(towns[0], referral), self.state(towns[1], referral)

    def custodians(self) -> list[str]:
        """Return each town once for every open custody row that it has."""
        return sorted(
            name
            for name, town in self.towns.all.items()
            for _ in town.query("SELECT 1 FROM cases_custody_row WHERE ended_at IS NULL")
        )

    def said(self, town: str, referral: uuid.UUID) -> list[str]:
        """Return what a town said about a referral, in order."""
        rows = self.towns[town].query(
            "SELECT type FROM outbox_message WHERE referral_id = %s ORDER BY created_at, seq NULLS FIRST, type",
            referral,
        )
        return [row[0] for row in rows]


class Offered:
    """A case that was offered."""

    def __init__(self, case: uuid.UUID, consent: uuid.UUID | None, referral: uuid.UUID) -> None:
        self.case, self.consent, self.referral = case, consent, referral


@pytest.fixture
def desk(towns: Towns) -> Desk:
    """Give the people of both towns."""
    return Desk(towns)
