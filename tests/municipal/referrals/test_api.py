"""/api/referral/v1 as outside programs see it: a handover from offer to hand back, through the doors of two towns."""

import datetime
import uuid

import pytest
from rest_framework.test import APIClient

from federation import clock
from federation.identity.actor import Role
from federation.identity.authentication import Caller
from people_at_work import BLOCKS, actor

V, M = "vilvoorde", "molenbeek"
REFERRALS = "/api/referral/v1/referrals"
BELGIF, OWN = "urn:problem-type:belgif:", "urn:problem-type:zenne:referral:"


class Doors:
    """The towns' APIs, each called as somebody who is logged in there."""

    def __init__(self, towns) -> None:
        self.towns = towns
        towns.now = clock.now()

    def call(self, town, method, path, body=None, *, by=None, key=None):
        """Return the answer of a town's API, asked now."""
        client = APIClient(HTTP_HOST=f"{town}.localhost")
        client.force_authenticate(user=Caller(by or actor(town)))
        headers = {"Idempotency-Key": key} if key else {}
        with self.towns.at(town):
            send = getattr(client, method)
            answer = send(path, body, headers=headers) if method == "post" else send(path)
        self.towns.now = clock.now()
        return answer

    def get(self, town, path, *, by=None):
        """Return the answer to a GET."""
        return self.call(town, "get", path, by=by)

    def post(self, town, path, body=None, *, by=None, key=None):
        """Return the answer to a POST."""
        return self.call(town, "post", path, body or {}, by=by, key=key)

    def referral(self, town, referral):
        """Return a referral as a town shows it."""
        return self.get(town, f"{REFERRALS}/{referral}").json()

    def done(self, town, path, body=None):
        """Will post, expect success, and let the towns exchange."""
        answer = self.post(town, path, body)
        assert answer.status_code == 201, answer.content
        self.towns.settle()
        return answer.json()


@pytest.fixture
def doors(towns) -> Doors:
    return Doors(towns)


def offer(case, *, kind="handover", **more):
    body = {
        "caseId": str(case),
        "recipient": M,
        "team": "prevention",
        "kind": kind,
        "needs": ["school"],
        "wishedHelp": ["mentor"],
        "urgency": "thisMonth",
        "answerBy": (clock.today_in_brussels(clock.now()) + datetime.timedelta(days=10)).isoformat(),
    }
    if kind != "advice":
        body |= {"blocks": list(BLOCKS), "ground": "caseConsultation"}
    return body | more


def prepared(desk, doors, *, kind="handover"):
    case = desk.case(V)
    consent = None if kind == "advice" else desk.consent(V, case, kind=kind)
    return case, consent


def test_a_case_goes_over_and_comes_back(desk, doors, towns) -> None:
    case, _ = prepared(desk, doors)

    sent = doors.done(V, REFERRALS, offer(case))
    referral = sent["id"]
    seen = doors.referral(M, referral)

    assert (sent["state"], sent["custody"], sent["responsible"], sent["inTransfer"]) == ("offered", "here", [V], False)
    assert sent["href"] == f"https://{V}.localhost:19000{REFERRALS}/{referral}"
    assert (seen["direction"], seen["sender"], seen["recipient"], seen["state"]) == ("received", V, M, "received")
    assert seen["preview"] == {
        "ageBand": "from18To25",
        "contactLanguage": "nl",
        "interpreterNeeded": False,
        "needs": ["school"],
        "urgency": "thisMonth",
        "wishedHelp": ["mentor"],
    }
    assert [block["name"] for block in seen["blocks"]] == list(BLOCKS)
    assert seen["phone"] == "+3220001101"
    assert "Verzonnen" not in str(seen)
    assert "caseId" not in seen

    doors.done(M, f"{REFERRALS}/{referral}/openings")
    assert doors.referral(V, referral)["state"] == "opened"

    answer = doors.post(M, f"{REFERRALS}/{referral}/decisions", {"decision": "accepted"}).json()
    assert (answer["state"], answer["custody"], answer["inTransfer"]) == ("accepted", "both", True)
    assert answer["responsible"] == [M, V]
    towns.settle()

    here, there = doors.referral(V, referral), doors.referral(M, referral)
    assert (here["state"], here["custody"], here["held"]) == ("released", "there", True)
    assert (there["state"], there["custody"], there["hasDossier"]) == ("held", "here", True)
    dossier = doors.get(M, f"{REFERRALS}/{referral}/dossier").json()
    assert set(dossier["blocks"]) == set(BLOCKS)
    assert dossier["blocks"]["identity"]["lastName"] == "Verzonnen"
    assert [event.get("state") for event in doors.get(M, f"{REFERRALS}/{referral}/events").json()["items"]] == [
        "received",
        "opened",
        "accepted",
        "held",
    ]

    doors.done(M, f"{REFERRALS}/{referral}/progressReports", {"progress": "firstContact"})
    assert doors.referral(V, referral)["state"] == "firstContact"

    desk.consent(M, uuid.UUID(there["caseId"]))
    back = doors.done(
        M,
        f"{REFERRALS}/{referral}/handBacks",
        {"reason": "personMovedBack", "blocks": list(BLOCKS), "ground": "caseConsultation"},
    )
    assert (back["relatesTo"], back["handBack"], back["byItself"]) == (referral, True, False)
    doors.done(V, f"{REFERRALS}/{back['id']}/openings")
    doors.done(V, f"{REFERRALS}/{back['id']}/decisions", {"decision": "accepted"})

    assert doors.referral(V, referral)["state"] == doors.referral(M, referral)["state"] == "handedBack"
    assert doors.referral(V, back["id"])["state"] == "held"
    assert desk.custodians() == [V]


