"""Ratios of two ways of doing the same work, measured in one run: a busy machine slows both alike."""

import math
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True)
class Measured:
    """What one comparison gave: the median of its rounds, and what it was measured on."""

    what: str
    ratio: float
    ours: float
    plain: float
    load: tuple[float, float]

    def __str__(self) -> str:
        """Return one line for a reader."""
        times = f"ours {self.ours * 1000:.2f} ms, plain {self.plain * 1000:.2f} ms"
        return f"{self.what}: ratio {self.ratio:.2f} ({times}, load {self.load[0]:.1f} to {self.load[1]:.1f})"


def compare(
    what: str,
    *,
    ours: Callable[[], object],
    plain: Callable[[], object],
    of: Callable[[Sequence[float]], float],
    calls: int,
) -> Measured:
    """Return the ratio of plain to ours: A/B/A/B call by call, `of` the times of `calls`, the median of five rounds."""
    load = os.getloadavg()[0]
    for act in (ours, plain):
        act()
    rounds = [_round(ours, plain, calls, of) for _ in range(ROUNDS)]
    measured = Measured(
        what,
        statistics.median(other / own for own, other in rounds),
        statistics.median(own for own, _ in rounds),
        statistics.median(other for _, other in rounds),
        (load, os.getloadavg()[0]),
    )
    print(f"\n{measured}")
    return measured


def _round(
    ours: Callable[[], object], plain: Callable[[], object], calls: int, of: Callable[[Sequence[float]], float]
) -> tuple[float, float]:
    turns = [(_time(ours), _time(plain)) for _ in range(calls)]
    return of([own for own, _ in turns]), of([other for _, other in turns])


def _time(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def p95(times: Sequence[float]) -> float:
    """Return the time within which 95 of 100 calls ended."""
    return sorted(times)[math.ceil(len(times) * 0.95) - 1]
