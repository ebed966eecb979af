"""Two regions, each with its own database, keys and inbox: what each knows, and what it may see of the other's.

Vilvoorde and Machelen lie in Halle-Vilvoorde, Molenbeek and Schaarbeek in Brussels. Towns state what they know to their
own region and to the other side's.
"""

import dataclasses
import datetime
import pathlib
import uuid
from collections.abc import Iterator

import pytest

from federation import seals
from federation.bus import directory, local, topics
from federation.contracts import codec
from federation.contracts.messages import Message
from peer import Peer
from region_at_work import AT, CONSUMER, coordinator, word
from regional.progress import actions, queries, rules
from regional.search import queries as search
from two_towns import ROOT, Towns

BRUSSELS, HALLE = "brussels", "halle-vilvoorde"
REGION_OF = {"molenbeek": BRUSSELS, "schaarbeek": BRUSSELS, "vilvoorde": HALLE, "machelen": HALLE}
RANIA, JOKE = coordinator(BRUSSELS), coordinator(HALLE)


class Regions:
    """The two regions at work, and the towns that speak to them by hand."""

    def __init__(self, towns: Towns, folder: pathlib.Path) -> None:
        self.towns = towns
        self.peers = {name: Peer(name, folder, towns.federation) for name in REGION_OF}
        self.keys = {}
        for name in (BRUSSELS, HALLE):
            with towns.at(name):
                self.keys[name] = local.keyring().encryption_key.public
                for town, peer in self.peers.items():
                    directory.take(peer.published(region=REGION_OF[town]), AT)
                    directory.trust(town, directory.fingerprint_of(town) or "", by="test", at=AT)

    def at(self, name: str):
        """Will run what stands inside as that region's process."""
        return self.towns.at(name)

    def tell(self, message: Message, *regions: str) -> None:
        """Will let a town say the same to each of these regions, as their inboxes get it."""
        for region in regions:
            peer, said = self.peers[message.sender], dataclasses.replace(message, recipient=region)
            jws = seals.sign(codec.encode(said), peer.ring.signing_key)
            self.towns.bus.put(topics.inbox_of(region), peer.sealed(jws, self.keys[region]))
            self.towns.take_in(region)

    def stated(self, from_: str, to: str, *states: str) -> uuid.UUID:
        """Return a referral of which each side has stated these states to both regions that it touches."""
        one = uuid.uuid4()
        for version, state in enumerate(states, start=1):
            for by in (from_, to):
                said = word(one, state, by=by, from_=from_, to=to, version=version)
                self.tell(said, *sorted({REGION_OF[from_], REGION_OF[to]}))
        return one

    def names(self, region: str, referral: uuid.UUID) -> set[str]:
        """Return the tables of a region's database in which a referral stands."""
        ask, found = self.towns[region].query, set()
        for (table,) in ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            question = f'SELECT FROM "{table}" AS t WHERE t::text LIKE %s LIMIT 1'
            if ask(question, f"%{referral}%"):
                found.add(table)
        return found


@pytest.fixture
def regions(town_factory, tmp_path, django_db_blocker) -> Iterator[Regions]:
    """Give Brussels and Halle-Vilvoorde, of which only the first has a tenant file in the repository."""
    other = tmp_path / f"{HALLE}.yaml"
    own = (ROOT / "infra" / "tenants" / f"{BRUSSELS}.yaml").read_text(encoding="utf-8")
    other.write_text(own.replace(BRUSSELS, HALLE), encoding="utf-8")
    with django_db_blocker.unblock():
        yield Regions(town_factory((BRUSSELS, HALLE), tenant_files={HALLE: other}), tmp_path)


def shown(regions: Regions, region: str, by=None) -> set[uuid.UUID]:
    """Return the open referrals that a coordinator sees on the first page of a region."""
    with regions.at(region):
        found = search.silence(first=25, by=by or coordinator(region), at=AT)
        return {entry.referral.pk for entry in found.entries}


def test_each_region_knows_what_has_one_side_in_it_and_of_the_rest_not_even_that_it_exists(regions) -> None:
    across = regions.stated("vilvoorde", "molenbeek", "received")
    in_brussels = regions.stated("molenbeek", "schaarbeek", "received")
    in_halle = regions.stated("machelen", "vilvoorde", "received")

    assert shown(regions, BRUSSELS) == {across, in_brussels}
    assert shown(regions, HALLE) == {across, in_halle}
    kept = {"inbox_attempt", "progress", "progress_statement"}
    assert regions.names(BRUSSELS, in_brussels) == regions.names(HALLE, in_halle) == kept
    assert regions.names(HALLE, in_brussels) == regions.names(BRUSSELS, in_halle) == set()
    for region, by, foreign in ((BRUSSELS, RANIA, in_halle), (HALLE, JOKE, in_brussels)):
        before = regions.towns[region].count("audit_entry")
        with regions.at(region), pytest.raises(rules.ReferralUnknown):
            actions.open_life_line(referral_id=foreign, purpose="followUpOfSilence", by=by, at=AT)
        assert regions.towns[region].count("audit_entry") == before


