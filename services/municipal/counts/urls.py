"""The addresses of /api/counts/v1 and of the pages of figures."""

from django.urls import URLPattern, path

from federation.rest import openapi
from federation.rest.health import Health
from municipal.counts import api, pages

COUNTS = openapi.Api(
    name="counts",
    major=1,
    title="Counts",
    description=(
        "The closed years of one municipality in figures: frozen by a manager, shown before and after protection, and "
        "released by a second person, once. Exact counts are for the municipality itself."
    ),
    routes=[
        path("health", Health.as_view()),
        path("years", api.Years.as_view()),
        path("years/<int:year>", api.YearDetail.as_view()),
        path("years/<int:year>/snapshots", api.Snapshots.as_view()),
        path("years/<int:year>/releases", api.Releases.as_view()),
    ],
)

PAGES: list[URLPattern] = [
    path("figures", pages.Figures.as_view(), name="figures"),
    path("figures/<int:year>", pages.YearFigures.as_view(), name="year-figures"),
    path("figures/<int:year>/freeze", pages.YearFreeze.as_view(), name="year-freeze"),
    path("figures/<int:year>/release", pages.YearRelease.as_view(), name="year-release"),
]
