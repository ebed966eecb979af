"""Logging in and out, and the choice of a language: what every person does for himself."""

import urllib.parse
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from federation import clock
from federation.errors import DomainError
from federation.identity import browser, login, sessions, tokens
from federation.portal import refusals, town

log = structlog.get_logger(__name__)

YEAR = 31_536_000
BEGUN = "__Host-zenne-login-"
"""A login that has begun is kept in a signed cookie of its own, so that two windows do not disturb each other."""
BEGUN_SECONDS = 900
SALT = "federation.portal.account"


def ask_to_log_in(request: HttpRequest, *, kept: bool = False, fragment: bool = False) -> HttpResponse:
    """Send a stranger to the login, from where he comes back to this page; `kept` says that his text is safe."""
    if request.method in {"GET", "HEAD"}:
        return HttpResponseRedirect(login_address(request.get_full_path()))
    more = {"kept": kept, "login_address": login_address(request.path)}
    if fragment:
        return render(request, "portal/session_over.html", more, status=401)
    return refusals.page(request, 401, more=more)


def login_address(target: str) -> str:
    """Return the address that logs in and then goes to `target`."""
    return f"/account/login?{urllib.parse.urlencode({'next': target})}"


@require_GET
def log_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the login page of the town's realm."""
    target = own_path(request.GET.get("next", ""))
    try:
        if browser.person(request) is not None:
            return HttpResponseRedirect(target)
        begun = login.realm().begin(language=town.language())
    except DomainError as refusal:
        return refusals.answer(request, refusal)
    kept = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "next": target}
    response = HttpResponseRedirect(begun.url)
    response.set_cookie(
        BEGUN + begun.state[:8],
        signing.dumps(kept, salt=SALT),
        max_age=BEGUN_SECONDS,
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """Let the person in whom the realm sends back, under a new key, on the page that was asked for."""
    cookie = BEGUN + request.GET.get("state", "")[:8]
    try:
        kept = signing.loads(request.COOKIES.get(cookie, ""), salt=SALT, max_age=BEGUN_SECONDS)
    except signing.BadSignature:
        return _not_logged_in(request, "noBegin")
    begun = login.Begun(url="", state=kept["state"], nonce=kept["nonce"], verifier=kept["verifier"])
    at = clock.now()
    try:
        found = login.realm().finish(begun, request.GET.dict(), at=at)
    except login.LoginRefused as refusal:
        return _not_logged_in(request, str(refusal.facts.get("reason", "")), forget=cookie)
    except DomainError as refusal:
        return refusals.answer(request, refusal)
    # A key that the browser had before could be known to somebody else: it is good for nothing from now on.
    sessions.replace(request.COOKIES.get(sessions.COOKIE, ""))
    response = HttpResponseRedirect(own_path(kept["next"]))
    browser.keep(response, sessions.begin(found, at=at))
    _forget_begun(response, cookie)
    return response


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session here and at the realm."""
    told = True
    try:
        sessions.end(request.COOKIES.get(sessions.COOKIE, ""))
    except login.RealmUnavailable:
        told = False
    response = HttpResponseRedirect("/account/logged-out" + ("" if told else "?realm=silent"))
    browser.forget(response)
    return response


@require_GET
def logged_out(request: HttpRequest) -> HttpResponse:
    """Say that the session has ended, and what to do where the login service could not be told."""
    context = {"title": _("You are logged out"), "silent": request.GET.get("realm") == "silent"}
    return render(request, "portal/logged_out.html", context)


@csrf_exempt
@require_POST
def hear_of_logout(request: HttpRequest) -> HttpResponse:
    """End sessions at the realm's word (OpenID Connect Back-Channel Logout 1.0)."""
    try:
        ended = login.realm().reader.ended(request.POST.get("logout_token", ""), at=clock.now())
    except tokens.RealmKeysUnavailable:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    except DomainError as refusal:
        log.warning("a logout token was refused", reason=str(refusal.facts.get("reason", refusal.code)))
        return JsonResponse({"error": "invalid_request"}, status=HTTPStatus.BAD_REQUEST)
    gone = sessions.end_at_realms_word(sid=ended.sid, subject=ended.subject)
    log.info("sessions ended at the realm's word", count=gone)
    return HttpResponse(status=HTTPStatus.OK)


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Show the person what is known of him, with the way out."""
    try:
        here = browser.person(request)
    except DomainError as refusal:
        return refusals.answer(request, refusal)
    if here is None:
        return ask_to_log_in(request)
    team = town.own().team(here.actor.team)
    context: dict[str, Any] = {
        "title": _("Your account"),
        "person": here,
        "team": team.names[town.language()] if team else "",
    }
    return render(request, "portal/account.html", context)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie, and go back to the page."""
    response = HttpResponseRedirect(own_path(request.POST.get("next", "")))
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, secure=True, httponly=True, samesite="Lax"
        )
    return response


def own_path(text: str) -> str:
    """Return `text` where it is a path of this host, else the first page: nobody is sent elsewhere from here."""
    own = text.startswith("/") and url_has_allowed_host_and_scheme(text, allowed_hosts=None)
    return text if own else "/"


def _not_logged_in(request: HttpRequest, reason: str, *, forget: str = "") -> HttpResponse:
    log.info("a login did not come to its end", reason=reason)
    more = {"login_address": login_address("/")}
    response = refusals.page(request, 400, code="loginRefused", words=refusals.NOT_LOGGED_IN, more=more)
    if forget:
        _forget_begun(response, forget)
    return response


def _forget_begun(response: HttpResponse, cookie: str) -> None:
    response.set_cookie(cookie, "", max_age=0, secure=True, httponly=True, samesite="Lax")