def test_a_share_is_closed_by_its_outcome(desk, doors) -> None:
    case, _ = prepared(desk, doors, kind="share")
    referral = doors.done(V, REFERRALS, offer(case, kind="share"))["id"]
    doors.done(M, f"{REFERRALS}/{referral}/openings")
    doors.done(M, f"{REFERRALS}/{referral}/decisions", {"decision": "accepted"})

    doors.done(M, f"{REFERRALS}/{referral}/outcomes", {"outcome": "goalsReached"})

    here, there = doors.referral(V, referral), doors.referral(M, referral)
    assert (here["state"], here["outcome"], here["custody"]) == ("closed", "goalsReached", "here")
    assert (there["state"], there["custody"]) == ("closed", "there")


def test_advice_is_asked_and_given(desk, doors) -> None:
    case, _ = prepared(desk, doors, kind="advice")
    referral = doors.done(V, REFERRALS, offer(case, kind="advice"))["id"]
    doors.done(M, f"{REFERRALS}/{referral}/openings")

    doors.done(M, f"{REFERRALS}/{referral}/advice", {"text": "Begin bij de school."})

    here = doors.referral(V, referral)
    assert (here["state"], here["advice"], here["blocks"]) == ("closed", "Begin bij de school.", [])


def test_no_and_take_back_carry_their_reasons(desk, doors) -> None:
    first, second = (prepared(desk, doors)[0] for _ in range(2))
    declined = doors.done(V, REFERRALS, offer(first))["id"]
    revoked = doors.done(V, REFERRALS, offer(second))["id"]

    doors.done(M, f"{REFERRALS}/{declined}/openings")
    doors.done(M, f"{REFERRALS}/{declined}/decisions", {"decision": "declined", "reason": "noCapacity"})
    doors.done(V, f"{REFERRALS}/{revoked}/revocations", {"reason": "noLongerNeeded"})

    assert (doors.referral(V, declined)["state"], doors.referral(V, declined)["reason"]) == ("declined", "noCapacity")
    assert (doors.referral(M, revoked)["state"], doors.referral(M, revoked)["reason"]) == ("revoked", "noLongerNeeded")


def test_a_withdrawal_names_who_is_told(desk, doors, towns) -> None:
    case, consent = prepared(desk, doors)
    referral = doors.done(V, REFERRALS, offer(case))["id"]

    key = str(uuid.uuid4())
    answer, repeated = (doors.post(V, f"/api/casework/v1/consents/{consent}/withdrawals", key=key) for _ in range(2))
    again = doors.post(V, f"/api/casework/v1/consents/{consent}/withdrawals")
    towns.settle()

    assert answer.status_code == repeated.status_code == 201
    assert answer.json()["told"] == [referral]
    assert (repeated.json(), repeated["Location"]) == (answer.json(), answer["Location"])
    assert (again.status_code, again.json()["type"]) == (409, "urn:problem-type:zenne:casework:alreadyWithdrawn")
    assert doors.referral(V, referral)["state"] == doors.referral(M, referral)["state"] == "withdrawn"
    assert doors.referral(V, referral)["withdrawalHandling"] == "erased"
    assert "preview" not in doors.referral(M, referral)


