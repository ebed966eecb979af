"""The bars of a year as numbers that a template draws: no script, no picture file, text that grows with the page."""

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 84
"""Per cent of the drawing that the longest bar may take; the rest is for its figure."""
STUB = 4
ROW, ABOVE, LABEL, BAR = 46, 4, 16, 22
TICKS = 3
NICE = (1, 2, 5)


@dataclass(frozen=True)
class Bar:
    """One bar with the words above it and the figure beside it."""

    label: str
    label_y: int
    bar_y: int
    text_y: int
    width: float
    text_x: float
    figure: str
    stub: bool
    """Whether the figure is under ten: a hatched piece that is neither zero nor a length."""


@dataclass(frozen=True)
class Tick:
    """One line of the axis."""

    x: float
    value: int


@dataclass(frozen=True)
class Chart:
    """A whole drawing."""

    height: int
    axis_height: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


def drawn(figures: Iterable[tuple[str, int | None, str]]) -> Chart:
    """Return the drawing of names with their figures; None is a stub with the words that are given for it."""
    rows = list(figures)
    step = _step(max((value for _, value, _ in rows if value is not None), default=0))
    largest = step * TICKS
    axis = ABOVE + ROW * len(rows)
    return Chart(
        height=axis + ROW // 2,
        axis_height=axis,
        bars=tuple(_bar(number, *row, largest=largest) for number, row in enumerate(rows)),
        ticks=tuple(Tick(_share(step * number, largest), step * number) for number in range(TICKS + 1)),
    )


def _bar(number: int, label: str, value: int | None, words: str, *, largest: int) -> Bar:
    top = ABOVE + ROW * number
    width = STUB if value is None else _share(value, largest)
    return Bar(label, top + LABEL - 3, top + LABEL + 2, top + LABEL + 16, width, width + 1, words, value is None)


def _share(value: int, largest: int) -> float:
    return round(WIDTH * value / largest, 1)


def _step(largest: int) -> int:
    """Return the distance of the ticks: 10, 20, 50, 100, 200 … so that three of them reach the largest figure."""
    power = 10
    while True:
        for nice in NICE:
            if nice * power * TICKS >= largest:
                return nice * power
        power *= 10
