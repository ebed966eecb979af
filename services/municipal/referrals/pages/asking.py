"""What a question rests on: the case, the person's consent, the ground. The wizard and the way back both ask for it."""

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from federation.contracts import codes
from federation.errors import DomainError
from federation.identity.actor import Actor
from federation.portal import forms, town
from municipal.cases import actions as case_actions, queries as cases, rules as case_rules
from municipal.consents import actions as consent_actions, queries as consents, rules as consent_rules
from municipal.people import fields, rules as people
from municipal.referrals import queries, rules
from municipal.referrals.pages.refusals import refuse

HALF_A_YEAR = 182
FIELDS = {"givenOn": "given_on", "validUntil": "valid_until", "blocks": "consented", "language": "language"}
"""The field of the form at which a refusal of the rules is mended."""


@dataclass(frozen=True)
class Wanted:
    """What the person is asked to agree to: to whom, and for what."""

    case: cases.CaseView
    recipient: str
    purpose: str


def case_of(case_id: uuid.UUID | None, *, by: Actor) -> cases.CaseView:
    """Return a case in which `by` may write; raises CaseNotFound, CustodyElsewhere or MissingPermission."""
    view = cases.get_case(case_id or uuid.UUID(int=0), by=by)
    case_rules.check_write(by, team=view.team, closed=view.closed, custodian=view.custodian)
    return view


def consent(wanted: Wanted, *, at: datetime.datetime) -> consents.ConsentView | None:
    """Return the consent that stands for this, None where the person has to be asked."""
    found = consents.of_case(wanted.case.id).filter(recipient=wanted.recipient, purpose=wanted.purpose)
    return next((view for view in map(consents.view_of, found) if view.stands(at)), None)


def giver(wanted: Wanted, *, at: datetime.datetime) -> str:
    """Return who has to agree at the person's age, "" where the birth date is not known."""
    person = wanted.case.person
    if person is None:
        return ""
    today = queries.today(at)
    return consent_rules.giver_at(people.age(person.birth_on, on=today), on=today).value


class ConsentForm(forms.Form):
    """What the person agreed to, written down where it is missing."""

    consented = forms.CodesField(
        list="block",
        label=_("To which parts did the person agree?"),
        error_messages={"required": _("Choose to which parts the person agreed")},
    )
    giver = forms.RadioCodeField(list="consent-giver", label=_("Who agreed?"))
    how = forms.RadioCodeField(
        list="consent-how",
        label=_("How?"),
        help_text=_("In writing? After you have recorded it, print the form and have it signed."),
        error_messages={"required": _("Choose how the person agreed")},
    )
    language = fields.LanguageField(label=_("In which language was it asked?"))
    given_on = forms.DayField(label=_("Given on"))
    valid_until = forms.DayField(
        label=_("Stands until"), help_text=_("The first day on which it stands no more; two years at most.")
    )


def consent_options(wanted: Wanted, *, at: datetime.datetime) -> dict[str, Any]:
    """Return what the form of a consent proposes."""
    today, person = queries.today(at), wanted.case.person
    return {
        "initial": {
            "consented": ["identity"],
            "giver": giver(wanted, at=at),
            "language": person.contact_language if person else town.language(),
            "given_on": today,
            "valid_until": today + datetime.timedelta(days=HALF_A_YEAR),
        },
    }


def record(form: forms.Form, wanted: Wanted, *, by: Actor, at: datetime.datetime) -> bool:
    """Record the consent of a valid form and say so; what stands in the way stands in the form afterwards."""
    if not form.is_valid():
        return False
    given = dict(form.cleaned_data)
    try:
        consent_actions.record_consent(
            case_id=wanted.case.id,
            recipient=wanted.recipient,
            purpose=consent_rules.Purpose(wanted.purpose),
            blocks=given.pop("consented"),
            giver=consent_rules.Giver(given.pop("giver")),
            how=consent_rules.How(given.pop("how")),
            **given,
            by=by,
            at=at,
        )
    except DomainError as refusal:
        refuse(form, refusal, field=FIELDS.get(refusal.field or "", "giver"))
        return False
    return True


def offer_grounds(form: forms.Form, *, today: datetime.date) -> None:
    """Let the form offer the grounds of today; the only one is chosen already."""
    field: Any = form.fields["ground"]
    grounds = queries.tenant().grounds_on(today)
    field.choices = [(code, _ground(ground)) for code, ground in grounds.items()]
    if len(grounds) == 1:
        form.initial.setdefault("ground", next(iter(grounds)))


def _ground(ground: Any) -> str:
    language = town.language()
    return f"{ground.labels[language]} · {ground.article[language]}"


def offer_blocks(form: forms.Form, blocks: Collection[str]) -> None:
    """Let the form offer these parts of the file alone, in the order of the work."""
    field: Any = form.fields["blocks"]
    field.choices = [(block, codes.label("block", block, town.language())) for block in rules.BLOCKS if block in blocks]


def read_case(case_id: uuid.UUID, *, by: Actor, at: datetime.datetime) -> cases.CaseView:
    """Return a case of which somebody reads who it is about: it leaves an entry in the log of readings.

    Raises MissingPermission, CaseNotFound, PurposeMissing, FileClosed or CustodyElsewhere.
    """
    view = case_actions.read_case(case_id=case_id, purpose="", by=by, at=at)
    case_rules.check_write(by, team=view.team, closed=view.closed, custodian=view.custodian)
    return view
