"""What events of a case say on its timeline: one sentence each, with the other town's name and nobody else's."""

import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from federation.contracts import codes
from federation.portal import dates, town as own_town

if TYPE_CHECKING:
    from federation.audit.queries import Access


def of_event(event: "Access", *, town: str) -> str:
    """Return the sentence of an act on a case; `town` is the other one, "" where there is none."""
    if event.act == "caseChanged":
        return _moved(event)
    sentences = _of_sent(town) if event.facts.get("direction") == "sent" else _of_received(town)
    if "to" in event.facts and event.facts["to"] in sentences:
        return sentences[str(event.facts["to"])]
    of_consent = {
        "consentRecorded": _("Consent given for %(town)s.") % {"town": town},
        "consentWithdrawn": _("Consent for %(town)s taken back.") % {"town": town},
    }
    return of_consent.get(event.act) or codes.label("act", event.act, own_town.language())


def _moved(event: "Access") -> str:
    day = dates.day(datetime.date.fromisoformat(str(event.facts["nextContact"])))
    reason = codes.label("postpone-reason", str(event.facts.get("reason", "")), own_town.language())
    if not event.facts.get("before"):
        return _("Next contact planned on %(day)s.") % {"day": day}
    if not reason:
        return _("Next contact moved to %(day)s.") % {"day": day}
    return _("Next contact moved to %(day)s: %(reason)s.") % {"day": day, "reason": reason}


def _of_sent(town: str) -> dict[str, str]:
    named = {"town": town}
    return {
        "offered": _("Offered to %(town)s.") % named,
        "received": _("The offer has arrived at %(town)s.") % named,
        "opened": _("%(town)s has read the offer.") % named,
        "undeliverable": _("The offer could not be delivered to %(town)s.") % named,
        "accepted": _("%(town)s has accepted.") % named,
        "released": _("The file went to %(town)s.") % named,
        "firstContact": _("%(town)s has had a first contact.") % named,
        "closed": _("%(town)s has told the outcome.") % named,
        "declined": _("%(town)s has declined; the case stays here.") % named,
        "revoking": _("We asked %(town)s to let us take the referral back.") % named,
        "revoked": _("The referral to %(town)s is taken back.") % named,
        "withdrawn": _("The referral to %(town)s stops: the consent was taken back.") % named,
        "kept": _("The case stays here and does not go to %(town)s.") % named,
        "handedBack": _("%(town)s has handed the case back.") % named,
    }


def _of_received(town: str) -> dict[str, str]:
    named = {"town": town}
    return {
        "received": _("%(town)s offers a referral.") % named,
        "opened": _("We have read the offer of %(town)s.") % named,
        "accepted": _("We have accepted the referral of %(town)s.") % named,
        "held": _("The file has come from %(town)s.") % named,
        "firstContact": _("We have had a first contact.") % named,
        "closed": _("We have told %(town)s the outcome.") % named,
        "declined": _("We have declined the referral of %(town)s.") % named,
        "revoked": _("%(town)s has taken the referral back.") % named,
        "withdrawn": _("The referral of %(town)s stops: the consent was taken back.") % named,
        "kept": _("The case stays with %(town)s.") % named,
        "handedBack": _("We have handed the case back to %(town)s.") % named,
    }