def test_of_what_crosses_both_regions_see_both_sides_and_each_at_its_own_border(regions) -> None:
    across = regions.stated("vilvoorde", "molenbeek", "received", "opened")
    regions.stated("molenbeek", "schaarbeek", "received")
    regions.stated("machelen", "vilvoorde", "received")

    seen = {}
    for region, by in ((BRUSSELS, RANIA), (HALLE, JOKE)):
        with regions.at(region):
            line = queries.life_line(queries.get(across, by=by), at=AT)
            seen[region] = line.marks, {one.side for one in line.statements}
            flows = {(flow.sender, flow.recipient): flow.open for flow in queries.border(by=by)}
            inside = ("molenbeek", "schaarbeek") if region == BRUSSELS else ("machelen", "vilvoorde")
            assert flows == {("vilvoorde", "molenbeek"): 1, inside: 1}

    assert seen[BRUSSELS] == seen[HALLE]
    assert seen[HALLE][1] == {"sender", "recipient"}
    assert seen[HALLE][0] == (queries.Mark("opened", AT, AT),)


def test_each_region_knows_what_it_was_told_itself_and_says_where_the_sides_disagree(regions) -> None:
    across = regions.stated("vilvoorde", "molenbeek", "received")
    regions.tell(word(across, "opened", by="molenbeek", version=2), BRUSSELS)

    later = AT + datetime.timedelta(hours=2)
    found = {}
    for region, by in ((BRUSSELS, RANIA), (HALLE, JOKE)):
        with regions.at(region):
            line = queries.life_line(queries.get(across, by=by), at=later)
            found[region] = line.referral.recipient_state, line.sides_disagree
    assert found == {BRUSSELS: ("opened", True), HALLE: ("received", False)}


def test_a_coordinator_of_one_region_sees_nothing_in_the_other(regions) -> None:
    across = regions.stated("vilvoorde", "molenbeek", "received")

    assert shown(regions, HALLE, by=RANIA) == shown(regions, BRUSSELS, by=JOKE) == set()
    with regions.at(HALLE), pytest.raises(rules.ReferralUnknown):
        queries.get(across, by=RANIA)


def test_a_word_that_touches_a_region_in_nothing_is_refused_there_and_kept_in_no_picture(regions) -> None:
    within = regions.stated("molenbeek", "schaarbeek", "received")

    regions.tell(word(within, "opened", by="molenbeek", from_="molenbeek", to="schaarbeek", version=2), BRUSSELS, HALLE)

    assert regions.towns.parked(HALLE) == [("ProgressStated", "notInThisRegion")]
    assert regions.towns.parked(BRUSSELS) == []
    for table in ("progress", "progress_statement", "audit_entry"):
        assert regions.towns[HALLE].count(table) == 0
    assert shown(regions, BRUSSELS) == {within}


def test_a_referral_of_which_no_side_lies_in_a_region_any_more_is_seen_there_no_longer(regions) -> None:
    across = regions.stated("vilvoorde", "molenbeek", "received")
    vilvoorde = regions.peers["vilvoorde"]
    vilvoorde.version = 2

    with regions.at(HALLE):
        directory.take(vilvoorde.published(region="leuven"), AT)

    assert shown(regions, HALLE) == set()
    assert shown(regions, BRUSSELS) == {across}


def test_one_region_forgets_without_the_other(regions) -> None:
    across = regions.stated("vilvoorde", "molenbeek", "received", "revoked")
    later = AT + rules.KEPT_AFTER_END + datetime.timedelta(seconds=1)
    before = regions.towns[HALLE].everything()

    with regions.at(BRUSSELS):
        assert actions.forget_ended(by=CONSUMER, at=later) == 1
        actions.note_indexed(revisions={}, gone=[across])

    assert regions.names(BRUSSELS, across) == set()
    assert regions.towns[HALLE].everything() == before
    assert regions.names(HALLE, across) == {"inbox_attempt", "progress", "progress_statement"}
