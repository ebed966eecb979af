"""The doors of one region: the graph for programs, and the pages."""

from django.urls import URLPattern, URLResolver, path

from federation.portal import refusals, urls as portal
from federation.rest.health import Health
from regional.search import pages
from regional.search.doors import Graph

urlpatterns: list[URLPattern | URLResolver] = [
    # For the gateway and whoever runs the process: the one path that is open without a token.
    path("health", Health.as_view()),
    path("graphql", Graph.as_view()),
    path("", pages.Silence.as_view(), name="silence"),
    path("search", pages.Search.as_view(), name="search"),
    path("border", pages.Border.as_view(), name="border"),
    path("referrals/<uuid:referralId>", pages.LifeLine.as_view(), name="life-line"),
    *portal.urlpatterns,
]

handler400 = refusals.bad_request
handler403 = refusals.not_allowed
handler404 = refusals.not_found
handler500 = refusals.server_error
