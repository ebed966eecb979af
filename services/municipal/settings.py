"""The settings of one municipality's processes (web, worker, commands).

One file for every place: what differs between towns and machines comes from the environment, each
variable declared with its help. Safe by default: no debugging, no host answered.
"""

import pathlib

from django.utils.translation import gettext_lazy as _

from federation import env
from federation.identity.actor import Role
from federation.portal import settings as portal
from federation.portal.settings import *  # noqa: F403 -- what pages need, the same on every level
from federation.rest import logs

PARTICIPANT = env.text(
    "ZENNE_PARTICIPANT",
    help="id of this municipality, as in its tenant file: vilvoorde",
)
TENANT_FILE = env.file("ZENNE_TENANT_FILE", help="path of this municipality's file under infra/tenants")
PUBLIC_URL = env.text(
    "ZENNE_GATEWAY",
    help="what others type to reach this town: https://vilvoorde.localhost:18000",
)

DEBUG = False
SECRET_KEY = env.secret(
    "ZENNE_SECRET_KEY_FILE",
    help="file with Django's secret key (50 random characters or more)",
)
ALLOWED_HOSTS = env.words(
    "ZENNE_HOSTS",
    help="host names that this town answers to, with commas between",
    default="",
)

TOKEN_ISSUER = env.text(
    "ZENNE_ISSUER",
    help="exact `iss` of this town's realm, the only issuer that its APIs accept",
)
TOKEN_JWKS_URL = env.text("ZENNE_JWKS_URL", help="inner address of the realm's public keys")
TOKEN_AUDIENCE = env.text("ZENNE_AUDIENCE", help="`aud` that tokens must name", default="municipal")
TOKEN_AUTHORIZED_PARTIES = env.words(
    "ZENNE_AUTHORIZED_PARTIES",
    help="clients (`azp`) whose tokens for people are accepted",
    default="zenne-cli",
)

KAFKA_SERVERS = env.words("ZENNE_KAFKA_SERVERS", help="brokers, host:port with commas between")
KAFKA_CA_FILE = env.file("ZENNE_KAFKA_CA_FILE", help="certificate of the authority that signed the brokers")
KAFKA_CERTIFICATE_FILE = env.file("ZENNE_KAFKA_CERTIFICATE_FILE", help="one PEM: this town's TLS key and certificate")
KEYS_FOLDER = env.file("ZENNE_KEYS_FOLDER", help="folder of this town's own signing and encryption keys")
FEDERATION_JWKS_FILE = env.file(
    "ZENNE_FEDERATION_JWKS_FILE",
    help="public keys of the federation, which countersigns directory records",
)

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": env.text("ZENNE_DATABASE_HOST", help="PostgreSQL's host, or the folder of its socket"),
        "PORT": env.number("ZENNE_DATABASE_PORT", help="PostgreSQL's port", default=5432),
        "NAME": env.text("ZENNE_DATABASE_NAME", help="this town's database: municipal_vilvoorde"),
        "USER": env.text(
            "ZENNE_DATABASE_USER",
            help="role of this process: municipal_vilvoorde_app; the owner migrates",
        ),
        "PASSWORD": env.secret("ZENNE_DATABASE_PASSWORD_FILE", help="file with that role's password"),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # A request that waits longer is given up: the caller tries again with the same Idempotency-Key,
            # and no lock stands behind a forgotten transaction.
            "options": " ".join(
                (
                    f"-c lock_timeout={env.number('ZENNE_LOCK_TIMEOUT_MS', help='wait for a row lock', default=4000)}",
                    "-c statement_timeout="
                    + str(
                        env.number(
                            "ZENNE_STATEMENT_TIMEOUT_MS",
                            help="longest statement",
                            default=5000,
                        )
                    ),
                    "-c idle_in_transaction_session_timeout=60000",
                )
            ),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# No user table, no admin: people are known by their realm's word, at every call of an API anew.
INSTALLED_APPS = [
    *portal.APPS,
    "rest_framework",
    "drf_spectacular",
    "federation.rest",
    "federation.audit",
    "federation.bus",
    "municipal.people",
    "municipal.cases",
    "municipal.consents",
    "municipal.tables",
    "municipal.referrals",
    "municipal.counts",
    "municipal.desk",
]

