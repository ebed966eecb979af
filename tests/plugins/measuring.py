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
    """Return the ratio of plain to ours: A/B/A/B, `calls` a turn, `of` their times, the median of five rounds."""
    load = os.getloadavg()[0]
    for act in (ours, plain):
        act()
    rounds = [(of(_times(ours, calls)), of(_times(plain, calls))) for _ in range(ROUNDS)]
    measured = Measured(
        what,
        statistics.median(other / own for own, other in rounds),
        statistics.median(own for own, _ in rounds),
        statistics.median(other for _, other in rounds),
        (load, os.getloadavg()[0]),
    )
    print(f"\n{measured}")
    return measured


def _times(act: Callable[[], object], calls: int) -> list[float]:
    found = []
    for _ in range(calls):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return found


def p95(times: Sequence[float]) -> float:
    """Return the time within which 95 of 100 calls ended."""
    return sorted(times)[math.ceil(len(times) * 0.95) - 1]
