"""What a town can hold, once for each relation that somebody of its prevention team can have to it.

`own` is the team's; `other team` is the youth team's; `handed over` went to another town, whose file is closed here;
`elsewhere` is another town's, and this one knows nothing of it. Each has a person of its own, by whose first name a
leak would be seen.
"""

import datetime
import uuid
from typing import Any

import partner_tables
from casework import TODAY
from federation.custody.facts import Kind
from federation.identity.actor import Actor
from municipal.cases import actions as cases, contents, queries as case_queries
from municipal.cases.rules import Block, StayKind
from municipal.consents import actions as consents
from municipal.consents.rules import Giver, How, Purpose
from municipal.referrals import actions
from partner_tables import DAY
from people_at_work import BLOCKS, HELP, Desk, actor, person
from two_towns import Towns

OWN, OTHER_TEAM, HANDED_OVER, ELSEWHERE = "own", "other team", "handed over", "elsewhere"
NAMES = {OWN: "Sami", OTHER_TEAM: "Nour", HANDED_OVER: "Rayan", ELSEWHERE: "Lina"}
LANGUAGE = "nl"

Ids = dict[str, str]


def make(towns: Towns) -> dict[str, Ids]:
    """Will fill Vilvoorde, and Schaarbeek as the town elsewhere; return the ids of each relation by their kinds."""
    desk = Desk(towns)
    ours, youth = actor("vilvoorde"), actor("vilvoorde", team="youth")
    found = {
        OWN: _case(desk, "vilvoorde", ours, NAMES[OWN]),
        OTHER_TEAM: _case(desk, "vilvoorde", youth, NAMES[OTHER_TEAM]),
        HANDED_OVER: _case(desk, "vilvoorde", ours, NAMES[HANDED_OVER]),
        ELSEWHERE: _case(desk, "schaarbeek", actor("schaarbeek"), NAMES[ELSEWHERE]),
    }
    towns.settle()
    moved = uuid.UUID(found[HANDED_OVER]["referral"])
    desk.open("molenbeek", moved)
    desk.accept("molenbeek", moved)
    towns.settle()
    for relation, received in _brought(desk).items():
        found[relation]["received"] = str(received)
    return found


def _brought(desk: Desk) -> dict[str, uuid.UUID]:
    """Will let Molenbeek hand a case over to each; return the referrals, of which one was handed back."""
    there = {
        OWN: actor("vilvoorde"),
        OTHER_TEAM: actor("vilvoorde", team="youth"),
        HANDED_OVER: actor("vilvoorde"),
        ELSEWHERE: actor("schaarbeek"),
    }
    found = {}
    for relation, by in there.items():
        case = desk.case("molenbeek", NAMES[relation])
        desk.consent("molenbeek", case, to=by.participant)
        found[relation] = desk.offer("molenbeek", case, to=by.participant, team=by.team)
    desk.towns.settle()
    for relation, by in there.items():
        desk.open(by.participant, found[relation], by=by)
        desk.accept(by.participant, found[relation], by=by)
    desk.towns.settle()
    gone = found[HANDED_OVER]
    desk.consent("vilvoorde", desk.case_of("vilvoorde", gone))
    desk.take_over("molenbeek", desk.hand_back("vilvoorde", gone))
    return found


def _case(desk: Desk, town: str, by: Actor, name: str) -> Ids:
    """Will open a case with all that hangs on it, and ask Molenbeek to take it over; return the ids."""
    with desk.towns.at(town):
        case = cases.open_case(details=person(name), stay_kind=StayKind.MOVE, team=by.team, by=by, at=desk.now).id
        ids = {"case": case, **_entries(case, by, desk.now)}
        ids |= _table(case, by, desk.today() + list(NAMES.values()).index(name) * DAY, desk.now)
        ids |= {"consent": _consent(case, by, desk), "link": uuid.uuid4()}
        ids["referral"] = actions.offer_referral(
            case_id=case,
            to="molenbeek",
            kind=Kind.HANDOVER,
            team="prevention",
            blocks=BLOCKS,
            ground="caseConsultation",
            wanted=HELP,
            answer_by=TODAY,
            by=by,
            at=desk.now,
        ).pk
        assert case_queries.team_of(case) == by.team
    return {kind: str(one) for kind, one in ids.items()}


def _entries(case: uuid.UUID, by: Actor, at: datetime.datetime) -> dict[str, uuid.UUID]:
    def write(block: Block, **given: Any) -> uuid.UUID:
        return cases.add_entry(case_id=case, draft=contents.draft(block, given), by=by, at=at).entry_id

    write(Block.SITUATION_PICTURE, lifeDomain="family", text="Het gezin verhuist.")
    goal = write(Block.GOALS, ownWords="Ik wil terug voetballen.", progressSign="Twee trainingen per week.")
    note = write(Block.CONTACT_NOTES, contactKind="phone", happenedAt=at, visibility="team", text="Belde zelf.")
    return {"goal": goal, "note": note}


def _table(case: uuid.UUID, by: Actor, day: datetime.date, at: datetime.datetime) -> dict[str, uuid.UUID]:
    meeting = partner_tables.meet(held_on=day, by=by, at=at)
    seat = partner_tables.seat(meeting, f"Een collega van {day:%d/%m}", "municipality", by=by, at=at)
    item = partner_tables.put(meeting, case, by=by, at=at)
    made = partner_tables.agree(item, by=by, at=at, who=seat)
    return {"meeting": meeting, "seat": seat, "item": item, "agreement": made.id}


def _consent(case: uuid.UUID, by: Actor, desk: Desk) -> uuid.UUID:
    return consents.record_consent(
        case_id=case,
        recipient="molenbeek",
        purpose=Purpose.HANDOVER,
        blocks=BLOCKS,
        giver=Giver.PERSON,
        how=How.SPOKEN,
        language=LANGUAGE,
        given_on=desk.today(),
        valid_until=desk.today().replace(year=desk.today().year + 1),
        by=by,
        at=desk.now,
    ).id
