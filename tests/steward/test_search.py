"""The real OpenSearch is brought in line with the files; what somebody changed there is found and mended."""

import functools
from collections.abc import Callable

import pytest
from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NoAnswer

import search_at_work
from local import opensearch
from search_at_work import ALIAS, INDEX, REGION, Search, status_of

ROLE = f"region-{REGION}"
OTHER = "zenne-referrals-brussels"


def _template(search: Search) -> None:
    template = search.admin.indices.get_index_template(name="zenne-referrals")["index_templates"][0]["index_template"]
    template["template"]["mappings"]["dynamic"] = "true"
    search.admin.indices.put_index_template(name="zenne-referrals", body=template)


def _stronger_template(search: Search) -> None:
    search.admin.indices.put_index_template(name="mine", body={"index_patterns": ["zenne-*"], "priority": 900})


def _index_settings(search: Search) -> None:
    search.admin.indices.put_settings(index=INDEX, body={"index": {"refresh_interval": "60s"}})


def _open_index(search: Search) -> None:
    search.admin.indices.put_mapping(index=INDEX, body={"dynamic": "true"})


def _foreign_alias(search: Search) -> None:
    search.admin.indices.put_alias(index=INDEX, name=OTHER)


def _second_index(search: Search) -> None:
    search.admin.indices.create(index=f"{ALIAS}.0", body={"aliases": {ALIAS: {}}})


def _index_of_nobody(search: Search) -> None:
    search.admin.indices.create(index="zenne-referrals-namur.1")


def _cluster_setting(search: Search) -> None:
    search.admin.cluster.put_settings(body={"persistent": {"action.auto_create_index": "true"}})


def _wide_role(search: Search) -> None:
    rights = search.get(f"roles/{ROLE}")[ROLE]
    own = rights["index_permissions"][0]
    wider = {**own, "index_patterns": ["zenne-referrals-*"]}
    search.put(f"roles/{ROLE}", {"cluster_permissions": ["cluster_all"], "index_permissions": [wider]})


def _more_holders(search: Search) -> None:
    search.put(f"rolesmapping/{ROLE}", {"users": [REGION, "brussels"]})


def _built_in_role_for_somebody(search: Search) -> None:
    search.put("rolesmapping/all_access", {"users": [REGION]})


def _role_of_nobody(search: Search) -> None:
    search.put("roles/reader", {"cluster_permissions": ["cluster_monitor"]})


def _person(search: Search) -> None:
    search.put("internalusers/els", {"password": "Long-enough-and-secret-1!"})


def _group(search: Search) -> None:
    search.put("actiongroups/everything", {"allowed_actions": ["*"], "type": "index"})


def _audit(search: Search) -> None:
    there = search.get("audit")["config"]
    search.put("audit/config", {**there, "enabled": False})


DAMAGE: list[tuple[Callable[[Search], None], list[str]]] = [
    (_wide_role, [f"~ role {ROLE} cluster_permissions, index_permissions"]),
    (_role_of_nobody, ["- role reader"]),
    (_more_holders, [f"~ holders of role {ROLE} users"]),
    (_built_in_role_for_somebody, ["- holders of role all_access"]),
    (_person, ["- user els"]),
    (_group, ["- action group everything"]),
    (_audit, ["~ audit enabled"]),
    (_cluster_setting, ["- persistent setting action.auto_create_index"]),
    (_template, ["~ template zenne-referrals template.mappings.dynamic"]),
    (_stronger_template, ["- template mine"]),
    (_index_of_nobody, ["- index zenne-referrals-namur.1"]),
    (_foreign_alias, [f"- alias {OTHER} of {INDEX}"]),
    (_second_index, [f"- alias {ALIAS} of {ALIAS}.0"]),
    (_index_settings, [f"~ index {INDEX} refresh_interval"]),
    (_open_index, [f"~ index {INDEX} dynamic"]),
]


@pytest.fixture
def without_the_second(search) -> Search:
    """OpenSearch without the second index that a test made."""
    yield search
    search.admin.indices.delete(index=f"{ALIAS}.0", ignore=404)


