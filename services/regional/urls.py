"""The doors of one region, each API under its name and major version (Belgif uri-format)."""

from django.urls import URLPattern, URLResolver, path

from federation import problems
from regional.health import Health
from regional.search.doors import Graph

urlpatterns: list[URLPattern | URLResolver] = [
    # For the gateway and whoever runs the process: the one path that is open without a token.
    path("health", Health.as_view()),
    path("graphql", Graph.as_view()),
]

handler400 = problems.bad_request
handler404 = problems.not_found
handler500 = problems.server_error
