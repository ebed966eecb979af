"""Who is let in at all: its own module, because DRF loads it while it loads its own views."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

from federation.identity.actor import Actor

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class KnownActor(BasePermission):
    """Lets in whoever the realm's token names; what he may do is decided by the rules of each app."""

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        """Say whether somebody known calls."""
        del view
        return isinstance(getattr(request.user, "actor", None), Actor)
