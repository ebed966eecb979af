"""Breadth first through everything that can happen: every state once, and the shortest way to what breaks."""

import functools
import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.loss.model import town as towns
from tests.loss.model.acts import acts
from tests.loss.model.machine import Machine
from tests.loss.model.promises import Summary, check_always, check_quiet, summary
from tests.loss.model.rules import Rules
from tests.loss.model.town import Broken, Message, SentSide, Slot, Town

from federation.custody import facts

State = tuple[int, ...]
"""One number a town."""


@dataclass(frozen=True)
class World:
    """Who is there, and which referrals may happen between them."""

    name: str
    towns: tuple[str, ...]
    slots: tuple[Slot, ...]
    plain: bool = False
    """Storing, applying and receipt are one step, and what comes out of turn was not delivered yet.

    Sound for what is asked of chains: a receipt that is late and one that is lost look alike to S, so
    every order of a plain world is one of a full world, and the worlds of one referral are full.
    """


class Violation(NamedTuple):
    """A promise that broke, and the shortest way there."""

    promise: str
    what: str
    steps: tuple[str, ...]


@dataclass
class Result:
    """What a search found."""

    world: World
    states: int = 0
    transitions: int = 0
    quiet: int = 0
    seconds: float = 0.0
    violations: list[Violation] = field(default_factory=list)
    sent: set[tuple[facts.State | None, facts.State | None]] = field(default_factory=set)
    """Every change of a sender's state that happened."""
    told: set[str] = field(default_factory=set)
    """Every step that happened, in words."""
    received: set[tuple[facts.State | None, facts.State | None]] = field(default_factory=set)


class Edge(NamedTuple):
    """One transaction of one town, or the promise that it breaks."""

    told: str
    after: int
    by_itself: bool
    broken: Broken | None = None


def _same(town: Town) -> Town:
    return town


