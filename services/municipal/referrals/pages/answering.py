"""Saying something about a referral: each verb a form of its own, with one call into actions.

The forms stand on the page of the referral; each has an address too, so that a link can lead to it and a mistake is
shown where it was made.
"""

import datetime
import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from federation.custody.facts import Kind, State
from federation.errors import DomainError
from federation.identity import browser
from federation.portal import forms, pages, town
from municipal.referrals import actions, queries, rules
from municipal.referrals.pages.refusals import refuse
from municipal.referrals.pages.seen import card
from municipal.referrals.pages.towns import Towns
from municipal.referrals.rules import Direction

ACTORS = frozenset(rules.ACTORS)
FIRST_CONTACT_DAYS = 3
"""Working days within which a first contact is proposed."""


NO_REASON = {"required": _("Choose a reason")}
NO_CHOICE = {"required": _("Choose one")}


class Nothing(forms.Form):
    """An act that needs no words."""


class AcceptForm(forms.Form):
    """Who takes it on, and the first contact."""

    team = django_forms.ChoiceField(label=_("Which team?"))
    who = django_forms.CharField(label=_("Who makes the first contact?"), max_length=200, required=False)
    on = forms.DayField(label=_("First contact by"), required=False, help_text=_("day/month/year. May stay empty."))

    def clean(self) -> dict[str, Any]:
        """Refuse a day without somebody, or the reverse: nobody's task gets lost (loss L17)."""
        found = super().clean() or {}
        if bool(found.get("who")) != bool(found.get("on")) and not {"who", "on"} & set(self.errors):
            field = "on" if found.get("who") else "who"
            self.add_error(field, str(_("A first contact has a day and somebody who makes it.")))
        return found


class DeclineForm(forms.Form):
    """Why not."""

    reason = forms.CodeField(list="decline-reason", label=_("Reason"), error_messages=NO_REASON)


class AdviceForm(forms.Form):
    """An answer about help."""

    text = django_forms.CharField(
        label=_("Your advice"),
        max_length=rules.LONGEST_ADVICE,
        help_text=_("Name nobody: you do not know who it is about, and it should stay so."),
        widget=django_forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write your advice")},
    )


class RevokeForm(forms.Form):
    """Why a question is taken back."""

    reason = forms.CodeField(list="revocation-reason", label=_("Reason"), error_messages=NO_REASON)


class ProgressForm(forms.Form):
    """A step with the person."""

    progress = forms.RadioCodeField(list="progress", label=_("What happened?"), error_messages=NO_CHOICE)
    on = forms.DayField(label=_("On which day?"), error_messages={"required": _("Fill in the day")})


class OutcomeForm(forms.Form):
    """How it ended."""

    outcome = forms.RadioCodeField(list="outcome", label=_("How did it end?"), error_messages=NO_CHOICE)


