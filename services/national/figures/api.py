"""HTTP of figures: /api/statistics/v1. Reading only, by closed year; there is no query."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from federation.rest import fields, pages, views
from federation.rest.serializers import Output
from national.figures import queries, rules

YEAR = "statistics/v1/years/{year}"
RELEASE = "statistics/v1/releases/{id}"


class Figure(Output):
    """One protected figure."""

    indicator = fields.Code()
    ageBand = fields.Code(source="age_band")
    value = fields.Number(required=False, min_value=10, help_text="A multiple of five; absent when it is withheld.")
    shown = serializers.SerializerMethodField(
        help_text="Whether there is a value: a figure under ten is withheld, with the age bands of its indicator."
    )

    def get_shown(self, figure: rules.Figure) -> bool:
        """Return whether there is a value."""
        return figure.value is not None


class ReleaseItem(Output):
    """A release in a list."""

    href = fields.Href(RELEASE)
    id = fields.Uuid()
    participant = fields.Name()
    nis = fields.Text()
    year = fields.Number()
    programme = fields.Number(help_text="Version of the closed list of tables.")
    receivedAt = fields.Instant(source="received_at")


class Release(ReleaseItem):
    """What one municipality released of one closed year."""

    figures = Figure(many=True)


class ReleasePage(pages.Page):
    """Releases, the newest year first."""

    items = ReleaseItem(many=True)


class Municipality(Output):
    """A municipality that is expected to report. Nothing is estimated for who did not."""

    participant = fields.Name()
    nis = fields.Text()
    state = fields.Code()
    release = serializers.SerializerMethodField(help_text="Address of its release.")

    def get_release(self, municipality: queries.Municipality) -> str:
        """Return the address of the release, "" without one."""
        return fields.address(RELEASE.format(id=municipality.release.id)) if municipality.release else ""


class YearItem(Output):
    """A closed year in a list."""

    href = fields.Href(YEAR)
    year = fields.Number()


class Year(YearItem):
    """A closed year: who is expected, and who reported."""

    expected = fields.Number()
    reported = fields.Number()
    municipalities = Municipality(many=True)


class YearPage(pages.Page):
    """Closed years, the newest first."""

    items = YearItem(many=True)


class Years(views.View):
    """The closed years."""

    api_tag = "Years"

    @extend_schema(
        operation_id="listYears", summary="List closed years", parameters=[pages.PageQuery], responses={200: YearPage}
    )
    def get(self, request: Request) -> Response:
        """List the closed years since the first release."""
        asked = self.asked(pages.PageQuery)
        found = [{"year": number} for number in queries.years(by=self.actor, at=self.at)]
        return pages.page(request, found, YearItem, asked)


class YearDetail(views.View):
    """One closed year."""

    api_tag = "Years"

    @extend_schema(operation_id="getYear", summary="Read who reported of a year", responses={200: Year})
    def get(self, request: Request, year: int) -> Response:
        """Read which municipalities reported of a closed year, and where their releases are."""
        del request
        self.no_query()
        return Response(Year.of(queries.year(year, by=self.actor, at=self.at)))


class Releases(views.View):
    """What municipalities released."""

    api_tag = "Releases"

    @extend_schema(
        operation_id="listReleases",
        summary="List releases",
        parameters=[pages.PageQuery],
        responses={200: ReleasePage},
    )
    def get(self, request: Request) -> Response:
        """List what municipalities released, the newest year first."""
        asked = self.asked(pages.PageQuery)
        return pages.page(request, queries.releases(by=self.actor), ReleaseItem, asked)


class ReleaseDetail(views.View):
    """One release."""

    api_tag = "Releases"

    @extend_schema(operation_id="getRelease", summary="Read a release", responses={200: Release})
    def get(self, request: Request, releaseId: uuid.UUID) -> Response:
        """Read the figures of one municipality and year."""
        del request
        self.no_query()
        return Response(Release.of(queries.release(releaseId, by=self.actor)))
