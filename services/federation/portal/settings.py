"""The settings that pages need, the same on every level: `federation/settings.py` takes all of them over.

A service adds `PORTAL_NAVIGATION` and `PORTAL_COUNTS`, which name its own addresses.
"""

from typing import Any

from csp import constants as csp

from federation import env

APPS = [
    # templates of the form controls
    "django.forms",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "federation.identity",
    "federation.portal",
]

MIDDLEWARE = [
    "federation.rest.trace.TraceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "federation.portal.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "federation.portal.frame.frame",
            ],
        },
    }
]
FORM_RENDERER = "federation.portal.forms.Renderer"

# Pages speak four languages; the APIs speak codes and English.
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("nl", "Nederlands"), ("fr", "Français"), ("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_NAME = "__Host-zenne-language"

# Cookies of this host alone, over TLS alone, out of reach of scripts; sent along when somebody follows a link here.
CSRF_COOKIE_NAME = "__Host-zenne-form"
CSRF_COOKIE_AGE = None
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "federation.portal.refusals.forged"
MESSAGE_STORAGE = "federation.portal.notices.InCookie"
# The cookie of a notice takes this over; browsers drop a `__Host-` cookie that is not for TLS alone.
SESSION_COOKIE_SECURE = True
# "no-referrer" would make browsers send forms without their origin, which is what Django checks.
SECURE_REFERRER_POLICY = "same-origin"

WEB_CLIENT_SECRET_FILE = env.file(
    "ZENNE_WEB_CLIENT_SECRET_FILE",
    help="file with the secret of the realm's client for pages (<level>-web), which steward makes",
)
PORTAL_PRACTICE = (
    env.text("ZENNE_PRACTICE", help="yes where everything is invented: every page says so", default="no") == "yes"
)
PORTAL_PHONE = env.text(
    "ZENNE_HELP_PHONE", help="telephone of who helps with the program; shown on every page", default=""
)

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "federation.portal.static_files.Named"},
}
STATICFILES_FINDERS = ["federation.portal.static_files.OwnApps"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
# For ever: the address changes with the content.
WHITENOISE_IMMUTABLE_FILE_TEST = "^/static/"

# Nothing but our own files. Bootstrap draws its arrows and ticks as `data:` pictures.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [csp.NONE],
        "script-src": [csp.SELF],
        "style-src": [csp.SELF],
        "img-src": [csp.SELF, "data:"],
        "connect-src": [csp.SELF],
        "form-action": [csp.SELF],
        "base-uri": [csp.NONE],
        "frame-ancestors": [csp.NONE],
    }
}

# Which entry of the navigation a page belongs to that lies below none: the first part of its address, the entry's name.
PORTAL_BELONGS: dict[str, str] = {}

# What the worker does for pages, and how many seconds lie between two times.
PORTAL_TIMERS = {
    "sessions": ("federation.identity.sessions.forget_before", 600.0),
    "drafts": ("federation.portal.drafts.forget_before", 3600.0),
    "colleagues": ("federation.identity.colleagues.forget_before", 86_400.0),
    "sent forms": ("federation.portal.once.forget_before", 3600.0),
}

# Where the accounts stand that a level's pages name colleagues by: functions that say which of some accounts do. A
# level whose pages name nobody has none, and then no name is kept.
COLLEAGUES_STAND_IN: list[str] = []