def test_drift_of_every_kind_is_shown_then_mended_and_then_there_is_none(without_the_second):
    search = without_the_second
    for damage, _ in DAMAGE:
        damage(search)
    lines = sorted(line for _, shown in DAMAGE for line in shown)

    assert sorted(search.steward("--dry-run")) == lines
    assert sorted(search.steward("--dry-run")) == lines
    assert sorted(search.steward()) == lines
    assert search.steward() == []


def test_a_region_that_lost_its_rights_gets_them_back(search):
    search.admin.transport.perform_request("DELETE", f"{search_at_work.API}/rolesmapping/{ROLE}")
    search.admin.transport.perform_request("DELETE", f"{search_at_work.API}/roles/{ROLE}")

    assert status_of(lambda: search.region.count(index=ALIAS)) == 403
    lines = [f"+ role {ROLE}", f"+ holders of role {ROLE}"]
    assert search.steward("--dry-run") == lines
    assert search.steward() == lines
    assert status_of(lambda: search.region.count(index=ALIAS)) == 200


def test_a_region_of_another_server_is_left_out_when_the_regions_are_named(search):
    answer = search.town.steward("search", "--dry-run", "brussels")

    assert answer.changes == [f"- role {ROLE}", f"- holders of role {ROLE}", f"- index {INDEX}"]


def test_a_municipality_is_no_region(search):
    answer = search.town.steward("search", "vilvoorde")

    assert answer.code == 1
    assert answer.errors == "search: vilvoorde is no region with a tenant file\n"


def move_alias(client: OpenSearch, old: str, new: str) -> None:
    moves = [{"add": {"index": new, "alias": ALIAS}}, {"remove": {"index": old, "alias": ALIAS}}]
    client.indices.update_aliases(body={"actions": moves})


def test_a_field_of_another_kind_needs_a_rebuild_and_says_so(search):
    other = f"{ALIAS}.2"
    search.admin.indices.create(index=other, body={"mappings": {"properties": {"beganAt": {"type": "keyword"}}}})
    move_alias(search.admin, INDEX, other)
    try:
        answer = search.town.steward("search")
    finally:
        move_alias(search.admin, other, INDEX)
        search.admin.indices.delete(index=other)

    assert answer.code == 0
    assert answer.lines == [
        f"note: index {other}: beganAt is another now: python -m regional.manage rebuild_index",
        "search: 0 changes",
    ]


def test_a_server_that_does_not_answer_is_one_line(paper):
    answer = paper.steward("search", STEWARD_OPENSEARCH_CA_FILE=search_at_work.__file__)

    assert answer.code == 1
    assert answer.lines == []
    assert len(answer.errors.splitlines()) == 1


def test_a_regions_certificate_does_its_work(search):
    region, document = search.region, {"id": "r1", "from": "vilvoorde", "beganAt": "2026-11-26T09:00:00Z"}
    versioned = {"version": 3, "version_type": "external"}

    assert region.index(index=ALIAS, id="r1", body=document, **versioned)["result"] == "created"
    assert (
        status_of(lambda: region.index(index=ALIAS, id="r1", body=document, version=2, version_type="external")) == 409
    )
    line = {"index": {"_index": ALIAS, "_id": "r2", **versioned}}
    assert region.bulk(body=[line, document], refresh=True)["errors"] is False
    assert region.count(index=ALIAS)["count"] == 2
    assert search.admin.get(index=ALIAS, id="r1")["_source"] == document
    region.indices.create(index=f"{ALIAS}.2")
    aliases = region.indices.get_alias(index=f"{ALIAS}.*")
    assert (list(aliases[INDEX]["aliases"]), aliases[f"{ALIAS}.2"]["aliases"]) == ([ALIAS], {})
    move_alias(region, INDEX, f"{ALIAS}.2")
    assert region.count(index=ALIAS)["count"] == 0
    assert search.steward() == []
    move_alias(region, f"{ALIAS}.2", INDEX)
    region.indices.delete(index=f"{ALIAS}.2")


def test_a_field_that_nobody_agreed_to_is_refused(search):
    call = lambda: search.region.index(index=ALIAS, id="r3", body={"name": "Els"})  # noqa: E731 -- a sentence of a test

    assert status_of(call) == 400
    assert status_of(lambda: search.admin.get(index=ALIAS, id="r3")) == 404