def test_the_same_key_offers_once(desk, doors, towns) -> None:
    case, _ = prepared(desk, doors)
    body, key = offer(case), str(uuid.uuid4())

    first, again = (doors.post(V, REFERRALS, body, key=key) for _ in range(2))
    other = doors.post(V, REFERRALS, body | {"urgency": "canWait"}, key=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["type"]) == (409, f"{OWN}idempotencyKeyReused")
    assert towns[V].count("referral") == 1


def test_lists_are_filtered_by_direction_and_state(desk, doors, towns) -> None:
    case, _ = prepared(desk, doors)
    referral = doors.done(V, REFERRALS, offer(case))["id"]

    def ids(town, query):
        return [item["id"] for item in doors.get(town, f"{REFERRALS}{query}").json()["items"]]

    assert ids(V, "?direction=sent") == ids(M, "?direction=received&state=received&state=opened") == [referral]
    assert ids(V, f"?caseId={case}") == [referral]
    assert ids(V, "?direction=received") == ids(M, "?state=closed") == []
    assert doors.get(M, REFERRALS).json()["items"][0]["unread"] is True
    assert doors.get(V, f"{REFERRALS}?colour=red").status_code == 400


BAD = [
    ("unknown field", {"colour": "red"}, 400, f"{BELGIF}badRequest"),
    ("unknown recipient", {"recipient": "atlantis"}, 400, f"{BELGIF}badRequest"),
    ("oneself", {"recipient": V}, 400, f"{BELGIF}badRequest"),
    ("unknown team", {"team": "nobody"}, 400, f"{BELGIF}badRequest"),
    ("unknown kind", {"kind": "gift"}, 400, f"{BELGIF}badRequest"),
    ("unknown need", {"needs": ["money"]}, 400, f"{BELGIF}badRequest"),
    ("no need", {"needs": []}, 400, f"{BELGIF}badRequest"),
    ("a need twice", {"needs": ["school", "school"]}, 400, f"{BELGIF}badRequest"),
    ("needs of another type", {"needs": "school"}, 400, f"{BELGIF}badRequest"),
    ("unknown urgency", {"urgency": "yesterday"}, 400, f"{BELGIF}badRequest"),
    ("a day that is gone", {"answerBy": "2026-01-01"}, 400, f"{BELGIF}badRequest"),
    ("a day that is none", {"answerBy": "soon"}, 400, f"{BELGIF}badRequest"),
    ("unknown block", {"blocks": ["identity", "diary"]}, 400, f"{BELGIF}badRequest"),
    ("no identity", {"blocks": ["goals"]}, 400, f"{BELGIF}badRequest"),
    ("null", {"ground": None}, 400, f"{BELGIF}badRequest"),
    ("free text for advice", {"kind": "advice", "text": "Hij heet Sami."}, 400, f"{BELGIF}badRequest"),
    ("blocks for advice", {"kind": "advice", "blocks": ["goals"]}, 400, f"{BELGIF}badRequest"),
    ("a block that is not consented", {"blocks": [*BLOCKS, "contactNotes"]}, 409, f"{OWN}blockNotConsented"),
    ("no ground", {"ground": ""}, 400, f"{BELGIF}badRequest"),
    ("a ground of another town", {"ground": "moonlight"}, 409, f"{OWN}noLegalBasis"),
    ("no consent for this purpose", {"kind": "share"}, 409, f"{OWN}consentMissing"),
    ("unknown case", {"caseId": str(uuid.UUID(int=7))}, 404, f"{BELGIF}resourceNotFound"),
]


def test_bad_offers_are_refused_and_leave_nothing(desk, doors, towns) -> None:
    case, _ = prepared(desk, doors)
    before, wrong = towns[V].everything(), []

    for name, change, status, kind in BAD:
        answer = doors.post(V, REFERRALS, offer(case, **change), key=str(uuid.uuid4()))
        got = (answer.status_code, answer.json().get("type"))
        if got != (status, kind):
            wrong.append(f"{name}: {got} {answer.json().get('detail')}")

    assert wrong == []
    assert towns[V].everything() == before