class Act(pages.Page):
    """One verb: its form alone, and what happens when it is sent."""

    roles = ACTORS
    template = "referrals/act.html"
    verb: ClassVar[str]
    """The last part of its address."""
    form: ClassVar[type[forms.Form]]
    button: ClassVar[str | Promise]
    words: ClassVar[str | Promise]
    """What it means, said before it is done."""
    done: ClassVar[str | Promise]
    action: ClassVar[Callable[..., object]]
    """What does it: called with the fields of the form by their names."""

    def get(self, request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
        """Show the form of the verb, where the referral stands so that it can be said."""
        referral = self.referral(referral_id)
        here = browser.person(request)
        form = form_of(type(self), referral, actor_team=self.actor.team, at=self.at, name=here.name if here else "")
        return self._page(referral, form)

    def post(self, request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
        """Do it, or show what is wrong."""
        referral = self.referral(referral_id)
        form = form_of(type(self), referral, actor_team=self.actor.team, at=self.at, data=request.POST)
        if form.is_valid():
            try:
                self.act(referral_id, form.cleaned_data)
            except DomainError as refusal:
                refuse(form, refusal, field=next(iter(form.fields), None))
            else:
                return self.saved(self.done, to=reverse("referral-tracker", args=[referral_id]))
        return self._page(referral, form, status=422)

    def referral(self, referral_id: uuid.UUID) -> queries.ReferralRow:
        """Return the referral; raise ReferralUnknown."""
        return queries.get_referral(referral_id, by=self.actor)

    def act(self, referral_id: uuid.UUID, given: dict[str, Any]) -> object:
        """Do it."""
        return type(self).action(referral_id=referral_id, **given, by=self.actor, at=self.at)

    def _page(self, referral: queries.ReferralRow, form: forms.Form, status: int = 200) -> HttpResponse:
        towns = Towns()
        found = {"card": card(referral, towns), "form": form, "verb": type(self), "names": towns.names(referral)}
        return self.show({**found, "possible": type(self) in verbs(referral)}, status=status)


class ReferralOpening(Act):
    """A human has seen the offer: said on purpose, never by looking."""

    verb, form = "opening", Nothing
    title, button = _("Read the question"), _("Read and consider")
    words = _("The other municipality sees that somebody has read its question. Nothing else changes.")
    done = _("You have read it. The other municipality is told.")
    action = staticmethod(actions.open_referral)


class ReferralAcceptance(Act):
    """Yes."""

    verb, form = "acceptance", AcceptForm
    title, button = _("Accept"), _("Accept")
    words = _("As soon as you accept a hand-over, your municipality is responsible too, and the name follows.")
    done = _("Accepted. The other municipality is told, and releases the file by itself.")
    action = staticmethod(actions.accept_referral)

    def act(self, referral_id: uuid.UUID, given: dict[str, Any]) -> object:
        """Accept, with the team that takes it on and its first contact."""
        planned = actions.FirstContact(given["on"], given["who"]) if given.get("on") else None
        return super().act(referral_id, {"team": given["team"], "first_contact": planned})


class ReferralDecline(Act):
    """No, with a reason."""

    verb, form = "decline", DeclineForm
    title, button = _("Decline with a reason"), _("Decline")
    words = _("The case stays where it is. The other municipality reads your reason; nothing of it stays here.")
    done = _("Declined. The other municipality is told why.")
    action = staticmethod(actions.decline_referral)


class ReferralAdvice(Act):
    """An answer to a question that names nobody."""

    verb, form = "advice", AdviceForm
    draft = "advice"
    title, button = _("Give advice"), _("Send advice")
    words = _("Your advice answers the question and closes it. The case stays where it is.")
    done = _("Your advice is on its way.")
    action = staticmethod(actions.give_advice)


class ReferralRevocation(Act):
    """The sender takes a question back."""

    verb, form = "revocation", RevokeForm
    title, button = _("Take the question back"), _("Take the question back")
    words = _("Your municipality stays responsible, unless the other one had accepted before this arrives.")
    done = _("Being taken back. The other municipality confirms by itself.")
    action = staticmethod(actions.revoke_referral)


class ReferralProgress(Act):
    """The sender hears how it goes."""

    verb, form = "progress", ProgressForm
    title, button = _("Report a step"), _("Report")
    words = _("The other municipality sees what happened and on which day, nothing more.")
    done = _("Reported. The other municipality sees it.")
    action = staticmethod(actions.report_progress)


class ReferralOutcome(Act):
    """The loop is closed."""

    verb, form = "outcome", OutcomeForm
    title, button = _("Close with an outcome"), _("Close")
    words = _("This ends the referral, not your work. Who referred the person hears how it ended.")
    done = _("Closed. The other municipality hears the outcome.")
    action = staticmethod(actions.report_outcome)


VERBS = (
    ReferralOpening,
    ReferralAcceptance,
    ReferralDecline,
    ReferralAdvice,
    ReferralRevocation,
    ReferralProgress,
    ReferralOutcome,
)


def verbs(referral: queries.ReferralRow) -> tuple[type[Act], ...]:
    """Return what can be said of a referral now; the rules decide once more when it is said."""
    state, advice = State(referral.state), referral.kind == Kind.ADVICE
    if referral.direction == Direction.SENT:
        return (ReferralRevocation,) if queries.may_revoke(referral) else ()
    if state is State.RECEIVED:
        return (ReferralOpening,)
    if state is State.OPENED:
        return (ReferralAdvice if advice else ReferralAcceptance, ReferralDecline)
    return (ReferralProgress, ReferralOutcome) if state in (State.HELD, State.FIRST_CONTACT) else ()


def forms_for(referral: queries.ReferralRow, page: pages.Page, *, name: str) -> dict[str, forms.Form]:
    """Return the empty forms of what can be said of a referral now, by verb."""
    return {
        one.verb: form_of(one, referral, actor_team=page.actor.team, at=page.at, name=name) for one in verbs(referral)
    }


def form_of(
    verb: type[Act],
    referral: queries.ReferralRow,
    *,
    actor_team: str,
    at: datetime.datetime,
    name: str = "",
    data: Any = None,
) -> forms.Form:
    """Return the form of a verb, filled with what is likely: few clicks for the usual answer."""
    today, initial = queries.today(at), {}
    if verb is ReferralAcceptance:
        initial = {"who": name, "on": queries.working_day_after(today, FIRST_CONTACT_DAYS), "team": referral.team}
    if verb is ReferralProgress:
        initial = {"on": today, "progress": "appointment" if referral.state == State.FIRST_CONTACT else "firstContact"}
    form = verb.form(data, initial=initial, prefix=verb.verb)
    if verb is ReferralAcceptance:
        _only_what_fits(form, referral, actor_team)
    if verb is ReferralProgress and referral.state == State.FIRST_CONTACT:
        form.fields["progress"] = forms.RadioCodeField(
            list="progress",
            only=("appointment", "noShow"),
            label=form.fields["progress"].label,
            error_messages=NO_CHOICE,
        )
    return form


def _only_what_fits(form: forms.Form, referral: queries.ReferralRow, actor_team: str) -> None:
    """Leave out what this acceptance does not ask: only a hand-over that is no way home opens a case."""
    teams = [(own.id, own.names[town.language()]) for own in queries.tenant().teams]
    field: Any = form.fields["team"]
    field.choices = teams if actor_team == "" else [one for one in teams if one[0] in (actor_team, referral.team)]
    if referral.kind != Kind.HANDOVER or referral.hand_back:
        del form.fields["who"], form.fields["on"]
