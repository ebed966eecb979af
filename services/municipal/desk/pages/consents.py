"""What a person agreed to: the register of a case, a new consent, taking one back, and the form on paper."""

import datetime
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from federation import clock
from federation.portal import town
from municipal.cases import rules as case_rules
from municipal.consents import actions, queries as consent_queries, rules
from municipal.desk import forms, queries
from municipal.desk.pages.case import CasePage, address
from municipal.referrals import actions as referrals
from municipal.referrals.pages.towns import Towns

WRITERS = frozenset(case_rules.WRITERS)
HALF_A_YEAR = datetime.timedelta(days=182)
REFUSED = (rules.ConsentInvalid, rules.GiverNotEntitled, rules.ConsentOverlaps)


class CaseConsent(CasePage):
    """Who may know what, and until when; a closed file keeps its consents in sight, so that each can be taken back."""

    template = "desk/consent.html"
    tab = "case-consent"

    def look(self, *, chosen: str = "", missing: bool = False) -> HttpResponse:
        """Show the register, and below it the form that takes a consent back."""
        register = queries.register(self.case_id, by=self.actor, at=self.at)
        case = self.read_if_allowed()
        standing = [one for one in register if one.stands or one.follows]
        chosen = chosen or self.request.GET.get("withdraw", "")
        needed = queries.giver_needed(case.person, at=self.at) if case and case.person else None
        shown = next((one for one in standing if str(one.consent.id) == chosen), None)
        context = {
            "register": register,
            "told": [other for one in ([shown] if shown else standing) for other in one.referrals],
            "standing": standing,
            "chosen": shown,
            "missing": missing,
            "giver": str(needed or ""),
            "may_withdraw": self.actor.has(*case_rules.WRITERS),
            "languages": LANGUAGES,
        }
        return self.show_case(case, context, status=422 if missing else 200)

    def post(self, request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
        """Take a consent back; it succeeds in every state, and everybody who is concerned is told."""
        self.actor.check_role(*case_rules.WRITERS)
        chosen = request.POST.get("consent", "")
        if not chosen:
            return self.look(missing=True)
        consent = consent_queries.get_consent(_uuid(chosen), by=self.actor)
        if consent.case_id != case_id:
            raise rules.ConsentNotFound
        found = referrals.withdraw_consent(consent_id=consent.id, by=self.actor, at=self.at)
        said = _("The consent is taken back. Nobody had to be told.")
        if found.told:
            said = _("The consent is taken back. Who has to stop is told now.")
        return self.saved(said, to=address("case-consent", case_id))


LANGUAGES = (("nl", "Nederlands"), ("fr", "français"), ("en", "English"), ("de", "Deutsch"))


class ConsentNew(CasePage):
    """What the person, or who speaks for the person, agrees to now."""

    roles = WRITERS
    template = "desk/consent_new.html"
    tab = "case-consent"
    title = _("Consent")

    def look(self, form: forms.ConsentForm | None = None) -> HttpResponse:
        """Show the form, with who has to agree at this age in words."""
        case, today = self.read(), clock.today_in_brussels(self.at)
        if case.person is None:
            raise rules.PersonUnknown
        needed = queries.giver_needed(case.person, at=self.at)
        initial = {"giver": str(needed), "language": case.person.contact_language, "given_on": today}
        initial["valid_until"] = today + HALF_A_YEAR
        shown = form or forms.ConsentForm(initial=initial, recipients=recipients())
        return self.show_case(case, {"form": shown, "giver": str(needed)}, status=422 if form else 200)

    def post(self, request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
        """Record the consent."""
        form = forms.ConsentForm(request.POST, recipients=recipients())
        if not form.is_valid():
            return self.look(form)
        given: dict[str, Any] = dict(form.cleaned_data)
        given["purpose"] = rules.Purpose(given["purpose"])
        given["giver"], given["how"] = rules.Giver(given["giver"]), rules.How(given["how"])
        try:
            consent = actions.record_consent(case_id=case_id, **given, by=self.actor, at=self.at)
        except REFUSED as refusal:
            form.refuse(refusal)
            return self.look(form)
        said = _("The consent is recorded.")
        if consent.follows(self.at):
            said = _("The consent is recorded. It follows the one that stands until then.")
        return self.saved(said, to=address("case-consent", case_id))


def recipients() -> list[tuple[str, str]]:
    """Return the towns with which there is a protocol, as people call them."""
    towns = Towns()
    return [(protocol.peer, towns.name(protocol.peer)) for protocol in town.own().protocols]


class ConsentPaper(CasePage):
    """A consent on paper, in the language in which the person reads it, to be signed or to be taken along."""

    template = "desk/consent_paper.html"
    tab = "case-consent"

    def look(self) -> HttpResponse:
        """Show the paper of one consent in one of four languages."""
        consent = consent_queries.get_consent(self.kwargs["consent_id"], by=self.actor)
        if consent.case_id != self.case_id:
            raise rules.ConsentNotFound
        case = self.read()
        with translation.override(self.kwargs["language"]):
            ended = not (consent.stands(self.at) or consent.follows(self.at))
            return self.show_case(case, {"consent": consent, "ended": ended})


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise rules.ConsentNotFound from None
