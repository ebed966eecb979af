"""The doors of one municipality, each API under its name and major version (Belgif uri-format)."""

from django.urls import URLPattern, URLResolver, path

from federation.portal import refusals, urls as portal
from federation.rest import openapi
from federation.rest.health import Health
from municipal.cases import api as cases
from municipal.consents import api as consents
from municipal.counts import urls as counts
from municipal.desk import urls as desk
from municipal.referrals import urls as referrals
from municipal.tables import urls as tables

CASEWORK = openapi.Api(
    name="casework",
    major=1,
    title="Casework",
    description=(
        "The cases of one municipality: what is written in them, in the order of the work, and what people agreed to. "
        "Every reading of a case leaves an entry in a log that the person may ask for."
    ),
    routes=[
        path("health", Health.as_view()),
        path("cases", cases.Cases.as_view()),
        path("cases/<uuid:caseId>", cases.CaseDetail.as_view()),
        path("cases/<uuid:caseId>/entries", cases.Entries.as_view()),
        path("cases/<uuid:caseId>/entries/<uuid:entryId>", cases.EntryDetail.as_view()),
        path("cases/<uuid:caseId>/accesses", cases.Accesses.as_view()),
        path("cases/<uuid:caseId>/consents", consents.CaseConsents.as_view()),
        path("consents", consents.Register.as_view()),
        path("consents/<uuid:consentId>", consents.ConsentDetail.as_view()),
        *referrals.OF_CONSENTS,
        *tables.OF_CASEWORK,
    ],
)

urlpatterns: list[URLPattern | URLResolver] = [
    # For the gateway and whoever runs the process: the one path that is open without a token.
    path("health", Health.as_view()),
    *CASEWORK.mounted(),
    *referrals.REFERRAL.mounted(),
    *counts.COUNTS.mounted(),
    *desk.PAGES,
    *referrals.PAGES,
    *tables.PAGES,
    *counts.PAGES,
    *portal.urlpatterns,
]

handler400 = refusals.bad_request
handler403 = refusals.not_allowed
handler404 = refusals.not_found
handler500 = refusals.server_error
