"""The form that every region's index has, and the alias by which it is searched.

A region makes its indices itself, out of its database, whenever one is missing; what is in them is its own, and nothing
here reads or writes a document. An index whose region is gone is removed, because nobody looks after it any more.
"""

from collections.abc import Mapping

from opensearchpy import OpenSearch

from steward.changes import Journal
from steward.realm.difference import differences
from steward.search.wanted import TEMPLATE, Json, Region, Wanted

CHANGED_WHILE_OPEN = ("refresh_interval", "number_of_replicas")


def reconcile(client: OpenSearch, wanted: Wanted, journal: Journal) -> None:
    """Will bring template, indices and aliases in line."""
    _cluster_settings(client, journal)
    _template(client, wanted, journal)
    found: Mapping[str, Json] = client.indices.get(index=f"{TEMPLATE}-*", expand_wildcards="all")
    for index, there in sorted(found.items()):
        owner = wanted.owner(index)
        if owner is None:
            journal.remove(f"index {index}", _delete, client, index)
        else:
            _foreign_aliases(client, index, there, owner, journal)
    for region in wanted.regions:
        own = {index: there for index, there in found.items() if region.owns(index)}
        _region(client, wanted, region, own, journal)


def _cluster_settings(client: OpenSearch, journal: Journal) -> None:
    """Will take away what was set at run time: the node's file says all."""
    found = client.cluster.get_settings(flat_settings=True)
    for kind in ("persistent", "transient"):
        for name in sorted(found[kind]):
            body = {kind: {name: None}}
            journal.remove(f"{kind} setting {name}", lambda body=body: client.cluster.put_settings(body=body))


def _template(client: OpenSearch, wanted: Wanted, journal: Journal) -> None:
    found = {one["name"]: one["index_template"] for one in client.indices.get_index_template()["index_templates"]}
    there = found.pop(TEMPLATE, None)
    if there is None:
        journal.make(f"template {TEMPLATE}", _put_template, client, wanted)
    elif changed := _both_ways(wanted.template, {name: there.get(name) for name in wanted.template}):
        journal.change(f"template {TEMPLATE}", changed, _put_template, client, wanted)
    for name in sorted(found):
        # A template with a higher priority would give our indices another form.
        journal.remove(f"template {name}", lambda name=name: client.indices.delete_index_template(name=name))


def _put_template(client: OpenSearch, wanted: Wanted) -> None:
    client.indices.put_index_template(name=TEMPLATE, body=wanted.template)


def _foreign_aliases(client: OpenSearch, index: str, there: Json, owner: Region, journal: Journal) -> None:
    """Will take away every alias but the owner's: under another region's alias its documents would be found there."""
    for alias in sorted(set(there["aliases"]) - {owner.alias}):
        journal.remove(f"alias {alias} of {index}", _remove_alias, client, index, alias)


def _region(client: OpenSearch, wanted: Wanted, region: Region, own: Mapping[str, Json], journal: Journal) -> None:
    searched = sorted((index for index, there in own.items() if region.alias in there["aliases"]), key=region.number)
    if not searched:
        return
    *older, newest = searched
    for index in older:
        journal.remove(f"alias {region.alias} of {index}", _remove_alias, client, index, region.alias)
    _form(client, wanted, newest, own[newest], journal)


def _form(client: OpenSearch, wanted: Wanted, index: str, there: Json, journal: Journal) -> None:
    """Will bring settings and new fields of an index in line; a field that is another needs a new index."""
    settings = {name: wanted.settings[name] for name in CHANGED_WHILE_OPEN}
    if changed := differences(settings, there["settings"]["index"]):
        journal.change(
            f"index {index}", changed, lambda: client.indices.put_settings(index=index, body={"index": settings})
        )
    known: Json = there["mappings"].get("properties", {})
    fields: Json = wanted.mappings["properties"]
    other = sorted(name for name in known if known[name] != fields.get(name))
    if other:
        journal.advise(f"index {index}: {', '.join(other)} is another now: python -m regional.manage rebuild_index")
    elif changed := differences(wanted.mappings, there["mappings"]):
        journal.change(f"index {index}", changed, lambda: client.indices.put_mapping(index=index, body=wanted.mappings))


def _delete(client: OpenSearch, index: str) -> None:
    client.indices.delete(index=index)


def _remove_alias(client: OpenSearch, index: str, alias: str) -> None:
    client.indices.delete_alias(index=index, name=alias)


def _both_ways(wanted: Json, found: Json) -> list[str]:
    """Return where two forms differ, what is too much included."""
    return sorted({*differences(wanted, found), *differences(found, wanted)})
