"""Protects a count, so that the published figure proves nothing about one person.

The method is public, the key is secret. Every counted event has a record key that only its municipality
can make; a cell's key is the sum of its events' keys; noise and rounding are drawn from the cell's key
alone. So the same people give the same figure for ever, asking twice teaches nothing, and two cells with
the same count may show different figures. In one sentence: every figure is a multiple of five, nothing
under ten is shown, and figures may not add up.

1. Noise of -1, 0 or +1 (0.3, 0.4, 0.3): without it a count of 10 would stay 10, and a figure one step
   higher would prove one more person.
2. Unbiased random rounding to a multiple of five.
3. What is below ten is not shown; a true zero, a 3 and a 9 look the same, as far as the figures beside it keep that:
   which of those are withheld with it is a rule of the programme (`contracts.programmes.together`).
"""

import hashlib
import hmac
from collections.abc import Iterable

BASE = 5
SMALLEST_SHOWN = 10
NOT_SHOWN = "<10"
FURTHEST = 5
"""The most by which a protected figure differs from the count: 1 of noise and 4 of rounding."""
KEYS = 2**64
NOISE = (-1, -1, -1, 0, 0, 0, 0, 1, 1, 1)
KEY_BYTES = 32


def record_key(statistics_key: bytes, event: str) -> int:
    """Return the key of one counted event: the first 64 bits of HMAC-SHA256 under the municipality's secret."""
    return _first_64_bits(hmac.digest(statistics_key, event.encode(), hashlib.sha256))


def cell_key(record_keys: Iterable[int]) -> int:
    """Return the key of a cell: a sum, so that cells add up as counts do, also under masks."""
    return sum(record_keys) % KEYS


def noise(key: int) -> int:
    """Return the noise of the cell with this key: -1, 0 or 1."""
    return NOISE[_drawn(key, b"n") * len(NOISE) // KEYS]


def rounded(value: int, key: int) -> int:
    """Return the multiple of five below or above `value`, drawn so that the mean over all keys is `value`."""
    below, rest = divmod(value, BASE)
    up = _drawn(key, b"r") * BASE // KEYS < rest
    return (below + up) * BASE


def protected(count: int, key: int) -> int:
    """Return a count with noise, rounded: at most five away, and right on average. Not to be shown as it is."""
    return rounded(count + noise(key), key)


def shown(count: int, key: int) -> int | None:
    """Return the figure that may leave the municipality; None is written `<10`."""
    value = protected(count, key)
    return value if value >= SMALLEST_SHOWN else None


def written(figure: int | None) -> str:
    """Return a figure as people, messages and files write it."""
    return NOT_SHOWN if figure is None else str(figure)


def read(text: str) -> int | None:
    """Return the figure that `written` wrote."""
    return None if text == NOT_SHOWN else int(text)


def may_be_shown(figure: int | None) -> bool:
    """Say whether a figure can be one that `shown` returned: whoever receives figures asks this."""
    return figure is None or (figure >= SMALLEST_SHOWN and figure % BASE == 0)


def _drawn(key: int, step: bytes) -> int:
    """Return 64 bits that hang on the cell's key and the step, and on nothing else."""
    return _first_64_bits(hashlib.sha256(key.to_bytes(8, "big") + step).digest())


def _first_64_bits(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "big")
