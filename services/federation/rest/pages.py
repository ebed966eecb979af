"""Collections: an object with `items`, each with its `href`, in pages from 1 (Belgif col-repres, col-paging)."""

from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from federation.rest import fields
from federation.rest.serializers import Output, Query

PAGE_SIZE = 20
LARGEST = 100
LAST_PAGE = 1_000_000

M = TypeVar("M", bound=Any)


class PageQuery(Query):
    """The parameters that every collection takes; its own filters are added by subclasses."""

    page = serializers.IntegerField(
        min_value=1, max_value=LAST_PAGE, default=1, help_text="Number of the page, from 1."
    )
    pageSize = serializers.IntegerField(
        min_value=1, max_value=LARGEST, default=PAGE_SIZE, help_text="Number of items in a page, 1 to 100."
    )


class Page(Output):
    """Base of a page; a subclass adds `items`."""

    self = fields.Text(help_text="Address of this page.")
    page = fields.Number(min_value=1)
    pageSize = fields.Number(min_value=1)
    total = fields.Number(min_value=0)
    first = fields.Text()
    last = fields.Text()
    prev = fields.Text(required=False)
    next = fields.Text(required=False)


def page(
    request: Request,
    found: "QuerySet[M] | Sequence[M]",
    item: type[Output],
    values: dict[str, Any],
    *,
    embed: type[Output] | None = None,
) -> Response:
    """Return one page of `found`; with `embed` the whole items stand beside, under their addresses."""
    pages: Paginator[M] = Paginator(found, values["pageSize"])
    number = min(values["page"], pages.num_pages)
    if number != values["page"]:
        return _answer(request, pages, values["page"], values["pageSize"], [], {})
    shown = list(pages.page(number))
    items = [item.of(one) for one in shown]
    embedded = {one["href"]: embed.of(whole) for one, whole in zip(items, shown, strict=True)} if embed else {}
    return _answer(request, pages, number, values["pageSize"], items, embedded)


def _answer(  # noqa: PLR0917 -- one private call
    request: Request,
    pages: "Paginator[M]",
    number: int,
    size: int,
    items: list[dict[str, Any]],
    embedded: dict[str, Any],
) -> Response:
    body: dict[str, Any] = {
        "self": _link(request, number),
        "items": items,
        "page": number,
        "pageSize": size,
        "total": pages.count,
        "first": _link(request, 1),
        "last": _link(request, pages.num_pages),
    }
    if number < pages.num_pages:
        body["next"] = _link(request, number + 1)
    if 1 < number <= pages.num_pages + 1:
        body["prev"] = _link(request, number - 1)
    if embedded:
        body["embedded"] = embedded
    return Response(body)


def _link(request: Request, number: int) -> str:
    kept = [(name, value) for name, values in request.query_params.lists() for value in values if name != "page"]
    return f"{settings.PUBLIC_URL}{request.path}?{urlencode([*kept, ('page', number)])}"
