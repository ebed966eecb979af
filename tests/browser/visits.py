"""Which addresses of each level somebody opens, who, and with what; and which nobody opens, each with its reason.

An address that stands in neither list is visited by the first user of the demo with one of its roles; what its
parameters are filled with stands in OBJECTS. One that can be filled with nothing fails the test: whoever adds a page
says here what it shows.
"""

import pathlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from addresses import Address

SERVICES = pathlib.Path(__file__).parents[2] / "services"
PROGRAMS = ("/api/", "/health", "/graphql")
"""Programs call these, with tokens: no page."""
NOT_OPENED = {
    "choose-language": "a button of the header; it leads back to the page",
    "log-in": "leads to the realm's page, on which every visitor of this suite was",
    "login-callback": "the way back from the realm, with a code that counts once",
    "log-out": "a button of the account; the suite's last act",
    "backchannel-logout": "the realm calls it, not a person",
    "year-table": "a file to save, no page",
}
"""Addresses by name that are no page to look at, and why."""
OWN_HOST = {"municipal": "vilvoorde", "regional": "brussels", "national": "belgium"}
OF_LEVEL = {"municipal": "caseworker", "regional": "regionalCoordinator", "national": "statisticsUser"}
"""The role of who opens a page that is for everybody."""
USERS = {
    "caseworker": "els.caseworker",
    "coordinator": "sofie.coordinator",
    "dataProtectionOfficer": "marc.dpo",
    "manager": "nadia.manager",
    "operator": "olivier.operator",
    "regionalCoordinator": "rania.coordinator",
    "statisticsUser": "hugo.statistics",
}
"""Who opens a page that asks for a role; the first that fits."""
OBJECTS = {
    "case_id": "case",
    "consent_id": "consentGiven",
    "goal_id": "goals",
    "entry_id": "contactNotes",
    "referral_id": "waiting",
    "referralId": "waiting",
    "meeting_id": "tableMeeting",
    "item_id": "item",
    "seat_id": "seat",
    "agreement_id": "agreement",
    "year": "2025",
}
"""What stands for a parameter: a name in the world's ids."""


@dataclass(frozen=True)
class Way:
    """How an address is opened otherwise than the rule above says."""

    participant: str = ""
    user: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """Parameter to an id's name, or to the word itself where the world has no such id."""


HERE, THERE = "vilvoorde", "molenbeek"
ELSEWHERE: dict[str, list[Way]] = {
    "plan-entry": [Way(values={"kind": "picture"}), Way(values={"kind": "goal"})],
    "goal-entry": [Way(values={"kind": "way"}), Way(values={"kind": "evaluation"})],
    "plan-version": [Way(values={"entry_id": "goals"})],
    "agreement-reopen": [Way(values={"agreement_id": "agreementDone"})],
    "case-consent": [Way(), Way(user="sofie.coordinator", values={"case_id": "handedOver"})],
    "operator-message": [Way(THERE, values={"message_id": "parked"})],
    "referral-inbox": [Way(THERE)],
    "referral-tracker": [Way(HERE), Way(THERE), Way(THERE, values={"referral_id": "considered"})],
    "referral-opening": [Way(THERE)],
    "referral-acceptance": [Way(THERE, values={"referral_id": "considered"})],
    "referral-decline": [Way(THERE, values={"referral_id": "considered"})],
    "referral-advice": [Way(THERE, values={"referral_id": "advice"})],
    "referral-revocation": [Way(HERE)],
    "referral-progress": [Way(THERE, values={"referral_id": "moved"})],
    "referral-outcome": [Way(THERE, values={"referral_id": "moved"})],
    "referral-dossier": [Way(THERE, values={"referral_id": "moved"})],
    "referral-hand-back": [Way(THERE, values={"referral_id": "moved"})],
    "referral-wizard": [Way(values={"step": step}) for step in ("why", "where", "consent", "what", "meeting", "check")],
}


@dataclass(frozen=True)
class Visit:
    """One address, filled, and who opens it."""

    address: Address
    participant: str
    user: str
    path: str
    about: tuple[str, ...]
    """What it is opened with where an address is opened more than once."""

    def language(self, reader: str) -> str:
        """Return the language of the page for somebody who reads `reader`: a paper has that of its address."""
        return self.address.name[-2:] if self.address.name.startswith("consent-paper-") else reader

    @property
    def name(self) -> str:
        """A short name for pictures and complaints."""
        told = [self.address.name or self.address.route, *self.about]
        return " ".join([self.participant, *told])


def is_page(address: Address) -> bool:
    """Whether somebody can look at this address."""
    return address.methods != ["post"] and not address.route.startswith(PROGRAMS) and address.name not in NOT_OPENED


def why_not(address: Address) -> str:
    """Return why nobody opens an address, "" where somebody should."""
    if address.route.startswith(PROGRAMS):
        return "programs call it"
    if address.methods == ["post"]:
        return "a form of another page is sent to it"
    return NOT_OPENED.get(address.name, "")


def of(level: str, addresses: list[Address], ids: Mapping[str, str]) -> Iterator[Visit]:
    """Yield every visit of a level; an address that nothing fits is left out, and so found by the test."""
    for address in filter(is_page, addresses):
        for way in manual(level) if address.name == "help" else ELSEWHERE.get(address.name, [Way()]):
            path = _filled(address, way, ids)
            user = way.user or next(USERS[role] for role in USERS if role in (address.roles or OF_LEVEL[level]))
            if path:
                yield Visit(address, way.participant or OWN_HOST[level], user, path, tuple(way.values.values()))


def manual(level: str) -> list[Way]:
    """Return every page of the manual of a level, and those that all levels have."""
    folders = [SERVICES / level / "manual", SERVICES / "federation" / "portal" / "manual"]
    names = {path.name.partition(".")[0] for folder in folders for path in folder.glob("*.nl.md")}
    return [Way(values={"page": name}) for name in sorted(names)]


def _filled(address: Address, way: Way, ids: Mapping[str, str]) -> str:
    values = {name: way.values.get(name, OBJECTS.get(name, "")) for name in address.parameters}
    if not all(values.values()):
        return ""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: ids.get(values[found[1]], values[found[1]]), address.route)
