"""The addresses of /api/referral/v1, and the one that takes a consent back below /api/casework/v1."""

from django.urls import URLPattern, path

from federation.rest import openapi
from municipal.health import Health
from municipal.referrals.api import acting, reading

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
