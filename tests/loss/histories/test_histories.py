"""Histories of two towns that nobody thought of: real code, real databases, a bus and processes that fail anywhere.

Hypothesis draws them, the same ones at every run; a history that breaks a promise is printed in its
shortest form, step by step. `ZENNE_HISTORIES=2000 ZENNE_HISTORIES_SEED=7 pytest tests/loss/histories -s`
plays others; with `ZENNE_HISTORIES_WHOLE=1` the first one that fails is shown as it was, at once.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.loss.histories.machine import PLOTS, Histories
from tests.loss.histories.observing import Observer
from tests.loss.histories.tally import Tally
from tests.loss.histories.world import Broken, World

from federation.bus import outbox, sequence
from federation.custody.facts import Gate
from municipal.cases import actions as cases
from municipal.referrals.actions import releasing
from two_towns import Towns

LEAST = 200
STEPS = 6
HISTORIES_A_TOWN = 12
"""Towns that came to rest are used again: making them costs as much as half a history."""


class Stage:
    """Gives each history two towns with empty databases, and counts what it met."""

    def __init__(self, town_factory: Callable[[], Towns]) -> None:
        self.tally = Tally()
        self._factory = town_factory
        self._observers: dict[str, Observer] = {}
        self._towns: Towns | None = None
        self._played, self._keys = 0, {}
        self._afresh = False

    def begin(self) -> World:
        """Will give a new history its towns; from the first broken promise on, each its own, with empty databases."""
        if self._towns is None or self._afresh or self._played >= HISTORIES_A_TOWN:
            self._towns, self._played, self._keys = self._factory(), 0, {}
        self._played += 1
        for name, town in self._towns.all.items():
            if name not in self._observers:
                self._observers[name] = Observer(name, town.database)
            self._observers[name].begin()
        return World(self._towns, self._observers, self.tally, self._keys)

    def end(self, _world: World, broken: bool) -> None:
        """Will count a history that was played to its end."""
        self.tally.histories += not broken
        self._afresh = self._afresh or broken

    def close(self) -> None:
        """Will end the connections of the observers."""
        for observer in self._observers.values():
            observer.close()


@pytest.fixture
def stage(town_factory: Callable[[], Towns], django_db_blocker: Any) -> Iterator[Stage]:
    with django_db_blocker.unblock():
        made = Stage(town_factory)
        yield made
        made.close()


def test_no_history_loses_a_case(stage: Stage) -> None:
    wanted = int(os.environ.get("ZENNE_HISTORIES", LEAST))
    whole = bool(os.environ.get("ZENNE_HISTORIES_WHOLE"))

    _play_plots(stage)
    _play(stage, wanted - stage.tally.histories, chosen=os.environ.get("ZENNE_HISTORIES_SEED"), shrinks=not whole)

    print("\n".join(["", *stage.tally.lines()]))
    assert stage.tally.histories >= wanted
    assert stage.tally.never() == []


@pytest.mark.parametrize(
    ("mistake", "promise"),
    [
        ((releasing, "_verdict", lambda *_: Gate.STANDS), "I5"),
        ((outbox, "take_dossier_out", lambda _: False), "I5"),
        ((cases, "end_custody", lambda **_: None), "I2"),
        ((sequence, "holds_back", lambda *_: False), "failed|parked"),
    ],
    ids=["no second gate", "a dossier is never taken out", "custody that never ends", "no order within a referral"],
)
def test_a_planted_mistake_is_found(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, mistake: tuple[object, str, Callable[..., Any]], promise: str
) -> None:
    monkeypatch.setattr(*mistake)

    with pytest.raises(Broken, match=promise):
        _play_plots(stage)


def _play_plots(stage: Stage) -> None:
    """Play what chance alone might leave out: every plot once, on good days."""
    played = _machine(stage)
    for plot in PLOTS:
        history = played()
        history.something_begins("vilvoorde", plot)
        history.teardown()


def _machine(stage: Stage) -> type[Histories]:
    return type("Played", (Histories,), {"make": stage.begin, "ended": stage.end})


def _play(stage: Stage, histories: int, *, chosen: str | None = None, shrinks: bool) -> None:
    profile = settings(
        max_examples=histories,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=chosen is None,
        phases=(Phase.generate, Phase.shrink) if shrinks else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.normal,
        print_blob=True,
        report_multiple_bugs=False,
    )
    played = _machine(stage)
    if chosen is not None:
        seed(int(chosen))(played)
    run_state_machine_as_test(played, settings=profile)
