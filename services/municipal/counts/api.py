"""HTTP of counts: /api/counts/v1. For the people of this town alone: here its exact counts are shown."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from federation.rest import fields, pages, views
from federation.rest.idempotency import idempotent
from federation.rest.serializers import Nothing, Output
from municipal.counts import actions, queries, rules

YEAR = "counts/v1/years/{year}"


class Figure(Output):
    """A count before and after protection."""

    indicator = fields.Code()
    ageBand = fields.Code(source="age_band")
    count = fields.Number(help_text="Exact; it never leaves the municipality.")
    value = fields.Number(source="shown", required=False, help_text="What leaves; absent when it is withheld.")
    shown = serializers.SerializerMethodField(
        help_text="Whether there is a value: a figure under ten is withheld, with the age bands of its indicator."
    )

    def get_shown(self, cell: rules.Cell) -> bool:
        """Return whether there is a value."""
        return cell.shown is not None


class YearItem(Output):
    """A closed year in a list."""

    href = fields.Href(YEAR)
    year = fields.Number()
    state = fields.Code()


class Year(YearItem):
    """A closed year: its counts once it is frozen, and what became of the release."""

    programme = serializers.SerializerMethodField(help_text="Version of the closed list of tables.")
    digest = fields.Text(required=False, help_text="Digest of the frozen counts; it stays here.")
    frozenAt = fields.Instant(source="frozen_at", required=False)
    approvedAt = fields.Instant(source="approved_at", required=False)
    receivedAt = fields.Instant(source="receipt_at", required=False, help_text="When the nation's receipt came.")
    refusedReason = fields.Code(source="refused_reason", required=False)
    figures = Figure(source="cells", many=True)

    def get_programme(self, year: queries.YearView) -> int | None:
        """Return the version under which the year was counted."""
        return year.programme or None


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
        """List the years that are over, since this town's first case."""
        asked = self.asked(pages.PageQuery)
        return pages.page(request, queries.years(by=self.actor, at=self.at), YearItem, asked)


class YearDetail(views.View):
    """One closed year."""

    api_tag = "Years"

    @extend_schema(operation_id="getYear", summary="Read a closed year", responses={200: Year})
    def get(self, request: Request, year: int) -> Response:
        """Read a closed year: its figures before and after protection, side by side."""
        del request
        self.no_query()
        return Response(_shown(queries.year(year, by=self.actor, at=self.at)))


class Snapshots(views.View):
    """The counting of a closed year."""

    api_tag = "Years"

    @idempotent(operation_id="freezeYear", summary="Freeze a closed year", request=Nothing, responses={201: Year})
    def post(self, request: Request, year: int) -> Response:
        """Count a year that is over, once. Nothing leaves."""
        del request
        self.sent(Nothing)
        return views.created(_shown(actions.freeze_year(year=year, by=self.actor, at=self.at)))


class Releases(views.View):
    """The release of a frozen year."""

    api_tag = "Years"

    @idempotent(operation_id="approveRelease", summary="Release a frozen year", request=Nothing, responses={201: Year})
    def post(self, request: Request, year: int) -> Response:
        """Let the protected figures of a frozen year go to the nation, once; somebody else froze it."""
        del request
        self.sent(Nothing)
        return views.created(_shown(actions.approve_release(year=year, by=self.actor, at=self.at)))


def _shown(year: queries.YearView) -> dict[str, Any]:
    return Year.of(year)
