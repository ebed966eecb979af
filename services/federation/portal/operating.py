"""The operator's page, the same on every level: how the bus is, what is parked, whom we believe. No content of any.

Two verbs only, as `manage.py parked` has them: try a message again, or close it and tell its sender.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from federation.audit import actions as audit
from federation.bus import directory, health, overview, parked
from federation.identity.actor import Actor, Role
from federation.portal import forms, pages, town

OPERATORS = frozenset({Role.OPERATOR})
State = parked.State
WAYS_OUT: dict[str, str | Promise] = {
    State.PARKED: _("Try it again when the cause is mended; or close it, and the sender is told."),
    State.HELD: _("Nothing: it goes on by itself when the message before it has been applied."),
    State.UNKNOWN_KEY: _("Compare the fingerprint by telephone, then confirm it with manage.py trust_peer."),
}
STATES: dict[str, str | Promise] = {
    State.PARKED: _("Parked"),
    State.HELD: _("Waits for the one before"),
    State.UNKNOWN_KEY: _("Key not confirmed"),
}
CERTIFICATES: dict[str, str | Promise] = {
    "KAFKA_CERTIFICATE_FILE": _("Our certificate for the bus"),
    "KAFKA_CA_FILE": _("Authority of the bus"),
    "OPENSEARCH_CERTIFICATE_FILE": _("Our certificate for the search index"),
    "OPENSEARCH_CA_FILE": _("Authority of the search index"),
}
USES: dict[str, str | Promise] = {"sig": _("Signing"), "enc": _("Encryption")}
KEY_STATES: dict[str, str | Promise] = {
    "current": _("in use"),
    "retired": _("replaced"),
    "compromised": _("compromised"),
}


@transaction.atomic
def retry_message(*, message_id: int, by: Actor, at: datetime.datetime) -> None:
    """Let the worker try a parked message again. Raises NothingParked."""
    parked.retry(message_id, by=by.subject, at=at)
    audit.record(act="parkedRetried", by=by, at=at, subject=f"inbox:{message_id}")


@transaction.atomic
def answer_message(*, message_id: int, reason: str, by: Actor, at: datetime.datetime) -> bool:
    """Close a parked message unapplied and tell its sender; return whether it could be told. Raises NothingParked."""
    told = parked.answer(message_id, reason=reason, by=by.subject, at=at)
    audit.record(act="parkedAnswered", by=by, at=at, subject=f"inbox:{message_id}", facts={"reason": reason})
    return told


@dataclass(frozen=True)
class Line:
    """One participant in the table of peers, with its name."""

    peer: overview.Peer
    name: str


@dataclass(frozen=True)
class Waiting:
    """One message that waits, in words."""

    message: parked.Parked
    source: str
    """How the participant is called that the message came from."""
    state: str | Promise
    way_out: str | Promise


def _waiting(message: parked.Parked, names: Mapping[str, str]) -> Waiting:
    source = names.get(message.source, message.source)
    return Waiting(message, source, STATES.get(message.state, message.state), WAYS_OUT.get(message.state, ""))


class Operator(pages.Page):
    """How the installation is: ages, numbers, what waits for a person, keys and certificates."""

    roles = OPERATORS
    template = "portal/operator.html"
    title = _("Operations")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show how everything is."""
        del request
        keys = [(USES[key.public.use], KEY_STATES[key.public.state], key) for key in overview.own_keys()]
        certificates = [(CERTIFICATES[one.code], one) for one in overview.certificates(self.at)]
        lines = [_line(peer) for peer in overview.peers()]
        names = {line.peer.id: line.name for line in lines}
        return self.show(
            {
                "health": health.health(self.at),
                "lines": lines,
                "waiting": [_waiting(one, names) for one in parked.waiting()],
                "keys": keys,
                "certificates": certificates,
                "alarms": [(one, names.get(one.peer, one.peer)) for one in overview.alarms()],
                "fingerprint": overview.own_fingerprint(),
            }
        )


def _line(peer: overview.Peer) -> Line:
    return Line(peer, peer.names.in_language(town.language()) if peer.names else peer.id)


class AnswerForm(forms.Form):
    """What the sender of a closed message is told."""

    reason = forms.CodeField(
        list="refusal-reason",
        only=("closedByPerson", "messageMalformed", "notForUs", "notAllowed", "referralStateConflict"),
        label=_("What the sender is told"),
        empty=None,
        initial="closedByPerson",
    )


class OperatorMessage(pages.Page):
    """One message that waits: what was tried, and the two ways out."""

    roles = OPERATORS
    template = "portal/operator_message.html"
    title = _("A message that waits")

    def get(self, request: HttpRequest, message_id: int) -> HttpResponse:
        """Show what was tried with the message; nothing of what it says."""
        del request
        return self._page(message_id, AnswerForm())

    def post(self, request: HttpRequest, message_id: int) -> HttpResponse:
        """Try it again, or close it."""
        if "retry" in request.POST:
            retry_message(message_id=message_id, by=self.actor, at=self.at)
            return self.saved(_("The worker tries it again at once."), to=reverse("operator"))
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self._page(message_id, form, status=422)
        told = answer_message(message_id=message_id, reason=form.cleaned_data["reason"], by=self.actor, at=self.at)
        done = _("Closed; the sender is told.") if told else _("Closed; the sender could not be told.")
        return self.saved(done, to=reverse("operator"))

    def _page(self, message_id: int, form: forms.Form, status: int = 200) -> HttpResponse:
        found, attempts = parked.look_at(message_id)
        record = directory.newest_of(found.source)
        names = {found.source: record.names.in_language(town.language())} if record else {}
        shown = {
            "waiting": _waiting(found, names),
            "attempts": attempts,
            "form": form,
            "answerable": found.state == State.PARKED,
        }
        return self.show(shown, status=status)
