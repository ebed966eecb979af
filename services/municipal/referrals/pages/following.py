"""Looking: the inbox of a team, what it sent, what is silent at the border, and one referral with its custody line."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from federation.custody.facts import Kind, State
from federation.errors import DomainError
from federation.identity import browser
from federation.identity.actor import Actor
from federation.portal import pages
from municipal.cases import rules as case_rules
from municipal.referrals import actions, queries, rules
from municipal.referrals.pages import answering, line, standing
from municipal.referrals.pages.seen import Card, card
from municipal.referrals.pages.towns import Towns
from municipal.referrals.rules import Direction

READERS = frozenset(rules.READERS)
PAGE_SIZE = 25


class ReferralInbox(pages.Page):
    """What other towns ask of the own team; before acceptance it names nobody."""

    roles = READERS
    template = "referrals/inbox.html"
    title = _("Inbox")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what waits: new, considered, to be confirmed, under way."""
        del request
        towns = Towns()
        found = [card(referral, towns) for referral in queries.waiting_here(by=self.actor)]
        groups = {
            "new": _in(found, State.RECEIVED),
            "considering": _in(found, State.OPENED),
            "confirming": _in(found, State.ACCEPTED),
            "under_way": _in(found, State.HELD, State.FIRST_CONTACT),
        }
        return self.show({**groups, "may_act": self.actor.has(*rules.ACTORS)})


def _in(cards: Iterable[Card], *states: State) -> list[Card]:
    return [one for one in cards if one.row.state in states]


class ReferralSent(pages.Page):
    """What this town asked of others."""

    roles = READERS
    template = "referrals/sent.html"
    title = _("Sent")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what was sent, the newest first."""
        towns = Towns()
        found = Paginator(queries.referrals(by=self.actor, directions=[Direction.SENT]), PAGE_SIZE)
        page = found.get_page(request.GET.get("page", "1"))
        return self.show({"cards": [card(referral, towns) for referral in page], "page": page})


@dataclass(frozen=True)
class Silent:
    """An open referral, and since when nobody has said anything about it."""

    card: Card
    last_at: datetime.datetime
    working_days: int


@dataclass(frozen=True)
class Neighbour:
    """What is open with one municipality, the oldest silence first."""

    name: str
    silent: list[Silent]

    @property
    def sent(self) -> int:
        """How many open referrals go there."""
        return sum(one.card.row.direction == Direction.SENT for one in self.silent)

    @property
    def received(self) -> int:
        """How many open referrals come from there."""
        return len(self.silent) - self.sent


class ReferralBorder(pages.Page):
    """What is open with each municipality, the oldest silence first."""

    roles = READERS
    template = "referrals/border.html"
    title = _("At the border")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show per municipality what is open and how long it has been silent, in working days of this town."""
        del request
        towns, found = Towns(), dict[str, list[Silent]]()
        for referral in queries.by_silence(by=self.actor):
            found.setdefault(referral.peer, []).append(self._silent(referral, towns))
        return self.show({"neighbours": [Neighbour(towns.name(peer), silent) for peer, silent in found.items()]})

    def _silent(self, referral: queries.ReferralRow, towns: Towns) -> Silent:
        last_at: datetime.datetime = referral.last_at  # type: ignore[attr-defined]  # annotated by the query
        sender, recipient = towns.sides(referral)
        own = sender if referral.direction == Direction.SENT else recipient
        days = own.working_days(queries.today(last_at), queries.today(self.at))
        return Silent(card(referral, towns), last_at, days)


class ReferralTracker(pages.Page):
    """One referral, the same for both sides: who is responsible, what happened, what follows, whom to call."""

    roles = READERS
    template = "referrals/tracker.html"
    title = _("Referral")

    def get(self, request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
        """Show the referral and take it off the own lists; an offer stays on them until somebody opens it."""
        referral = queries.get_referral(referral_id, by=self.actor)
        if self.actor.has(*rules.ACTORS) and referral.state != State.RECEIVED:
            actions.read_items(referral_id=referral_id, by=self.actor, at=self.at)
        here = browser.person(request)
        return self.show(context(self, referral, name=here.name if here else ""))


def context(page: pages.Page, referral: queries.ReferralRow, *, name: str = "") -> dict[str, object]:
    """Return what the page of one referral shows."""
    towns, events = Towns(), queries.events(referral)
    names = towns.names(referral)
    marks = line.marks(referral, events, **names)
    last = max((mark.at for mark in marks if mark.at), default=referral.began_at)
    may_act = page.actor.has(*rules.ACTORS)
    return {
        "card": card(referral, towns),
        "marks": marks,
        "standing": standing.standing(referral, towns, since=last, at=page.at),
        "since": last,
        "advice": queries.advice_on(referral),
        "others": _others(referral, page, towns),
        "received": referral.direction == Direction.RECEIVED,
        "may_act": may_act,
        "verbs": answering.verbs(referral) if may_act else (),
        "forms": answering.forms_for(referral, page, name=name) if may_act else {},
        "has_case": referral.case_id is not None,
        "may_open_dossier": _may_open_dossier(referral, by=page.actor),
    }


def _may_open_dossier(referral: queries.ReferralRow, *, by: Actor) -> bool:
    """Say whether a dossier is here and `by` may read it, if need be after saying why."""
    try:
        case_rules.check_read(by, team=referral.team, closed=queries.dossier_closed(referral), purpose="")
    except case_rules.PurposeMissing:
        return referral.has_dossier
    except DomainError:
        return False
    return referral.has_dossier


def _others(referral: queries.ReferralRow, page: pages.Page, towns: Towns) -> list[Card]:
    if referral.case_id is None or (referral.kind == Kind.ADVICE and referral.direction == Direction.RECEIVED):
        return []
    found = queries.referrals(by=page.actor, case_id=referral.case_id).exclude(pk=referral.pk)[:PAGE_SIZE]
    return [card(one, towns) for one in found]