ROOT_URLCONF = "municipal.urls"
WSGI_APPLICATION = "municipal.wsgi.application"
APPEND_SLASH = False  # Belgif uri-notat: no trailing slash, and no redirect to one
# Where people can go: name of the address, words, who sees it.
PORTAL_NAVIGATION = [
    ("my-work", _("My work"), {Role.CASEWORKER, Role.COORDINATOR}),
    ("case-list", _("Cases"), {Role.CASEWORKER, Role.COORDINATOR}),
    ("accesses", _("Access log"), {Role.DATA_PROTECTION_OFFICER}),
    ("consent-register", _("Consents"), {Role.DATA_PROTECTION_OFFICER}),
    ("referral-inbox", _("Referrals"), {Role.CASEWORKER, Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER}),
    ("tables", _("Partner tables"), {Role.CASEWORKER, Role.COORDINATOR}),
    ("figures", _("Figures"), {Role.MANAGER, Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER}),
    ("operator", _("Operations"), {Role.OPERATOR}),
]
# What waits, in the header: name of the address, words, the function (actor, at) -> int that counts, who sees it.
PORTAL_COUNTS: list[tuple[str, object, str, set[Role]]] = [
    ("referral-inbox", _("Inbox"), "municipal.referrals.queries.count_new", {Role.CASEWORKER, Role.COORDINATOR}),
]

# Notes and logs hold accounts; pages say who that is.
COLLEAGUES_STAND_IN = ["federation.audit.queries.acted", "municipal.cases.queries.wrote"]

LOCALE_PATHS = [pathlib.Path(__file__).parent / "locale"]  # texts of this file; each app has its own

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

DESCRIBED_APIS = ["municipal.urls.CASEWORK", "municipal.counts.urls.COUNTS", "municipal.referrals.urls.REFERRAL"]

# Who hears what on the bus. Receipts, refusals and checkpoints are the bus's and the audit's own.
BUS_HANDLERS = {
    name: f"municipal.referrals.handlers.{handler}"
    for name, handler in {
        "ReferralOffered": "on_referral_offered",
        "ReferralHandedBack": "on_referral_handed_back",
        "ReferralOpened": "on_referral_opened",
        "ReferralAccepted": "on_referral_accepted",
        "ReferralDeclined": "on_referral_declined",
        "DossierReleased": "on_dossier_released",
        "CustodyKept": "on_custody_kept",
        "DossierHeld": "on_dossier_held",
        "CustodyEnded": "on_custody_ended",
        "AdviceGiven": "on_advice_given",
        "RevocationAsked": "on_revocation_asked",
        "RevocationConfirmed": "on_revocation_confirmed",
        "ConsentWithdrawn": "on_consent_withdrawn",
        "WithdrawalApplied": "on_withdrawal_applied",
        "ProgressReported": "on_progress_reported",
        "OutcomeReported": "on_outcome_reported",
    }.items()
} | {"CheckpointSigned": "federation.audit.handlers.on_checkpoint_signed"}
BUS_RECEIPT_HANDLER = "municipal.referrals.handlers.on_message_received"
BUS_REFUSAL_HANDLER = "municipal.referrals.handlers.on_message_refused"
BUS_RESEAL_GATE = "municipal.referrals.handlers.dossier_may_be_sealed_again"
BUS_RESEND_SECONDS = [
    int(seconds)
    for seconds in env.words(
        "ZENNE_BUS_RESEND_SECONDS",
        help="seconds until a message without receipt is sent again, each time; the last one repeats",
        default="30,120,600,3600",
    )
]
# What the worker does by the clock, and how many seconds lie between two times.
WORKER_TIMERS = {
    **portal.PORTAL_TIMERS,
    "sealer": ("federation.audit.sealer.tick", 1.0),
    "timers": ("municipal.referrals.timers.remind_of_what_is_due", 60.0),
    "newcomers": ("municipal.referrals.timers.tell_regions_that_join", 60.0),
    "referral drafts": ("municipal.referrals.timers.forget_old_drafts", 3600.0),
    "idempotency keys": ("federation.rest.idempotency.forget_before", 3600.0),
}

LOGGING_CONFIG = "federation.rest.logs.configure"
LOGGING = {"level": env.text("ZENNE_LOG_LEVEL", help="lowest level that is logged", default="INFO")}
logs.use_structlog()
