"""What is a region's own in the settings of its processes (web, worker, commands).

What every level says alike stands in `federation/settings.py`, and is taken over.
"""

import pathlib

from django.utils.translation import gettext_lazy as _

from federation import env, settings as shared
from federation.identity.actor import Role
from federation.settings import *  # noqa: F403 -- the same on every level

TOKEN_AUDIENCE = env.text("ZENNE_AUDIENCE", help="`aud` that tokens must name", default="regional")

OPENSEARCH_URL = env.text("ZENNE_OPENSEARCH_URL", help="address of the search index: https://127.0.0.1:9200")
OPENSEARCH_CA_FILE = env.file("ZENNE_OPENSEARCH_CA_FILE", help="certificate of the authority that signed its own")
OPENSEARCH_CERTIFICATE_FILE = env.file(
    "ZENNE_OPENSEARCH_CERTIFICATE_FILE",
    help="one PEM: the TLS key and certificate by which the index knows this region",
)
OPENSEARCH_ALIAS = env.text("ZENNE_OPENSEARCH_ALIAS", help="name of this region's index: zenne-referrals-brussels")

# Outside development a program names a published document of schemas/graphql by its hash, and nothing else runs.
GRAPHQL_TAKES_ANY_DOCUMENT = (
    env.text("ZENNE_GRAPHQL_DOCUMENTS", help="`published` or, in development, `any`", default="published") == "any"
)

INSTALLED_APPS = ["regional.progress", "regional.search", *shared.APPS]

ROOT_URLCONF = "regional.urls"
WSGI_APPLICATION = "regional.wsgi.application"
DESCRIBED_APIS: list[str] = []
LOCALE_PATHS = [pathlib.Path(__file__).parent / "locale"]  # texts of this file; each app has its own

# Where people can go: name of the address, words, who sees it.
PORTAL_NAVIGATION = [
    ("silence", _("Silence"), {Role.REGIONAL_COORDINATOR}),
    ("search", _("Search"), {Role.REGIONAL_COORDINATOR}),
    ("border", _("Border"), {Role.REGIONAL_COORDINATOR}),
    ("operator", _("Operations"), {Role.OPERATOR}),
]
PORTAL_BELONGS = {"referrals": "silence"}
# What waits, in the header: nothing does.
PORTAL_COUNTS: list[tuple[str, object, str, set[Role]]] = []

# Who hears what on the bus.
BUS_HANDLERS = {**shared.HANDLERS, "ProgressStated": "regional.progress.handlers.on_progress_stated"}
WORKER_TIMERS = {
    **shared.TIMERS,
    "index": ("regional.search.timers.follow", 1.0),
    "traces": ("regional.search.timers.forget_traces", 3600.0),
    "forgetting": ("regional.progress.timers.forget_what_is_over", 3600.0),
}
