"""The six steps of a question, their forms, and the answers given so far. Answers are codes, days and one name."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms as django_forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from federation.custody.facts import Kind
from federation.portal import forms
from municipal.referrals.rules import Help

STEPS = ("why", "where", "consent", "what", "meeting", "check")
TITLES: Mapping[str, str | Promise] = {
    "why": _("Why and which kind"),
    "where": _("Where to"),
    "consent": _("Consent"),
    "what": _("What we share"),
    "meeting": _("Warm hand-over"),
    "check": _("Check and send"),
}
HEADINGS: Mapping[str, str | Promise] = {
    "why": _("What do you want to ask?"),
    "where": _("Whom do you ask?"),
    "consent": _("Does the person agree?"),
    "what": _("What will %(town)s know?"),
    "meeting": _("Who goes along?"),
    "check": _("Is everything right?"),
}
RESTS_ON = {"why": ("where", "consent", "what"), "where": ("consent", "what"), "consent": ("what",)}
"""Answers that do not hold any more when an earlier one changes."""


class WhyForm(forms.Form):
    """What is asked, in codes: no story leaves before the other town accepts."""

    kind = forms.RadioCodeField(
        list="referral-kind",
        label=_("Which kind of question?"),
        help_text=_(
            "Advice names nobody. Sharing: the other town helps, yours stays responsible. Hand-over: after acceptance"
            " you are responsible together, then the other town alone."
        ),
        error_messages={"required": _("Choose which kind of question it is")},
    )
    needs = forms.CodesField(
        list="need",
        label=_("What is help needed with?"),
        error_messages={"required": _("Choose what help is needed with, so that the other town can judge")},
    )
    wished_help = forms.CodesField(list="wished-help", label=_("Which help do you hope for?"), required=False)
    urgency = forms.RadioCodeField(
        list="urgency",
        label=_("How soon?"),
        initial="thisMonth",
        error_messages={"required": _("Choose how soon help is needed")},
    )


class WhereForm(forms.Form):
    """Which team of which municipality, and by when an answer is hoped for."""

    team = django_forms.ChoiceField(
        label=_("Municipality and team"),
        widget=django_forms.RadioSelect,
        error_messages={"required": _("Choose whom you ask")},
    )
    answer_by = forms.DayField(
        label=_("Answer hoped for by"),
        help_text=_("day/month/year. Nothing happens by itself on that day; people are reminded."),
        error_messages={"required": _("Fill in by when you hope for an answer")},
    )


class GroundForm(forms.Form):
    """The ground of the exchange, beside the person's consent."""

    ground = django_forms.ChoiceField(
        label=_("Ground of the exchange"),
        help_text=_("Beside the consent: the law or agreement that lets your municipality exchange."),
        widget=django_forms.RadioSelect,
        error_messages={"required": _("Choose the ground of the exchange")},
    )


class BlocksForm(forms.Form):
    """Which parts of the file go along after acceptance."""

    blocks = forms.CodesField(
        list="block",
        label=_("Parts of the file"),
        error_messages={"required": _("Choose at least the name: without it the other town cannot find the person")},
    )


class MeetingForm(forms.Form):
    """A meeting of the three of them; it becomes the next contact of the own case and is not sent."""

    on = forms.DayField(
        label=_("Day of the meeting of the three of you"),
        required=False,
        help_text=_("day/month/year. May stay empty."),
    )
    who = django_forms.CharField(label=_("Who goes along?"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a day without somebody, or the reverse (loss L17)."""
        found = super().clean() or {}
        if bool(found.get("who")) != bool(found.get("on")) and not {"who", "on"} & set(self.errors):
            missing = "on" if found.get("who") else "who"
            self.add_error(missing, str(_("A meeting has a day and somebody who goes along.")))
        return found


class Nothing(forms.Form):
    """A step that asks nothing of this kind of question."""


@dataclass
class Answers:
    """What was answered so far. The referral has its id from the beginning, so that it is sent once."""

    id: uuid.UUID = field(default_factory=uuid.uuid4)
    given: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, step: str, values: Mapping[str, Any]) -> None:
        """Take the answers of one step; what rested on earlier ones of it is asked again."""
        plain = {name: _plain(value) for name, value in values.items()}
        before = self.given.get(step)
        if before is not None and _what_others_rest_on(before) != _what_others_rest_on(plain):
            for later in RESTS_ON.get(step, ()):
                self.given.pop(later, None)
        self.given[step] = plain

    def next_open(self) -> str:
        """Return the first step without answers; the last one where all others have theirs."""
        return next((step for step in STEPS if step not in self.given), STEPS[-1])

    def of(self, step: str) -> dict[str, Any]:
        """Return the answers of a step, none yet."""
        return self.given.get(step, {})

    @property
    def kind(self) -> Kind:
        """What is asked."""
        return Kind(self.of("why")["kind"])

    @property
    def advice(self) -> bool:
        """Whether nobody is named, so that nobody has to agree."""
        return self.of("why").get("kind") == Kind.ADVICE

    @property
    def to(self) -> str:
        """Whom is asked: the id of a town, "" before it was chosen."""
        return str(self.of("where").get("team", "")).partition("/")[0]

    @property
    def team(self) -> str:
        """The team there."""
        return str(self.of("where").get("team", "")).partition("/")[2]

    @property
    def answer_by(self) -> datetime.date:
        """By when an answer is hoped for."""
        return datetime.date.fromisoformat(self.of("where")["answer_by"])

    @property
    def wanted(self) -> Help:
        """The help that is asked for."""
        why = self.of("why")
        return Help(needs=tuple(why["needs"]), urgency=why["urgency"], wished_help=tuple(why["wished_help"]))

    @property
    def blocks(self) -> list[str]:
        """The parts of the file that go along."""
        return list(self.of("what").get("blocks", ()))

    @property
    def meeting_on(self) -> datetime.date | None:
        """The day of the warm hand-over, None without one."""
        on = self.of("meeting").get("on")
        return datetime.date.fromisoformat(on) if on else None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def _what_others_rest_on(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return values.get("kind"), str(values.get("team", "")).partition("/")[0], values.get("ground")
