"""What is the national level's own in the settings of its processes (web, worker, commands).

What every level says alike stands in `federation/settings.py`, and is taken over.
"""

import pathlib

from django.utils.translation import gettext_lazy as _

from federation import env, settings as shared
from federation.identity.actor import Role
from federation.settings import *  # noqa: F403 -- the same on every level

TOKEN_AUDIENCE = env.text("ZENNE_AUDIENCE", help="`aud` that tokens must name", default="national")

INSTALLED_APPS = ["national.figures", *shared.APPS]

ROOT_URLCONF = "national.urls"
WSGI_APPLICATION = "national.wsgi.application"
DESCRIBED_APIS = ["national.urls.STATISTICS"]
LOCALE_PATHS = [pathlib.Path(__file__).parent / "locale"]  # texts of this file; each app has its own

# Where people can go: name of the address, words, who sees it.
PORTAL_NAVIGATION = [
    ("national-figures", _("Figures"), {Role.STATISTICS_USER}),
    ("method", _("How the figures are made"), {Role.STATISTICS_USER}),
    ("operator", _("Operations"), {Role.OPERATOR}),
]
PORTAL_BELONGS = {"years": "national-figures"}
# What waits, in the header: nothing does.
PORTAL_COUNTS: list[tuple[str, object, str, set[Role]]] = []

# Who hears what on the bus.
BUS_HANDLERS = {**shared.HANDLERS, "CountsReleased": "national.figures.handlers.on_counts_released"}
WORKER_TIMERS = shared.TIMERS
