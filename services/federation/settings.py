"""The settings that every process has, whatever its level: each level's own settings take all of them over.

What differs between participants and machines comes from the environment, each variable declared with its help. Safe by
default: no debugging, no host answered. What pages need stands in `portal/settings.py` and is taken over here.

A level adds what is its own: its apps and addresses, where people can go, who hears what, what runs by the clock.
"""

from typing import Any

from federation import env
from federation.portal import settings as portal
from federation.portal.settings import *  # noqa: F403 -- what pages need, the same on every level
from federation.rest import logs

PARTICIPANT = env.text("ZENNE_PARTICIPANT", help="id of this participant, as in its tenant file: vilvoorde")
TENANT_FILE = env.file("ZENNE_TENANT_FILE", help="path of this participant's file under infra/tenants")
PUBLIC_URL = env.text("ZENNE_GATEWAY", help="what others type to reach it: https://vilvoorde.localhost:18000")

DEBUG = False
SECRET_KEY = env.secret(
    "ZENNE_SECRET_KEY_FILE",
    help="file with Django's secret key (50 random characters or more)",
)
ALLOWED_HOSTS = env.words("ZENNE_HOSTS", help="host names that it answers to, with commas between", default="")

# Whose word the APIs take for who somebody is. Each level names the audience, TOKEN_AUDIENCE.
TOKEN_ISSUER = env.text("ZENNE_ISSUER", help="exact `iss` of its realm, the only issuer that its APIs accept")
TOKEN_JWKS_URL = env.text("ZENNE_JWKS_URL", help="inner address of the realm's public keys")
TOKEN_AUTHORIZED_PARTIES = env.words(
    "ZENNE_AUTHORIZED_PARTIES",
    help="clients (`azp`) whose tokens for people are accepted",
    default="zenne-cli",
)

KAFKA_SERVERS = env.words("ZENNE_KAFKA_SERVERS", help="brokers, host:port with commas between")
KAFKA_CA_FILE = env.file("ZENNE_KAFKA_CA_FILE", help="certificate of the authority that signed the brokers")
KAFKA_CERTIFICATE_FILE = env.file("ZENNE_KAFKA_CERTIFICATE_FILE", help="one PEM: its TLS key and certificate")
KEYS_FOLDER = env.file("ZENNE_KEYS_FOLDER", help="folder of its own signing and encryption keys")
FEDERATION_JWKS_FILE = env.file(
    "ZENNE_FEDERATION_JWKS_FILE",
    help="public keys of the federation, which countersigns directory records",
)
BUS_RESEND_SECONDS = [
    int(seconds)
    for seconds in env.words(
        "ZENNE_BUS_RESEND_SECONDS",
        help="seconds until a message without receipt is sent again, each time; the last one repeats",
        default="30,120,600,3600",
    )
]

# A request that waits longer is given up: the caller tries again with the same Idempotency-Key,
# and no lock stands behind a forgotten transaction.
_LOCK_TIMEOUT = env.number("ZENNE_LOCK_TIMEOUT_MS", help="wait for a row lock", default=4000)
_STATEMENT_TIMEOUT = env.number("ZENNE_STATEMENT_TIMEOUT_MS", help="longest statement", default=5000)
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": env.text("ZENNE_DATABASE_HOST", help="PostgreSQL's host, or the folder of its socket"),
        "PORT": env.number("ZENNE_DATABASE_PORT", help="PostgreSQL's port", default=5432),
        "NAME": env.text("ZENNE_DATABASE_NAME", help="its database, <level>_<id>: municipal_vilvoorde"),
        "USER": env.text(
            "ZENNE_DATABASE_USER",
            help="role of this process, <level>_<id>_app: municipal_vilvoorde_app; the owner migrates",
        ),
        "PASSWORD": env.secret("ZENNE_DATABASE_PASSWORD_FILE", help="file with that role's password"),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": f"-c lock_timeout={_LOCK_TIMEOUT} -c statement_timeout={_STATEMENT_TIMEOUT}"
            " -c idle_in_transaction_session_timeout=60000",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# No user table, no admin: people are known by their realm's word, at every call anew. A level names its own apps before
# these: where a library has other words for the same text, ours are said.
APPS = [
    *portal.APPS,
    "rest_framework",
    "drf_spectacular",
    "federation.rest",
    "federation.audit",
    "federation.bus",
]
# Receipts and refusals are the bus's own, checkpoints the audit's.
HANDLERS = {"CheckpointSigned": "federation.audit.handlers.on_checkpoint_signed"}
# What the worker does by the clock, and how many seconds lie between two times.
TIMERS = {
    **portal.PORTAL_TIMERS,
    "sealer": ("federation.audit.sealer.tick", 1.0),
    "idempotency keys": ("federation.rest.idempotency.forget_before", 3600.0),
}

APPEND_SLASH = False  # Belgif uri-notat: no trailing slash, and no redirect to one
USE_TZ = True
TIME_ZONE = "UTC"

# The gateway ends TLS and is the only one that reaches the process's socket.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576  # one dossier is the largest thing that anyone may send

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["federation.identity.authentication.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["federation.rest.permissions.KnownActor"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["federation.rest.parsers.Json"],
    "DEFAULT_PAGINATION_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "federation.rest.openapi.Schema",
    "EXCEPTION_HANDLER": "federation.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "FORMAT_SUFFIX_KWARG": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.0.3",  # Belgif oas-contra
    "SCHEMA_COERCE_PATH_PK": False,
    "COMPONENT_SPLIT_REQUEST": False,
    "COMPONENT_SPLIT_PATCH": False,
    "COMPONENT_NO_READ_ONLY_REQUIRED": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["federation.rest.openapi.finish"],
    "SERVE_INCLUDE_SCHEMA": False,
}

LOGGING_CONFIG = "federation.rest.logs.configure"
LOGGING = {"level": env.text("ZENNE_LOG_LEVEL", help="lowest level that is logged", default="INFO")}
logs.use_structlog()
