"""One whole handover, counted: statements, commits and messages against a committed table with a reason each.

A number that changes without its reason is a query in a loop, a lock taken twice, or a saving that
nobody noticed. Savepoints are not counted as statements: they cost the server next to nothing.
"""

import contextlib
import pathlib
from collections.abc import Iterator

import yaml
from django.db import connections
from django.test.utils import CaptureQueriesContext

from municipal.referrals import actions
from people_at_work import actor

TABLE = pathlib.Path(__file__).parent / "cost_of_a_handover.yaml"
V, M = "vilvoorde", "molenbeek"
NOT_COUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "BEGIN", "COMMIT", "ROLLBACK")


class Meter:
    """Counts what one step of the handover costs."""

    def __init__(self, towns) -> None:
        self.towns = towns
        self.found: dict[str, dict[str, int]] = {}

    @contextlib.contextmanager
    def step(self, name: str, town: str) -> Iterator[None]:
        """Will count what runs inside, as that town."""
        messages = self.towns[town].count("outbox_message")
        with self.towns.at(town), CaptureQueriesContext(connections["default"]) as captured:
            yield
        said = [query["sql"].split("\n")[0] for query in captured.captured_queries]
        self.found[name] = {
            "statements": sum(1 for sql in said if not sql.startswith(NOT_COUNTED)),
            "commits": said.count("COMMIT"),
            "messages": self.towns[town].count("outbox_message") - messages,
        }


def test_a_handover_costs_what_the_table_says(desk, towns) -> None:
    case = desk.case(V)
    desk.consent(V, case)
    meter = Meter(towns)

    with meter.step("offer", V):
        referral = desk.offer(V, case)
    _exchange(meter, towns, "offer", V, M)
    with meter.step("open", M):
        actions.open_referral(referral_id=referral, by=actor(M), at=desk.now)
    _exchange(meter, towns, "opening", M, V)
    with meter.step("accept", M):
        actions.accept_referral(referral_id=referral, by=actor(M), at=desk.now)
    _exchange(meter, towns, "acceptance", M, V)
    _exchange(meter, towns, "release", V, M)
    _exchange(meter, towns, "dossier held", M, V)
    towns.settle()

    assert desk.states(referral) == ("released", "held")
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    counted = {name: {key: line[key] for key in ("statements", "commits", "messages")} for name, line in table.items()}
    different = {name: cost for name, cost in meter.found.items() if counted.get(name) != cost}
    assert different == {}, "found:\n" + yaml.safe_dump(meter.found, sort_keys=False)
    assert set(counted) == set(meter.found)
    assert all(len(line["reason"]) > 20 for line in table.values())


def _exchange(meter: Meter, towns, word: str, speaker: str, listener: str) -> None:
    """Will bring one word over: the speaker's relay, the listener's inbox, and its receipt back."""
    with meter.step(f"{word}: sent", speaker):
        towns.send(speaker)
    with meter.step(f"{word}: stored", listener):
        towns.store(listener)
    with meter.step(f"{word}: applied", listener):
        while towns.apply(listener):
            pass