def test_offers_that_the_state_forbids_are_refused_and_leave_nothing(desk, doors, towns) -> None:
    open_case, _ = prepared(desk, doors)
    doors.done(V, REFERRALS, offer(open_case))
    visiting = desk.case(V, "Bezoek", stay_kind="temporaryStay")
    desk.consent(V, visiting)
    before = towns[V].everything()

    second = doors.post(V, REFERRALS, offer(open_case))
    stay = doors.post(V, REFERRALS, offer(visiting))

    assert (second.status_code, second.json()["type"]) == (409, f"{OWN}referralStateConflict")
    assert (stay.status_code, stay.json()["type"]) == (409, f"{OWN}temporaryStay")
    assert towns[V].everything() == before


def test_what_another_team_or_town_has_does_not_exist(desk, doors, towns) -> None:
    case, consent = prepared(desk, doors)
    referral = doors.done(V, REFERRALS, offer(case))["id"]
    stranger = actor(V, team="youth")
    before = towns[V].everything()

    answers = [
        doors.get(V, f"{REFERRALS}/{referral}", by=stranger),
        doors.get(V, f"{REFERRALS}/{referral}/events", by=stranger),
        doors.get(V, f"{REFERRALS}/{referral}/dossier", by=stranger),
        doors.post(V, f"{REFERRALS}/{referral}/revocations", {"reason": "personStays"}, by=stranger),
        doors.post(V, REFERRALS, offer(case), by=stranger),
        doors.post(V, f"/api/casework/v1/consents/{consent}/withdrawals", by=stranger),
        doors.get(V, f"{REFERRALS}/{uuid.uuid4()}"),
        doors.get(V, f"{REFERRALS}/{referral}", by=actor(M)),
        doors.get(M, f"{REFERRALS}/{uuid.uuid4()}/dossier"),
    ]

    assert {(answer.status_code, answer.json()["type"]) for answer in answers} == {(404, f"{BELGIF}resourceNotFound")}
    assert doors.get(V, REFERRALS, by=stranger).json()["items"] == []
    assert doors.get(V, REFERRALS, by=actor(V, Role.MANAGER)).status_code == 403
    assert towns[V].everything() == before


def test_decisions_by_the_wrong_side_or_twice_are_refused_and_leave_nothing(desk, doors, towns) -> None:
    case, _ = prepared(desk, doors)
    referral = doors.done(V, REFERRALS, offer(case))["id"]
    too_early = doors.post(M, f"{REFERRALS}/{referral}/decisions", {"decision": "accepted"})
    doors.done(M, f"{REFERRALS}/{referral}/openings")
    wrong_side = doors.post(V, f"{REFERRALS}/{referral}/decisions", {"decision": "accepted"})
    no_reason = doors.post(M, f"{REFERRALS}/{referral}/decisions", {"decision": "declined"})
    doors.done(M, f"{REFERRALS}/{referral}/decisions", {"decision": "accepted"})
    before = towns[V].everything(), towns[M].everything()

    twice = doors.post(M, f"{REFERRALS}/{referral}/decisions", {"decision": "accepted"})
    no_after_yes = doors.post(M, f"{REFERRALS}/{referral}/decisions", {"decision": "declined", "reason": "noCapacity"})
    revoked = doors.post(V, f"{REFERRALS}/{referral}/revocations", {"reason": "personStays"})
    advice = doors.post(M, f"{REFERRALS}/{referral}/advice", {"text": "Begin bij de school."})

    conflicts = [too_early, wrong_side, twice, no_after_yes, revoked]
    assert {(one.status_code, one.json()["type"]) for one in conflicts} == {(409, f"{OWN}referralStateConflict")}
    assert (advice.status_code, advice.json()["type"]) == (409, f"{OWN}wrongReferralKind")
    assert no_reason.status_code == 400
    assert (towns[V].everything(), towns[M].everything()) == before


def test_the_api_is_healthy(doors) -> None:
    assert doors.get(V, "/api/referral/v1/health").json() == {"status": "UP"}
