"""Going on after a yes: reading the dossier that came, and handing a case back to where it came from."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from federation.contracts import codes
from federation.errors import DomainError
from federation.portal import dates, forms, pages, town
from municipal.cases import rules as case_rules
from municipal.cases.rules import Block
from municipal.referrals import actions, queries, rules
from municipal.referrals.pages import asking
from municipal.referrals.pages.answering import ACTORS, NO_REASON
from municipal.referrals.pages.refusals import refuse
from municipal.referrals.pages.seen import card, language_name
from municipal.referrals.pages.towns import Towns


class ReferralDossier(pages.Page):
    """Exactly the consented parts of the file, as the sender signed them. Each reading leaves an entry in a log."""

    roles = frozenset(rules.READERS)
    template = "referrals/dossier.html"
    title = _("The file that came along")

    def get(self, request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
        """Show the parts to the team that works with the person; others are asked why first."""
        del request
        return self._read(referral_id)

    def post(self, request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
        """Show the parts to somebody who has said why."""
        del request
        return self._read(referral_id)

    def _read(self, referral_id: uuid.UUID) -> HttpResponse:
        referral = queries.get_referral(referral_id, by=self.actor)
        shown: dict[str, object] = {"card": card(referral, Towns())}
        try:
            found = actions.read_dossier(referral_id=referral_id, purpose=self.purpose, by=self.actor, at=self.at)
        except case_rules.PurposeMissing:
            return self.show({**shown, "purposes": sorted(case_rules.PURPOSES)})
        blocks = [
            (block, [_entry(block, one) for one in found.blocks[block]] if block != Block.IDENTITY else [])
            for block in rules.BLOCKS
            if block in found.blocks
        ]
        identity = found.blocks.get(Block.IDENTITY, {})
        born = datetime.date.fromisoformat(identity["birthOn"]) if identity else None
        language = language_name(identity["contactLanguage"]) if identity else ""
        return self.show({**shown, "blocks": blocks, "identity": identity, "born": born, "language": language})


@dataclass(frozen=True)
class Entry:
    """One entry of a part of the file, as people read it."""

    written: str
    kind: str
    text: str
    more: list[tuple[str | Promise, str]]


TEXTS = {
    Block.SITUATION_PICTURE: "text",
    Block.GOALS: "ownWords",
    Block.WAYS: "what",
    Block.EVALUATIONS: "finding",
    Block.CONTACT_NOTES: "text",
}
KINDS = {"lifeDomain": "life-domain", "contactKind": "contact-kind"}
MORE: dict[str, str | Promise] = {
    "progressSign": _("How one sees progress"),
    "who": _("Who"),
    "until": _("Until"),
    "comparedWithPicture": _("Compared with the picture before"),
}


def _entry(block: str, found: dict[str, Any]) -> Entry:
    """Return an entry by its main words, its kind, and what else it says."""
    at = found.get("happenedAt") or found["writtenAt"]
    kind = next((codes.label(KINDS[name], found[name], town.language()) for name in KINDS if name in found), "")
    more = [(words, _readable(name, found[name])) for name, words in MORE.items() if name in found]
    return Entry(dates.moment(datetime.datetime.fromisoformat(at)), kind, found[TEXTS[Block(block)]], more)


def _readable(name: str, value: str) -> str:
    return dates.day(datetime.date.fromisoformat(value)) if name == "until" else value


class HandBackForm(forms.Form):
    """Why the case goes home, and what of the file goes along."""

    reason = forms.CodeField(list="hand-back-reason", label=_("Reason"), error_messages=NO_REASON)
    blocks = forms.CodesField(
        list="block",
        label=_("What goes along"),
        error_messages={"required": _("Choose at least the name: without it the other town cannot find the person")},
    )
    ground = django_forms.ChoiceField(
        label=_("Ground of the exchange"),
        widget=django_forms.RadioSelect,
        error_messages={"required": _("Choose the ground of the exchange")},
    )


class ReferralHandBack(pages.Page):
    """A case goes home: with the person's consent, as a referral of its own, which the other town may decline."""

    roles = ACTORS
    template = "referrals/hand_back.html"
    title = _("Hand the case back")

    def get(self, request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
        """Show what is needed: the consent first, then the question."""
        del request
        return self._page(self._referral(referral_id))

    def post(self, request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
        """Record the consent, or hand back."""
        referral = self._referral(referral_id)
        wanted = self._wanted(referral)
        if "record" in request.POST:
            given = asking.ConsentForm(request.POST, **asking.consent_options(wanted, at=self.at))
            if asking.record(given, wanted, by=self.actor, at=self.at):
                return self.saved(_("The consent is recorded."), to=request.path)
            return self._page(referral, consent_form=given, status=422)
        form = self._form(referral, request.POST)
        if form.is_valid():
            try:
                back = actions.hand_back(referral_id=referral_id, **form.cleaned_data, by=self.actor, at=self.at)
            except DomainError as refusal:
                refuse(form, refusal, field="blocks" if refusal.code == "blockNotConsented" else None)
            else:
                done = _("The case is offered back. You stay responsible until the other municipality has it.")
                return self.saved(done, to=reverse("referral-tracker", args=[back.pk]))
        return self._page(referral, form=form, status=422)

    def _referral(self, referral_id: uuid.UUID) -> queries.ReferralRow:
        """Return the referral; raise what says that it cannot be handed back now."""
        return queries.to_hand_back(referral_id, by=self.actor)

    def _wanted(self, referral: queries.ReferralRow) -> asking.Wanted:
        return asking.Wanted(asking.case_of(referral.case_id, by=self.actor), referral.peer, "handover")

    def _form(self, referral: queries.ReferralRow, data: Any = None) -> forms.Form:
        standing = asking.consent(self._wanted(referral), at=self.at)
        blocks = sorted(standing.blocks, key=rules.BLOCKS.index) if standing else []
        form = HandBackForm(data, initial={"blocks": blocks})
        asking.offer_grounds(form, today=self._today)
        asking.offer_blocks(form, blocks)
        return form

    @property
    def _today(self) -> datetime.date:
        return queries.today(self.at)

    def _page(
        self,
        referral: queries.ReferralRow,
        *,
        form: forms.Form | None = None,
        consent_form: forms.Form | None = None,
        status: int = 200,
    ) -> HttpResponse:
        towns, wanted = Towns(), self._wanted(referral)
        standing = asking.consent(wanted, at=self.at)
        shown = {
            "card": card(referral, towns),
            "names": towns.names(referral),
            "consent": standing,
            "giver": asking.giver(wanted, at=self.at),
            "consent_form": consent_form or asking.ConsentForm(**asking.consent_options(wanted, at=self.at)),
            "form": form or self._form(referral),
        }
        return self.show(shown, status=status)
