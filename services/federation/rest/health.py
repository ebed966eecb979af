"""Whether a process can do its work, for whoever may ask without showing who he is (Belgif hlth-res)."""

from django.db import DatabaseError, connection
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from federation.rest import views
from federation.rest.serializers import Output


class HealthStatus(Output):
    """UP, DEGRADED or DOWN; nothing else is told to strangers."""

    status = serializers.ChoiceField(choices=["UP", "DEGRADED", "DOWN"])


class Health(views.View):
    """The health of the API."""

    api_tag = "Monitoring"
    authentication_classes = ()
    permission_classes = ()

    @extend_schema(operation_id="checkHealth", summary="Check health", responses={200: HealthStatus, 503: HealthStatus})
    def get(self, request: Request) -> Response:
        """Say whether the database answers."""
        del request
        self.no_query()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError:
            return Response({"status": "DOWN"}, status=503)
        return Response({"status": "UP"})
