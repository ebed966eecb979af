"""The closed list of tables that may leave a municipality for the nation. What is not here cannot be asked for.

A version is never changed: another table, another band or another order is another version, agreed by all.
"""

FIRST = 1

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
