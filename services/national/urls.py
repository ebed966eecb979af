"""The doors of the national level, each API under its name and major version (Belgif uri-format)."""

from django.urls import URLPattern, URLResolver, path

from federation import problems
from federation.rest import openapi
from national.figures import api as figures
from national.health import Health

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
]

handler400 = problems.bad_request
handler404 = problems.not_found
handler500 = problems.server_error
