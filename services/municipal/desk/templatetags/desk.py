"""What the desk's templates need: names of towns and of colleagues, and the custody line of a case. `{% load desk %}`.

The pages give `towns` and `colleagues` along, who look names up; what is here reads no table.
"""

import datetime
import uuid
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django import template
from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from federation import clock
from federation.portal import dates, town as own_town
from federation.portal.templatetags import zenne
from municipal.cases.rules import Block
from municipal.desk import words
from municipal.people import languages

if TYPE_CHECKING:
    from federation.audit.queries import Access
    from municipal.cases.queries import EntryView
    from municipal.desk.queries import Referred

register = template.Library()

SHORT = 8
"""Characters of an account that tell it apart from the others of a town."""


@register.simple_tag(takes_context=True)
def town(context: template.RequestContext, participant: str) -> str:
    """Return how a town is called in the reader's language."""
    return _name(context, participant)


@register.simple_tag(takes_context=True)
def case_line(context: template.RequestContext, referred: "Referred | None") -> SafeString:
    """Return the small custody line of a case with its words: of its newest referral, else of this town alone."""
    if referred is None:
        return zenne.custody(state="", sender=own_town.name(), recipient="", kind="")
    sender, recipient = _name(context, referred.sender), _name(context, referred.recipient)
    one = referred.referral
    return zenne.custody(state=one.state, sender=sender, recipient=recipient, kind=one.kind)


@register.simple_tag(takes_context=True)
def happened(context: template.RequestContext, event: "Access") -> str:
    """Return what an event of the timeline says."""
    peer = str(event.facts.get("peer", "") or event.facts.get("recipient", ""))
    return words.of_event(event, town=_name(context, peer) if peer else "")


@register.simple_tag(takes_context=True)
def writer(context: template.RequestContext, entry: "EntryView") -> str:
    """Return who wrote an entry: you, a colleague by name where one has logged in here, or another town."""
    if entry.written_in != own_town.own().id:
        return _name(context, entry.written_in)
    return _called(context, entry.written_by) or _("a colleague")


@register.simple_tag(takes_context=True)
def doer(context: template.RequestContext, event: "Access") -> str:
    """Return who of this town did what the timeline tells, "" where it was the program or nobody knows a name."""
    return _called(context, event.by)


@register.simple_tag(takes_context=True)
def who_acted(context: template.RequestContext, access: "Access") -> str:
    """Return who acted, and for which team: the program itself, or an account by its number, with the name before it.

    The number stands beside the name because two people may be called the same. A page that gives no names along shows
    the number alone.
    """
    if access.by.startswith("system:"):
        return _("the program itself")
    number = access.by[:SHORT]
    who: str = _("account %(number)s") % {"number": number}
    if access.by in context["colleagues"]:
        who = format_html('{} <span class="quiet">{}</span>', context["colleagues"][access.by], number)
    return format_html("{}, {}", who, team(access.team)) if access.team else who


@register.simple_tag
def referral_address(referred: "Referred") -> str:
    """Return the address of the page of a referral."""
    return reverse("referral-tracker", args=[referred.referral.pk])


@register.simple_tag
def paper(case_id: uuid.UUID, consent_id: uuid.UUID, language: str) -> str:
    """Return the address of a consent on paper in a language."""
    return reverse(f"consent-paper-{language}", args=[case_id, consent_id])


@register.filter
def moment_words(value: datetime.datetime) -> str:
    """Return an instant as plain text, where no element may stand."""
    return dates.moment(value)


@register.filter
def belgian_day(value: datetime.datetime) -> datetime.date:
    """Return the Belgian calendar day of an instant."""
    return clock.today_in_brussels(value)


@register.filter
def belgian_time(value: datetime.datetime) -> str:
    """Return what the clocks here show at an instant: 10:42."""
    return f"{value.astimezone(clock.BRUSSELS):%H:%M}"


@register.simple_tag(takes_context=True)
def days_left(context: template.RequestContext, value: datetime.date) -> str:
    """Return in words how many working days are left; the day itself stands beside it."""
    return dates.left(value, clock.today_in_brussels(context["at"]))


@register.filter
def long_day(value: datetime.datetime) -> str:
    """Return the day of an instant in full: maandag 23 november 2026."""
    return formats.date_format(clock.today_in_brussels(value), "l j F Y")


@register.filter
def spoken(language: str) -> str:
    """Return how a language is called in the reader's language; one that is not known reads as its code."""
    return languages.name(language, reader=own_town.language())


@register.filter
def in_order(blocks: Collection[str]) -> list[str]:
    """Return blocks of a file in the order of the work."""
    return [str(block) for block in Block if block in blocks]


@register.filter
def versions_of(earlier: "Mapping[uuid.UUID, list[EntryView]]", entry: "EntryView") -> "list[EntryView]":
    """Return the versions before the one that stands, the newest first."""
    return earlier.get(entry.entry_id, [])


@register.filter
def gist(entry: "EntryView") -> str:
    """Return what an entry says, whatever its block: its main sentence."""
    said = [entry.fields.get(name) for name in ("ownWords", "what", "finding", "text")]
    return next((str(one) for one in said if one), "")


@register.filter
def team(team_id: str) -> str:
    """Return how a team of this town is called."""
    found = own_town.own().team(team_id)
    return found.names[own_town.language()] if found else team_id


def _called(context: template.RequestContext, subject: str) -> str:
    return _("you") if subject == context["actor"].subject else str(context["colleagues"].get(subject, ""))


def _name(context: template.RequestContext, participant: str) -> str:
    return str(context["towns"].name(participant))
