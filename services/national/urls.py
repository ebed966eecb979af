"""The doors of the national level, each API under its name and major version (Belgif uri-format)."""

from django.urls import URLPattern, URLResolver, path

from federation.portal import refusals, urls as portal
from federation.rest import openapi
from federation.rest.health import Health
from national.figures import api as figures, pages

STATISTICS = openapi.Api(
    name="statistics",
    major=1,
    title="Statistics",
    description=(
        "What municipalities released of closed years. Every figure was protected where it was counted: a multiple of "
        "five, nothing under ten is shown, and figures may not add up. There is no query, and nothing is estimated."
    ),
    routes=[
        path("health", Health.as_view()),
        path("years", figures.Years.as_view()),
        path("years/<int:year>", figures.YearDetail.as_view()),
        path("releases", figures.Releases.as_view()),
        path("releases/<uuid:releaseId>", figures.ReleaseDetail.as_view()),
    ],
)

urlpatterns: list[URLPattern | URLResolver] = [
    # For the gateway and whoever runs the process: the one path that is open without a token.
    path("health", Health.as_view()),
    *STATISTICS.mounted(),
    path("", pages.NationalFigures.as_view(), name="national-figures"),
    path("years/<int:year>", pages.YearFigures.as_view(), name="year-figures"),
    path("years/<int:year>/csv", pages.YearTable.as_view(), name="year-table"),
    path("method", pages.Method.as_view(), name="method"),
    *portal.urlpatterns,
]

handler400 = refusals.bad_request
handler403 = refusals.not_allowed
handler404 = refusals.not_found
handler500 = refusals.server_error
