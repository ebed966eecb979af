"""The base of every page of the desk."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.functional import SimpleLazyObject

from federation.portal import pages
from municipal.referrals.pages.towns import Towns


class DeskPage(pages.Page):
    """A page that can name towns, which are looked up where a name is asked for."""

    def show(self, context: Mapping[str, Any] | None = None, **how: Any) -> HttpResponse:
        """Return the page; its template names towns with `{% town id %}`."""
        return super().show({"towns": SimpleLazyObject(Towns), **(context or {})}, **how)
