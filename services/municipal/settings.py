"""What is a municipality's own in the settings of its processes (web, worker, commands).

What every level says alike stands in `federation/settings.py`, and is taken over.
"""

import pathlib

from django.utils.translation import gettext_lazy as _

from federation import env, settings as shared
from federation.identity.actor import Role
from federation.settings import *  # noqa: F403 -- the same on every level

TOKEN_AUDIENCE = env.text("ZENNE_AUDIENCE", help="`aud` that tokens must name", default="municipal")

INSTALLED_APPS = [
    "municipal.people",
    "municipal.cases",
    "municipal.consents",
    "municipal.tables",
    "municipal.referrals",
    "municipal.counts",
    "municipal.desk",
    *shared.APPS,
]

ROOT_URLCONF = "municipal.urls"
WSGI_APPLICATION = "municipal.wsgi.application"
DESCRIBED_APIS = ["municipal.urls.CASEWORK", "municipal.counts.urls.COUNTS", "municipal.referrals.urls.REFERRAL"]
LOCALE_PATHS = [pathlib.Path(__file__).parent / "locale"]  # texts of this file; each app has its own

# Where people can go: name of the address, words, who sees it.
PORTAL_NAVIGATION = [
    ("my-work", _("My work"), {Role.CASEWORKER, Role.COORDINATOR}),
    ("case-list", _("Cases"), {Role.CASEWORKER, Role.COORDINATOR}),
    ("accesses", _("Access log"), {Role.DATA_PROTECTION_OFFICER}),
    ("consent-register", _("Consents"), {Role.DATA_PROTECTION_OFFICER}),
    ("referral-inbox", _("Referrals"), {Role.CASEWORKER, Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER}),
    ("tables", _("Partner tables"), {Role.CASEWORKER, Role.COORDINATOR}),
    ("figures", _("Figures"), {Role.MANAGER, Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER}),
    ("operator", _("Operations"), {Role.OPERATOR}),
]
# An officer comes to a case from the log.
PORTAL_BELONGS = {"agreements": "tables", "cases": "accesses"}
# What waits, in the header: name of the address, words, the function (actor, at) -> int that counts, who sees it.
PORTAL_COUNTS: list[tuple[str, object, str, set[Role]]] = [
    ("referral-inbox", _("Inbox"), "municipal.referrals.queries.count_new", {Role.CASEWORKER, Role.COORDINATOR}),
]

# Notes and logs hold accounts; pages say who that is.
COLLEAGUES_STAND_IN = ["federation.audit.queries.acted", "municipal.cases.queries.wrote"]

# Who hears what on the bus.
BUS_HANDLERS = shared.HANDLERS | {
    name: f"municipal.referrals.handlers.{handler}"
    for name, handler in {
        "ReferralOffered": "on_referral_offered",
        "ReferralHandedBack": "on_referral_handed_back",
        "ReferralOpened": "on_referral_opened",
        "ReferralAccepted": "on_referral_accepted",
        "ReferralDeclined": "on_referral_declined",
        "DossierReleased": "on_dossier_released",
        "CustodyKept": "on_custody_kept",
        "DossierHeld": "on_dossier_held",
        "CustodyEnded": "on_custody_ended",
        "AdviceGiven": "on_advice_given",
        "RevocationAsked": "on_revocation_asked",
        "RevocationConfirmed": "on_revocation_confirmed",
        "ConsentWithdrawn": "on_consent_withdrawn",
        "WithdrawalApplied": "on_withdrawal_applied",
        "ProgressReported": "on_progress_reported",
        "OutcomeReported": "on_outcome_reported",
    }.items()
}
BUS_RECEIPT_HANDLER = "municipal.referrals.handlers.on_message_received"
BUS_REFUSAL_HANDLER = "municipal.referrals.handlers.on_message_refused"
BUS_RESEAL_GATE = "municipal.referrals.handlers.dossier_may_be_sealed_again"
WORKER_TIMERS = {
    **shared.TIMERS,
    "timers": ("municipal.referrals.timers.remind_of_what_is_due", 60.0),
    "newcomers": ("municipal.referrals.timers.tell_regions_that_join", 60.0),
    "referral drafts": ("municipal.referrals.timers.forget_old_drafts", 3600.0),
}
