"""Who may touch which topic follows from the tenant files, and from nothing else."""

import pathlib

import pytest
import yaml

from federation.contracts import tenant_file
from steward import rules, shared
from steward_at_work import add_level


def table(folder: pathlib.Path) -> list[str]:
    wanted = yaml.safe_load(shared.TOPICS.read_text())
    return sorted(str(access) for access in rules.accesses(wanted, tenant_file.load_folder(folder)))


def topics(folder: pathlib.Path) -> list[str]:
    wanted = yaml.safe_load(shared.TOPICS.read_text())
    return sorted(rules.topics(wanted, tenant_file.load_folder(folder)))


def test_two_towns_with_a_protocol_write_to_each_other_and_read_their_own(paper):
    (paper.tenants / "tervuren.yaml").unlink()
    for town in ("vilvoorde", "molenbeek"):
        paper.change(town, lambda content: content["protocols"].pop())

    assert table(paper.tenants) == [
        "molenbeek READ zenne.directory",
        "molenbeek READ zenne.inbox.molenbeek",
        "molenbeek WRITE zenne.inbox.vilvoorde",
        "vilvoorde READ zenne.directory",
        "vilvoorde READ zenne.inbox.vilvoorde",
        "vilvoorde WRITE zenne.inbox.molenbeek",
    ]
    assert topics(paper.tenants) == ["zenne.directory", "zenne.inbox.molenbeek", "zenne.inbox.vilvoorde"]


def test_a_third_town_leaves_what_the_others_have_as_it_was(paper):
    with_three = table(paper.tenants)
    (paper.tenants / "tervuren.yaml").unlink()
    for town in ("vilvoorde", "molenbeek"):
        paper.change(town, lambda content: content["protocols"].pop())
    with_two = table(paper.tenants)

    assert set(with_two) < set(with_three)
    assert sorted(set(with_three) - set(with_two)) == [
        "molenbeek WRITE zenne.inbox.tervuren",
        "tervuren READ zenne.directory",
        "tervuren READ zenne.inbox.tervuren",
        "tervuren WRITE zenne.inbox.molenbeek",
        "tervuren WRITE zenne.inbox.vilvoorde",
        "vilvoorde WRITE zenne.inbox.tervuren",
    ]


@pytest.mark.parametrize("side", ["vilvoorde", "molenbeek"])
def test_a_protocol_that_one_side_drops_closes_both_ways_and_nothing_else(paper, side):
    before = table(paper.tenants)
    paper.change(side, lambda content: content["protocols"].pop(0))

    assert sorted(set(before) - set(table(paper.tenants))) == [
        "molenbeek WRITE zenne.inbox.vilvoorde",
        "vilvoorde WRITE zenne.inbox.molenbeek",
    ]
    assert set(table(paper.tenants)) < set(before)


def test_a_protocol_that_has_ended_keeps_the_way_for_answers_open(paper):
    before = table(paper.tenants)
    paper.change("vilvoorde", lambda content: content["protocols"][0].update(until="2026-01-02"))

    assert table(paper.tenants) == before


def test_a_protocol_for_one_kind_opens_the_same_way_as_for_all(paper):
    before = table(paper.tenants)
    paper.change("vilvoorde", lambda content: content["protocols"][0].update(kinds=["advice"]))

    assert table(paper.tenants) == before


def test_a_town_and_its_region_and_the_regions_of_its_peers_write_to_each_other(paper):
    before = table(paper.tenants)
    paper.change("tervuren", lambda content: content.update(protocols=[]))
    without = table(paper.tenants)
    add_level(paper, "brussels", "regional")

    assert sorted(set(table(paper.tenants)) - set(without)) == [
        "brussels READ zenne.directory",
        "brussels READ zenne.inbox.brussels",
        "brussels WRITE zenne.inbox.molenbeek",  # its own town
        "brussels WRITE zenne.inbox.vilvoorde",  # the peer of its town
        "molenbeek WRITE zenne.inbox.brussels",
        "vilvoorde WRITE zenne.inbox.brussels",
    ]
    assert set(without) < set(before)


def test_every_town_and_the_nation_write_to_each_other_and_regions_do_not(paper):
    add_level(paper, "brussels", "regional")
    before = table(paper.tenants)
    add_level(paper, "belgium", "national")

    assert sorted(set(table(paper.tenants)) - set(before)) == sorted(
        ["belgium READ zenne.directory", "belgium READ zenne.inbox.belgium"]
        + [f"belgium WRITE zenne.inbox.{town}" for town in ("molenbeek", "tervuren", "vilvoorde")]
        + [f"{town} WRITE zenne.inbox.belgium" for town in ("molenbeek", "tervuren", "vilvoorde")]
    )


def test_nobody_but_steward_writes_the_directory_and_nobody_reads_another_inbox(paper):
    add_level(paper, "brussels", "regional")
    add_level(paper, "belgium", "national")

    accesses = [line.split() for line in table(paper.tenants)]

    assert [line for line in accesses if line[1] == "WRITE" and line[2] == "zenne.directory"] == []
    assert [
        line for line in accesses if line[1] == "READ" and line[2] not in {"zenne.directory", f"zenne.inbox.{line[0]}"}
    ] == []
    assert {line[1] for line in accesses} == {"READ", "WRITE"}


def test_a_rule_for_somebody_unknown_is_a_mistake_not_an_empty_rule(paper):
    wanted = yaml.safe_load(shared.TOPICS.read_text())
    wanted["access"].append({"who": "friends", "topic": "inbox", "may": "write"})

    with pytest.raises(ValueError, match="nobody is called friends"):
        rules.accesses(wanted, tenant_file.load_folder(paper.tenants))
