"""The first page after the login."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from federation.identity.actor import Role
from federation.portal import pages


class MyWork(pages.Page):
    """What a person has to do."""

    roles = frozenset(Role)
    template = "desk/my_work.html"
    title = _("My work")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page."""
        del request
        return self.show()
