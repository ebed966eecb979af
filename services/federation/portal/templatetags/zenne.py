"""What templates need beyond Django: `{% load zenne %}`."""

import datetime
import uuid
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from federation import clock
from federation.contracts import codes
from federation.portal import custody_line, dates, drafts, drawings, forms, numbers, once, phones, town

register = template.Library()


@register.filter
def label(code: str, listed: str) -> str:
    """Return how a code of list `listed` reads: `{{ referral.reason|label:"decline-reason" }}`."""
    return codes.label(listed, code, town.language()) if code else ""


@register.filter
def day(value: datetime.date | None) -> SafeString | str:
    """Return a day as `<time>`: ma 23/11/2026; nothing for none."""
    if value is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), dates.day(value))


@register.filter
def moment(value: datetime.datetime | None) -> SafeString | str:
    """Return an instant as `<time>`: ma 23/11/2026 10:42; nothing for none."""
    if value is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), dates.moment(value))


@register.filter
def brief(value: datetime.datetime | datetime.date | None) -> SafeString | str:
    """Return a day without its year, with the time where there is one, as `<time>`: ma 23/11 10:42."""
    if value is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), dates.brief(value))


@register.filter
def referral_number(referral_id: uuid.UUID) -> str:
    """Return what people say of a referral on the telephone, the same on every level: B0F9-7226."""
    return numbers.of_referral(referral_id)


@register.filter
def telephone(number: str) -> str:
    """Return a number as people here dial it: 02 000 11 01 for +3220001101; a foreign one as it is."""
    return phones.readable(number)


@register.filter
def day_words(value: datetime.date | None) -> str:
    """Return a day as plain text, where no element may stand."""
    return dates.day(value) if value else ""


@register.simple_tag(takes_context=True)
def deadline(context: dict[str, Any], value: datetime.date | None) -> SafeString | str:
    """Return a deadline: the date and the working days left, in words; needs `at` in the context."""
    if value is None:
        return ""
    today = clock.today_in_brussels(context["at"])
    return format_html(
        '<span class="due {}"><span class="visually-hidden">{} </span>{} <small>{}</small></span>',
        dates.urgency(value, today),
        _("Deadline:"),
        day(value),
        dates.left(value, today),
    )


@register.simple_tag
def custody(*, state: str, sender: str, recipient: str, kind: str) -> SafeString:
    """Return the small custody line of a referral with its words."""
    line = custody_line.line(state=state, sender=sender, recipient=recipient, kind=kind)
    return format_html(
        '<span class="at">{}<span>{}</span></span>', _drawn(drawings.small_line(line.drawing)), line.words
    )


@register.simple_tag
def small_line(name: str) -> SafeString:
    """Return one small custody line by its name; the words stand beside it in the template."""
    return _drawn(drawings.small_line(name))


@register.simple_tag
def reach(name: str) -> SafeString:
    """Return one reach of the large custody line."""
    return _drawn(drawings.reach(name))


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return an icon; a word must stand beside it."""
    return _drawn(drawings.icon(name))


@register.simple_tag
def colon() -> str:
    """Return the colon between two words that a template puts together, with the space that a language wants."""
    return _(":")


@register.simple_tag
def field(bound: forms.Field) -> SafeString:
    """Return one field of a form with label, hint and mistake."""
    return bound.as_field_group()


@register.inclusion_tag("portal/error_summary.html")
def error_summary(form: forms.Form) -> dict[str, Any]:
    """Show what is wrong in a form, with a link to each field."""
    return {"mistakes": list(form.mistakes) if form.is_bound else [], "form": form}


@register.simple_tag(name="once", takes_context=True)
def once_only(context: dict[str, Any], form: forms.Form | None = None) -> SafeString:
    """Return, for a form that acts, the hidden field by which the form is done once, however often it is sent.

    `form` is what stands in it, where it has fields: `{% once form %}`.
    """
    key = once.key(context["request"], form or None)
    return format_html('<input type="hidden" name="{}" value="{}">', once.FIELD, key)


@register.inclusion_tag("portal/draft_keeper.html", takes_context=True)
def draft_keeper(context: dict[str, Any]) -> dict[str, Any]:
    """Show, within a form, that it saves itself as a draft, with buttons to keep it now and to throw it away.

    What came after a session had ended, and found a draft in its place, is offered beside it.
    """
    page, request = context["page"], context["request"]
    buttons = {"keep": drafts.KEEP, "drop": drafts.DROP, "swap": drafts.SWAP, "drop_beside": drafts.DROP_BESIDE}
    return {"kept": page.kept, "beside": page.kept_beside, "address": request.path, **buttons}


def _drawn(drawing: str) -> SafeString:
    return mark_safe(drawing)  # noqa: S308 -- out of our own file
