"""The addresses of /api/referral/v1, the one below /api/casework/v1 that takes a consent back, and the pages."""

from django.urls import URLPattern, path

from federation.rest import openapi
from federation.rest.health import Health
from municipal.referrals.api import acting, reading
from municipal.referrals.pages import answering, following, offering, working

OF_CONSENTS: list[URLPattern] = [path("consents/<uuid:consentId>/withdrawals", acting.Withdrawals.as_view())]
"""Belongs to the casework API by name, and lies here because it ends referrals."""

REFERRAL = openapi.Api(
    name="referral",
    major=1,
    title="Referral",
    description=(
        "Questions about a case between two municipalities: advice, share, handover. A handover moves the care for a "
        "person only with his consent and only on the other municipality's signed acceptance; at every instant "
        "somebody is responsible."
    ),
    routes=[
        path("health", Health.as_view()),
        path("referrals", acting.Referrals.as_view()),
        path("referrals/<uuid:referralId>", reading.ReferralDetail.as_view()),
        path("referrals/<uuid:referralId>/events", reading.Events.as_view()),
        path("referrals/<uuid:referralId>/events/<int:eventNumber>", reading.EventDetail.as_view()),
        path("referrals/<uuid:referralId>/dossier", reading.DossierDetail.as_view()),
        path("referrals/<uuid:referralId>/openings", acting.Openings.as_view()),
        path("referrals/<uuid:referralId>/decisions", acting.Decisions.as_view()),
        path("referrals/<uuid:referralId>/revocations", acting.Revocations.as_view()),
        path("referrals/<uuid:referralId>/progressReports", acting.ProgressReports.as_view()),
        path("referrals/<uuid:referralId>/outcomes", acting.Outcomes.as_view()),
        path("referrals/<uuid:referralId>/handBacks", acting.HandBacks.as_view()),
        path("referrals/<uuid:referralId>/advice", acting.Advice.as_view()),
    ],
)

PAGES: list[URLPattern] = [
    path("referrals/inbox", following.ReferralInbox.as_view(), name="referral-inbox"),
    path("referrals/sent", following.ReferralSent.as_view(), name="referral-sent"),
    path("referrals/border", following.ReferralBorder.as_view(), name="referral-border"),
    path("referrals/<uuid:referral_id>", following.ReferralTracker.as_view(), name="referral-tracker"),
    *[
        path(f"referrals/<uuid:referral_id>/{verb.verb}", verb.as_view(), name=f"referral-{verb.verb}")
        for verb in answering.VERBS
    ],
    path("referrals/<uuid:referral_id>/dossier", working.ReferralDossier.as_view(), name="referral-dossier"),
    path("referrals/<uuid:referral_id>/hand-back", working.ReferralHandBack.as_view(), name="referral-hand-back"),
    path("cases/<uuid:case_id>/referrals/new/<slug:step>", offering.ReferralWizard.as_view(), name="referral-wizard"),
]
"""What people open in a browser."""
