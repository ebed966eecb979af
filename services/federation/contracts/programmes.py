"""The closed list of tables that may leave a municipality for the nation. What is not here cannot be asked for.

A version is never changed: another table, another band or another order is another version, agreed by all.
"""

from collections.abc import Sequence

FIRST = 1
ALL_AGES = "all"

CELLS: dict[int, tuple[tuple[str, str], ...]] = {
    # Municipality by year. Indicator and age band, in the order in which every municipality sends them.
    FIRST: (
        ("newSignals", "all"),
        ("newSignals", "under18"),
        ("newSignals", "from18"),
        ("opened", "all"),
        ("openAtYearEnd", "all"),
    ),
}
"""The cells of each version of the programme."""


def together(programme: int, figures: Sequence[int | None]) -> tuple[int | None, ...]:
    """Return figures as they may leave: the age bands of an indicator are shown all, or none where one reads `<10`.

    A band under ten that is hidden alone is betrayed by its neighbours. Without adults, all ages and the minors are the
    same people, and so the same figure: where the two differ, there is an adult.
    """
    cells = CELLS[programme]
    hidden = {indicator for (indicator, _), figure in zip(cells, figures, strict=True) if figure is None}
    return tuple(
        None if indicator in hidden and band != ALL_AGES else figure
        for (indicator, band), figure in zip(cells, figures, strict=True)
    )