def _ask(method: str, place: str, **body: object) -> Callable[[Search], object]:
    return lambda search: search.region.transport.perform_request(method, place, body=body or None)


FORBIDDEN: dict[str, tuple[Callable[[Search], object], int]] = {
    "another region's documents": (_ask("POST", f"/{OTHER}/_search"), 403),
    "another region's index by its number": (_ask("POST", f"/{OTHER}.1/_search"), 403),
    "another region's document by its id": (_ask("GET", f"/{OTHER}/_doc/r1"), 403),
    "a document of its own by its id": (_ask("GET", f"/{ALIAS}/_doc/r1"), 403),
    "the settings of its own index": (_ask("GET", f"/{INDEX}"), 403),
    "writing to another region": (_ask("PUT", f"/{OTHER}/_doc/r9", id="r9"), 403),
    "deleting another region's index": (_ask("DELETE", f"/{OTHER}.1"), 403),
    "another region's form": (_ask("GET", f"/{OTHER}/_mapping"), 403),
    "a new index of another region": (_ask("PUT", f"/{OTHER}.7"), 403),
    "an index of no region": (_ask("PUT", "/anything"), 403),
    "own alias for another region's index": (
        _ask("POST", "/_aliases", actions=[{"add": {"index": f"{OTHER}.1", "alias": ALIAS}}]), 403
    ),
    "all documents": (_ask("POST", "/_search"), 403),
    "all documents by a star": (_ask("POST", "/*/_search"), 403),
    "own and another's": (_ask("POST", f"/{ALIAS},{OTHER}/_search"), 403),
    "terms looked up in another region": (
        _ask("POST", f"/{ALIAS}/_search", query={"terms": {"from": {"index": OTHER, "id": "r1", "path": "from"}}}), 403
    ),
    "the next page of a scroll": (_ask("POST", "/_search/scroll", scroll_id="x"), 403),
    "deleting by a query": (_ask("POST", f"/{ALIAS}/_delete_by_query", query={"match_all": {}}), 400),
    "a script": (_ask("POST", f"/{ALIAS}/_search", script_fields={"a": {"script": {"source": "1"}}}), 400),
    "the health of the cluster": (_ask("GET", "/_cluster/health"), 403),
    "the settings of the cluster": (_ask("GET", "/_cluster/settings"), 403),
    "changing the cluster": (_ask("PUT", "/_cluster/settings", persistent={"action.auto_create_index": "true"}), 403),
    "the list of indices": (_ask("GET", "/_cat/indices"), 403),
    "the nodes": (_ask("GET", "/_nodes"), 403),
    "running tasks": (_ask("GET", "/_tasks"), 403),
    "a template": (_ask("PUT", "/_index_template/mine", index_patterns=["zenne-*"]), 403),
    "the form of its own index": (_ask("PUT", f"/{ALIAS}/_mapping", dynamic="true"), 403),
    "a copy of the data": (_ask("PUT", "/_snapshot/mine", type="fs", settings={"location": "/var/x"}), 403),
    "the rights": (_ask("GET", f"{search_at_work.API}/roles"), 403),
    "changing rights": (_ask("PUT", f"{search_at_work.API}/rolesmapping/all_access", users=[REGION]), 403),
    "the rights' own index": (_ask("POST", "/.opendistro_security/_search"), 403),
}  # fmt: skip


def test_a_regions_certificate_opens_nothing_else(search):
    answers = {what: status_of(functools.partial(call, search)) for what, (call, _) in FORBIDDEN.items()}

    assert answers == {what: status for what, (_, status) in FORBIDDEN.items()}
    assert search.steward("--dry-run") == []


def test_a_certificate_without_a_region_opens_nothing(search, stack, components):
    nobody = search.town.folder / "nobody.pem"
    opensearch.authority(stack.instance).issue(nobody, name="vilvoorde", hosts=[], server=False)
    client = search_at_work.client(components, nobody)

    assert status_of(lambda: client.search(index=ALIAS)) == 403
    assert status_of(lambda: client.search(index=OTHER)) == 403
    assert status_of(client.info) == 403


def test_a_certificate_of_the_bus_is_nobodys_here(search, components):
    client = search_at_work.client(components, components.steward)

    with pytest.raises(NoAnswer):
        client.info()
