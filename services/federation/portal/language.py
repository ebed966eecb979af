"""In which language a page speaks: the reader's choice, else what the browser asks for, else the town's own."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import trans_real

from federation.portal import town

APIS = ("/api/", "/health", "/graphql")
"""These speak codes and English, whatever the caller prefers."""


class LanguageMiddleware:
    """Speaks the reader's language while a page is made; APIs always answer the same."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Will stand around `get_response`."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request` in the language that fits."""
        if request.path.startswith(APIS):
            with translation.override("en"):
                return self.get_response(request)
        language = of(request)
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def of(request: HttpRequest) -> str:
    """Return the language of a page: the cookie's, the browser's or the town's first."""
    offered = dict(settings.LANGUAGES)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in offered:
        return chosen
    for wanted, _ in trans_real.parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if wanted.partition("-")[0] in offered:
            return wanted.partition("-")[0]
    return town.own().official_languages[0]
