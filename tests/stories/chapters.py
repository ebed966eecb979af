"""The eight chapters. Each statement is asked of the other party's API, not of the one that acted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from stories.telling import Teller
from stories.towns import CASEWORK, REFERRAL, Json, Town

BLOCKS = ["identity", "situationPicture", "goals", "ways"]
"""What the person agrees to in the first chapter; the contact notes stay at home."""
KEPT_AT_HOME = "Belde zelf; wil dit alleen met Els bespreken."


class Operator(Protocol):
    """Who may stop and start processes of the instance."""

    def stop_worker(self, participant: str) -> None:
        """Will stop the worker of a participant."""

    def start_worker(self, participant: str) -> None:
        """Will start it again."""

    def kill_worker(self, participant: str) -> None:
        """Will end it without warning; the supervisor starts it again."""

    def kill_web(self, participant: str) -> None:
        """Will end its web process without warning; the supervisor starts it again."""

    def delete_broker_data(self) -> None:
        """Will delete everything that the broker holds, and bring its topics back, empty."""

    def play_year(self, participant: str, year: int, seed: int) -> None:
        """Will play a closed year in a town, from a seed; a year that was played stays as it is."""


@dataclass(frozen=True)
class Cast:
    """Who takes part."""

    vilvoorde: Town
    molenbeek: Town
    operator: Operator


def person(first_name: str, *, born: str = "2005-04-12") -> Json:
    """Return an invented person; "Verzonnen" is Dutch for made up."""
    return {
        "firstName": first_name,
        "lastName": "Verzonnen",
        "birthOn": born,
        "contactLanguage": "nl",
        "interpreterNeeded": False,
        "phone": "+32 2 000 11 99",
        "municipality": "23088",
    }


def prepared_case(town: Town, first_name: str, *, stay_kind: str = "move") -> str:
    """Will open a case with picture, goal and way, in that order, and return its id."""
    case = str(town.open_case(person(first_name), stay_kind=stay_kind)["id"])
    town.write(case, "situationPicture", {"lifeDomain": "family", "text": "Het gezin verhuist naar de Graafstraat."})
    own = {
        "ownWords": "Ik wil mijn school afmaken en terug gaan voetballen.",
        "progressSign": "Twee trainingen per week.",
    }
    goal = town.write(case, "goals", own)
    town.write(
        case, "ways", {"goalId": goal["id"], "what": "Samen naar de nieuwe club", "who": "Els", "until": "2027-03-31"}
    )
    return case


def blocks_of(dossier: Json) -> set[str]:
    """Return the names of the blocks that a dossier holds."""
    return set(dossier.get("blocks", {}))


def stays_with(cast: Cast, referral: str, state: str) -> Callable[[], bool]:
    """Return the question whether both towns say that the case stayed in Vilvoorde, in this state."""

    def question() -> bool:
        sent, received = cast.vilvoorde.referral(referral), cast.molenbeek.referral(referral)
        return bool(
            sent
            and received
            and (sent["state"], sent["custody"]) == (state, "here")
            and (received["state"], received["custody"]) == (state, "there")
        )

    return question


def offered(
    cast: Cast, first_name: str, *, kind: str = "handover", blocks: list[str] | None = None
) -> tuple[str, str, str]:
    """Will prepare a case with consent and offer it; return the ids of case, consent and referral."""
    case = prepared_case(cast.vilvoorde, first_name)
    asked = BLOCKS if blocks is None else blocks
    consent = str(cast.vilvoorde.consent(case, to="molenbeek", purpose=kind, blocks=asked)["id"])
    referral = str(cast.vilvoorde.offer(case, to="molenbeek", kind=kind, blocks=asked)["id"])
    return case, consent, referral


def handed_over(told: Teller, cast: Cast, first_name: str) -> tuple[str, str, str]:
    """Will hand a case over and return the ids of case, consent and referral, once both towns say so."""
    case, consent, referral = offered(cast, first_name)
    told.true(
        "Molenbeek", "reads its inbox", "the offer is there", lambda: cast.molenbeek.state(referral) == "received"
    )
    cast.molenbeek.open_offer(referral)
    cast.molenbeek.decide(referral, "accepted")
    told.true(
        "Vilvoorde",
        "reads the tracker",
        "Molenbeek answers for the case",
        lambda: cast.vilvoorde.custody(referral) == "there",
    )
    told.true(
        "Molenbeek", "reads the referral", "the dossier is here", lambda: cast.molenbeek.state(referral) == "held"
    )
    return case, consent, referral


def a_case_moves(told: Teller, cast: Cast) -> None:
    """Chapter 1: somebody moves, agrees, and the case goes with him, as far as he agreed."""
    v, m = cast.vilvoorde, cast.molenbeek
    told.chapter("1. Somebody moves to Molenbeek, and his case goes with him")
    case = prepared_case(v, "Sami")
    v.write(case, "contactNotes", {"contactKind": "phone", "text": KEPT_AT_HOME})
    told.true(
        "Vilvoorde",
        "opens a case: picture, goal in his words, way",
        "the case has them in that order",
        lambda: _order(v, case),
    )
    blocks = told.act("consent", lambda: BLOCKS)
    consent = v.consent(case, to="molenbeek", purpose="handover", blocks=blocks)
    told.true(
        "Vilvoorde",
        "records his consent for Molenbeek",
        "it names recipient, blocks and end",
        lambda: bool(consent["validUntil"] > consent["givenOn"]),
    )
    referral = str(v.offer(case, to="molenbeek", kind="handover", blocks=blocks)["id"])
    told.true("Molenbeek", "reads its inbox", "the offer is there", lambda: m.state(referral) == "received")
    told.true(
        "Molenbeek", "looks at the offer", "it names nobody", lambda: "Verzonnen" not in str(m.referral(referral))
    )
    told.act("open", lambda: m.open_offer(referral))
    told.true(
        "Vilvoorde", "reads the tracker", "a human in Molenbeek has seen it", lambda: v.state(referral) == "opened"
    )
    told.act("accept", lambda: m.decide(referral, "accepted"))
    told.true(
        "Vilvoorde",
        "reads the tracker",
        "Molenbeek answers for the case",
        lambda: v.custody(referral) == "there",
    )
    told.true(
        "Molenbeek", "reads the dossier", "it is exactly what he agreed to", lambda: _exactly(m, referral, BLOCKS)
    )
    told.true(
        "Molenbeek",
        "reads the dossier",
        "the goal stands in his own words",
        lambda: "voetballen" in str(m.get(f"{REFERRAL}/referrals/{referral}/dossier")),
    )
    told.true("Vilvoorde", "tries to write in the file", "it is closed for writing", lambda: _closed(v, case))


def _order(town: Town, case: str) -> bool:
    written = [entry["block"] for entry in town.get(f"{CASEWORK}/cases/{case}/entries")["items"]]
    return [block for block in written if block != "contactNotes"] == BLOCKS[1:]


def _exactly(town: Town, referral: str, blocks: list[str]) -> bool:
    answer = town.call("GET", f"{REFERRAL}/referrals/{referral}/dossier")
    if answer.status_code != 200:
        return False
    return blocks_of(answer.json()) == set(blocks) and KEPT_AT_HOME not in answer.text


def _closed(town: Town, case: str) -> bool:
    problem = town.refuses(
        f"{CASEWORK}/cases/{case}/entries",
        {"block": "situationPicture", "lifeDomain": "friends", "text": "te laat"},
    )
    return str(problem["type"]).endswith((":custodyElsewhere", ":fileClosed"))


def consent_is_withdrawn(told: Teller, cast: Cast) -> None:
    """Chapter 2: consent is taken back while the acceptance is on its way; nothing of the file leaves."""
    v, m = cast.vilvoorde, cast.molenbeek
    told.chapter("2. Consent is taken back while Molenbeek's acceptance is on its way")
    _, consent, referral = offered(cast, "Rayan")
    told.true("Molenbeek", "reads its inbox", "the offer is there", lambda: m.state(referral) == "received")
    m.open_offer(referral)
    cast.operator.stop_worker("molenbeek")
    try:
        m.decide(referral, "accepted")
        told.true(
            "Molenbeek",
            "accepts; nothing leaves its house yet",
            "both answer for him as far as it knows",
            lambda: m.state(referral) == "accepted",
        )
        told.act("withdraw", lambda: v.withdraw(consent))
    finally:
        cast.operator.start_worker("molenbeek")
    told.true("Both", "hear of each other", "the case stayed in Vilvoorde", stays_with(cast, referral, "withdrawn"))
    told.true(
        "Molenbeek",
        "asks for the dossier",
        "there is none",
        lambda: m.call("GET", f"{REFERRAL}/referrals/{referral}/dossier").status_code in {404, 409},
    )
    told.true("Vilvoorde", "reads the events", "no dossier ever left", lambda: "released" not in _states(v, referral))


def _states(town: Town, referral: str) -> list[str]:
    items = town.get(f"{REFERRAL}/referrals/{referral}/events")
    return [str(event.get("state", event.get("type", ""))) for event in items["items"]]


def declined(told: Teller, cast: Cast) -> None:
    """Chapter 3: a no, with its reason."""
    told.chapter("3. Molenbeek declines, with a reason")
    _, _, referral = offered(cast, "Ilias")
    told.true(
        "Molenbeek", "reads its inbox", "the offer is there", lambda: cast.molenbeek.state(referral) == "received"
    )
    cast.molenbeek.open_offer(referral)
    told.act("decline", lambda: cast.molenbeek.decide(referral, "declined", reason="noCapacity"))
    told.true(
        "Vilvoorde", "is told no", "the case stayed, and the reason stands", stays_with(cast, referral, "declined")
    )
    told.true(
        "Vilvoorde",
        "reads the reason",
        "it is Molenbeek's word",
        lambda: (cast.vilvoorde.referral(referral) or {}).get("reason") == "noCapacity",
    )


def revoked(told: Teller, cast: Cast) -> None:
    """Chapter 4: the sender takes the referral back."""
    told.chapter("4. Vilvoorde takes an offer back")
    _, _, referral = offered(cast, "Adam")
    told.true(
        "Molenbeek", "reads its inbox", "the offer is there", lambda: cast.molenbeek.state(referral) == "received"
    )
    told.act(
        "revoke",
        lambda: cast.vilvoorde.post(f"{REFERRAL}/referrals/{referral}/revocations", {"reason": "noLongerNeeded"}),
    )
    told.true("Both", "hear of each other", "the case stayed in Vilvoorde", stays_with(cast, referral, "revoked"))


def second_offer_is_refused(told: Teller, cast: Cast) -> None:
    """Chapter 5: one open handover a case."""
    v = cast.vilvoorde
    told.chapter("5. A second offer of the same case is refused")
    case, _, referral = offered(cast, "Nour")
    body = v.offer_body(case, to="molenbeek", kind="handover", blocks=BLOCKS)
    problem = v.refuses(f"{REFERRAL}/referrals", body)
    told.true(
        "Vilvoorde", "offers the same case again", "it is refused as a conflict", lambda: problem["status"] == 409
    )
    told.true(
        "Molenbeek", "reads its inbox", "there is one offer", lambda: cast.molenbeek.state(referral) == "received"
    )


def shared(told: Teller, cast: Cast) -> None:
    """Chapter 6: help without moving custody."""
    v, m = cast.vilvoorde, cast.molenbeek
    told.chapter("6. Shared for help: Molenbeek helps, Vilvoorde keeps the case")
    case, _, referral = told.act("share", lambda: offered(cast, "Lina", kind="share", blocks=["identity", "goals"]))
    told.true("Molenbeek", "reads its inbox", "the offer is there", lambda: m.state(referral) == "received")
    m.open_offer(referral)
    m.decide(referral, "accepted")
    told.true(
        "Molenbeek",
        "reads the dossier",
        "it is exactly what was agreed to",
        lambda: _exactly(m, referral, ["identity", "goals"]),
    )
    told.true(
        "Both",
        "are asked who answers",
        "Vilvoorde does",
        lambda: (v.custody(referral), m.custody(referral)) == ("here", "there"),
    )
    v.write(case, "situationPicture", {"lifeDomain": "friends", "text": "Ziet haar vriendinnen terug."})
    told.true(
        "Vilvoorde",
        "writes on in the file",
        "it is open",
        lambda: not v.get(f"{CASEWORK}/cases/{case}").get("closedForWritingAt"),
    )


def handed_back(told: Teller, cast: Cast) -> None:
    """Chapter 7: the case comes home, with consent, as a handover of its own."""
    v, m = cast.vilvoorde, cast.molenbeek
    told.chapter("7. Molenbeek hands a case back")
    case, _, referral = handed_over(told, cast, "Yasmine")
    there = str((m.referral(referral) or {})["caseId"])
    m.consent(there, to="vilvoorde", purpose="handover", blocks=BLOCKS)
    back = str(
        m.post(
            f"{REFERRAL}/referrals/{referral}/handBacks",
            {"reason": "personMovedBack", "blocks": BLOCKS, "ground": "caseConsultation"},
        )["id"]
    )
    told.true("Vilvoorde", "reads its inbox", "its case is offered back", lambda: v.state(back) == "received")
    v.open_offer(back)
    v.decide(back, "accepted")
    told.true("Vilvoorde", "reads the new referral", "the case is home", lambda: v.state(back) == "held")
    told.true(
        "Both",
        "read the old referral",
        "it is handed back",
        lambda: (v.state(referral), m.state(referral)) == ("handedBack", "handedBack"),
    )
    v.write(case, "situationPicture", {"lifeDomain": "family", "text": "Terug in Vilvoorde."})
    told.true("Molenbeek", "tries to write", "its file is closed", lambda: _closed(m, there))


def worker_and_broker_die(told: Teller, cast: Cast) -> None:
    """Chapter 8: a worker is killed, the broker forgets everything; each message has its effect once."""
    told.chapter("8. Molenbeek's worker is killed and the broker forgets everything")
    referrals = []
    for number in range(4):
        referrals.append(offered(cast, f"Kind{number}")[2])
        if number == 1:
            cast.operator.kill_worker("molenbeek")
    cast.operator.delete_broker_data()
    referrals.append(offered(cast, "Kind4")[2])
    told.true(
        "Molenbeek",
        "reads its inbox after all that",
        "all five offers are there",
        lambda: all(cast.molenbeek.state(one) == "received" for one in referrals),
    )
    told.true(
        "Vilvoorde",
        "reads its trackers",
        "each has a signed receipt",
        lambda: all(cast.vilvoorde.state(one) == "received" for one in referrals),
    )
    told.true(
        "Molenbeek",
        "counts",
        "each arrived once",
        lambda: all(_states(cast.molenbeek, one) == ["received"] for one in referrals),
    )


CHAPTERS: tuple[Callable[[Teller, Cast], None], ...] = (
    a_case_moves,
    consent_is_withdrawn,
    declined,
    revoked,
    second_offer_is_refused,
    shared,
    handed_back,
    worker_and_broker_die,
)