class Search:
    """Towns are numbered once and their transactions computed once: a state of the world is a tuple of numbers."""

    def __init__(self, world: World, rules: Rules | None = None) -> None:
        """Will search `world` by `rules`."""
        self.world = world
        self.machine = Machine(world.slots, rules or Rules(), plain=world.plain)
        self.numbers: dict[Town, int] = {}
        self.town: list[Town] = []
        self.summaries: list[Summary] = []
        self.acts: list[list[Edge] | None] = []
        self.held: set[tuple[Summary, ...]] = set()
        self.posts: list[dict[int, list[tuple[Message, bool]]]] = []
        self.heard: dict[tuple[int, Message], list[Edge]] = {}
        self.pairs: dict[tuple[int, int], list[Edge]] = {}
        self.came: dict[State, tuple[State, str] | None] = {}
        """From where each state was reached first, and how."""
        self.ahead: list[State] = []
        self.result = Result(world)

    def number(self, town: Town) -> int:
        """Return the number of a town. Raises Broken for what that town alone breaks."""
        known = self.numbers.get(town)
        if known is not None:
            return known
        part = summary(town)
        self.numbers[town] = n = len(self.town)
        self.town.append(town)
        self.summaries.append(part)
        self.acts.append(None)
        self.posts.append({})
        for message, live in towns.post(town, self.world.slots):
            self.posts[n].setdefault(message.to, []).append((message, live))
        return n

    def run(self, *, first_only: bool = False) -> Result:
        """Return the result; `first_only` ends with the first violation. A search runs once."""
        began = time.perf_counter()
        gc.disable()  # millions of tuples that all stay: looking for cycles among them doubles the time
        try:
            layer = [tuple(self.number(towns.begin(me, self.world.slots)) for me in range(len(self.world.towns)))]
            self.came[layer[0]] = None
            while layer:
                self.ahead = []
                for state in layer:
                    self._expand(state)
                    if first_only and self.result.violations:
                        return self.result
                layer = self.ahead
            return self.result
        finally:
            gc.enable()
            self.result.states = len(self.came)
            self.result.seconds = time.perf_counter() - began
            self._note_changes()

    def _expand(self, state: State) -> None:
        quiet = True
        for me, mine in enumerate(state):
            edges = self._acts(mine)
            for other, theirs in enumerate(state):
                if other != me:
                    edges = edges + self._hears(mine, theirs, me)
            for edge in edges:
                quiet = quiet and not edge.by_itself
                after = (*state[:me], edge.after, *state[me + 1 :])
                if edge.broken or after not in self.came:
                    self._arrive(state, me, edge, after)
            self.result.transitions += len(edges)
        if quiet:
            self.result.quiet += 1
            try:
                check_quiet(self.world.slots, tuple(self.town[n] for n in state), plain=self.world.plain)
            except Broken as broken:
                self._found(broken, state, "nothing more is on its way")

    def _arrive(self, state: State, me: int, edge: Edge, after: State) -> None:
        told = f"{self.world.towns[me]}: {edge.told}"
        if edge.broken:
            self._found(edge.broken, state, told)
            return
        self.came[after] = (state, told)
        try:
            self._check(after)
        except Broken as broken:
            self._found(broken, after, "")
        else:
            self.ahead.append(after)

    def _check(self, state: tuple[int, ...]) -> None:
        parts = tuple([self.summaries[n] for n in state])
        if parts not in self.held:
            check_always(parts)
            self.held.add(parts)

    def _acts(self, n: int) -> list[Edge]:
        known = self.acts[n]
        if known is None:
            known = self.acts[n] = self._edges_of_acts(n)
        return known

    def _edges_of_acts(self, n: int) -> list[Edge]:
        return [self._edge(n, told, act, by_itself=alone) for told, act, alone in acts(self.machine, self.town[n])]

    def _edge(self, n: int, told: str, act: Callable[[], Town], *, by_itself: bool) -> Edge:
        try:
            after = act()
            m = self.number(after)
        except Broken as broken:
            return Edge(told, n, by_itself=False, broken=broken)
        if by_itself and towns.knowledge(after) <= towns.knowledge(self.town[n]):
            raise AssertionError(f"a step without progress may be repeated for ever: {told}")
        return Edge(told, m, by_itself=by_itself)

    def _hears(self, mine: int, theirs: int, me: int) -> list[Edge]:
        pair = (mine, theirs)
        known = self.pairs.get(pair)
        if known is None:
            known = [
                edge._replace(by_itself=live)
                for message, live in self.posts[theirs].get(me, ())
                for edge in self._hear(mine, message)
            ]
            self.pairs[pair] = known
        return known

    def _hear(self, n: int, message: Message) -> list[Edge]:
        key = (n, message)
        if key not in self.heard:
            where = f" [referral {message.slot + 1}]"
            try:
                found = self.machine.hear(self.town[n], message)
            except Broken as broken:
                self.heard[key] = [Edge(f"applies {message.word}{where}", n, by_itself=False, broken=broken)]
            else:
                self.heard[key] = [
                    self._edge(n, told + where, functools.partial(_same, after), by_itself=True)
                    for told, after in found
                ]
        return self.heard[key]

    def _note_changes(self) -> None:
        """Will write down which changes of state happened: a search that sees nothing proves nothing."""
        edges = [(n, edge) for n, found in enumerate(self.acts) for edge in found or ()]
        edges += [(n, edge) for (n, _), found in self.heard.items() for edge in found]
        self.result.told = {edge.told for _, edge in edges}
        for n, edge in edges:
            for old, new in zip(self.town[n].sides, self.town[edge.after].sides, strict=True):
                if old is not None and new is not None and old.facts.state is not new.facts.state:
                    where = self.result.sent if isinstance(old, SentSide) else self.result.received
                    where.add((old.facts.state, new.facts.state))

    def _found(self, broken: Broken, state: State, last: str) -> None:
        steps = [last] if last else []
        here = self.came[state]
        while here:
            before, told = here
            steps.append(told)
            here = self.came[before]
        known = {(v.promise, v.what) for v in self.result.violations}
        if (broken.promise, broken.what) not in known:
            self.result.violations.append(Violation(broken.promise, broken.what, tuple(reversed(steps))))
