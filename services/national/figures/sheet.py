"""A year as a file for a spreadsheet: semicolons and a byte order mark, as Belgian spreadsheets open them."""

import csv
import io

from federation import protection
from federation.contracts import programmes
from national.figures import queries, rules

MARK = "\ufeff"
HEADER = (
    "REF_AREA",
    "REF_AREA_LABEL",
    "TIME_PERIOD",
    "INDICATOR",
    "AGE_BAND",
    "OBS_VALUE",
    "OBS_STATUS",
    "ROUND_BASE",
    "PROGRAMME_VERSION",
)


def written(year: queries.YearView, *, language: str) -> bytes:
    """Return the file of a year. Who did not report has rows without a value: L, not collected."""
    file = io.StringIO(newline="")
    sheet = csv.writer(file, delimiter=";", lineterminator="\r\n")
    sheet.writerow(HEADER)
    for municipality in year.municipalities:
        area = (municipality.nis, municipality.names[language], year.year)
        for indicator, band, value, status, programme in _cells(municipality):
            cell = (rules.INDICATORS[indicator], rules.AGE_BANDS[band])
            sheet.writerow((*area, *cell, "" if value is None else value, status, protection.BASE, programme))
    return (MARK + file.getvalue()).encode()


def _cells(municipality: queries.Municipality) -> list[tuple[str, str, int | None, str, int]]:
    release = municipality.release
    if release is None:
        first = programmes.FIRST
        return [(indicator, band, None, rules.NOT_COLLECTED, first) for indicator, band in programmes.CELLS[first]]
    return [(one.indicator, one.age_band, one.value, one.status, release.programme) for one in release.figures]
