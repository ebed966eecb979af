"""A town as the story sees it: its people, logged in as in a browser, and its HTTP APIs behind the gateway."""

import datetime
import json
import uuid
from collections.abc import Mapping
from typing import Any

import httpx

import door
import page_reader
from federation import clock
from local import token

CASEWORK = "/api/casework/v1"
REFERRAL = "/api/referral/v1"
COUNTS = "/api/counts/v1"
STATISTICS = "/api/statistics/v1"
Json = dict[str, Any]


class Unexpected(AssertionError):
    """An API gave another answer than the story needs. Holds status and problem type, no personal data."""


class Town:
    """One municipality, by its gateway address. Every call is made by a user of a role, with a real token."""

    def __init__(self, demo: Mapping[str, Any], participant: str) -> None:
        """Will speak to `participant` as `demo.json` describes it."""
        self._demo = demo
        self.id = participant
        self._about = next(one for one in demo["participants"] if one["id"] == participant)

    def neighbour(self, participant: str) -> "Town":
        """Return another participant of the same instance."""
        return Town(self._demo, participant)

    def user(self, role: str) -> str:
        """Return the name of the first user with `role`."""
        return str(next(one["name"] for one in self._about["users"] if one["role"] == role))

    def reader(self, role: str) -> page_reader.Reader:
        """Return the first user with `role` at this town's pages, logged in."""
        user = next(one for one in self._about["users"] if one["role"] == role)
        found = page_reader.Reader(self._about["api"], self._demo["gateway"]["ca"])
        found.log_in(user["name"], user["password"])
        return found

    def call(
        self, method: str, path: str, *, role: str = "caseworker", body: Json | None = None, **headers: str
    ) -> httpx.Response:
        """Return the answer of the town's API to `role`."""
        bearer = token.login(self._demo, self.id, self.user(role))
        sent = {"Authorization": f"Bearer {bearer}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        # a connection a call: the processes behind it are stopped and killed while the story is told
        with door.client(self._about["api"], self._demo["gateway"]["ca"], timeout=60.0) as http:
            return http.request(method, path, headers=sent, json=body)

    def call_as(self, other: "Town", method: str, path: str, *, role: str, body: Json) -> httpx.Response:
        """Return the answer of this participant to somebody of another one, who shows his own town's token."""
        bearer = token.login(self._demo, other.id, other.user(role))
        with door.client(self._about["api"], self._demo["gateway"]["ca"], timeout=60.0) as http:
            return http.request(method, path, headers={"Authorization": f"Bearer {bearer}"}, json=body)

    def get(self, path: str, *, role: str = "caseworker", **headers: str) -> Json:
        """Return the JSON at `path`; raise Unexpected when it is not there."""
        return _expect(self.call("GET", path, role=role, body=None, **headers), {200}, f"GET {self.id}")

    def post(self, path: str, body: Json, *, role: str = "caseworker") -> Json:
        """Return the answer to a POST with a fresh Idempotency-Key; raise Unexpected unless it is 200 or 201."""
        answer = self.call("POST", path, role=role, body=body, Idempotency_Key=str(uuid.uuid4()))
        return _expect(answer, {200, 201, 202}, f"POST {self.id}")

    def refuses(self, path: str, body: Json, *, role: str = "caseworker") -> Json:
        """Return the problem with which a POST is refused; raise Unexpected when it is not."""
        answer = self.call("POST", path, role=role, body=body, Idempotency_Key=str(uuid.uuid4()))
        if answer.status_code < 400:
            message = f"{self.id} did not refuse: {answer.status_code}"
            raise Unexpected(message)
        return dict(answer.json())

    # --- the work, in its order -------------------------------------------------------------------

    def open_case(self, person: Json, *, stay_kind: str = "move") -> Json:
        """Will open a case and return it."""
        return self.post(f"{CASEWORK}/cases", {"person": person, "stayKind": stay_kind})

    def write(self, case: str, block: str, content: Json) -> Json:
        """Will add an entry to a block of a case and return it."""
        return self.post(f"{CASEWORK}/cases/{case}/entries", {"block": block, **content})

    def consent(self, case: str, *, to: str, purpose: str, blocks: list[str]) -> Json:
        """Will record the consent of the person and return it."""
        today = clock.today_in_brussels(clock.now())
        return self.post(
            f"{CASEWORK}/cases/{case}/consents",
            {
                "recipient": to,
                "purpose": purpose,
                "blocks": blocks,
                "giver": "person",
                "how": "written",
                "language": "nl",
                "givenOn": today.isoformat(),
                "validUntil": (today + datetime.timedelta(days=180)).isoformat(),
            },
        )

    def withdraw(self, consent: str) -> Json:
        """Will record that the person takes the consent back."""
        return self.post(f"{CASEWORK}/consents/{consent}/withdrawals", {})

    def offer(self, case: str, *, to: str, kind: str, blocks: list[str]) -> Json:
        """Will offer a referral and return it."""
        return self.post(f"{REFERRAL}/referrals", self.offer_body(case, to=to, kind=kind, blocks=blocks))

    def offer_body(self, case: str, *, to: str, kind: str, blocks: list[str]) -> Json:
        """Return what a POST of a referral says."""
        body: Json = {
            "caseId": case,
            "recipient": to,
            "team": "prevention",
            "kind": kind,
            "needs": ["school", "family"],
            "wishedHelp": ["individualSupport"],
            "urgency": "thisMonth",
            "answerBy": (clock.today_in_brussels(clock.now()) + datetime.timedelta(days=10)).isoformat(),
        }
        if kind != "advice":
            body |= {"blocks": blocks, "ground": "caseConsultation"}
        return body

    def referral(self, referral: str) -> Json | None:
        """Return a referral as this town sees it, or None while it does not know it."""
        answer = self.call("GET", f"{REFERRAL}/referrals/{referral}")
        return dict(answer.json()) if answer.status_code == 200 else None

    def custody(self, referral: str) -> str:
        """Return who answers for the case as this town sees it: `here`, `there`, `both`; "" while it does not know."""
        return str((self.referral(referral) or {}).get("custody", ""))

    def state(self, referral: str) -> str:
        """Return where a referral stands for this town, "" while it does not know it."""
        return str((self.referral(referral) or {}).get("state", ""))

    def open_offer(self, referral: str) -> Json:
        """Will say that a human has seen the offer."""
        return self.post(f"{REFERRAL}/referrals/{referral}/openings", {})

    def decide(self, referral: str, decision: str, **more: str) -> Json:
        """Will accept or decline."""
        return self.post(f"{REFERRAL}/referrals/{referral}/decisions", {"decision": decision, **more})


def _expect(answer: httpx.Response, fine: set[int], where: str) -> Json:
    if answer.status_code not in fine:
        problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        told = {key: problem.get(key) for key in ("type", "detail", "issues") if key in problem}
        message = f"{where}: {answer.status_code} {json.dumps(told)}"
        raise Unexpected(message)
    return dict(answer.json()) if answer.content else {}
