"""The walk over one OpenSearch. A dry run is the same walk without acts."""

from collections.abc import Iterable

from steward import settings
from steward.changes import Journal
from steward.search import connection, indices, rights, wanted


def run(regions: Iterable[str], journal: Journal) -> None:
    """Will bring an OpenSearch that holds these regions in line."""
    place = settings.search_server()
    wish = wanted.load(regions)
    with connection.connected(place.url, place.ca, place.certificate) as client:
        # Rights first: an index that is there is closed to whom it does not concern before anything else is done.
        rights.reconcile(client, wish, journal)
        indices.reconcile(client, wish, journal)
