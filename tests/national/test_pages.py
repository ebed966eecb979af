"""The page of a closed year: who reported, a sentence, bars, the table beside them, and the file."""

import csv
import html
import io
import re

import pytest

import page_client as browsers
from federation import clock
from federation.contracts.directory import Names
from federation.contracts.messages import CountsReleased
from national.figures import chart
from national_world import NOBODY, OPERATOR, READER
from peer import AT

SOME = CountsReleased(1, 2025, ("55", "20", "40", "60", "<10"))
NIL = CountsReleased(1, 2025, ("<10",) * 5)


@pytest.fixture(autouse=True)
def _in_2026(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(browsers, "HOST", "belgium.localhost")


@pytest.fixture
def reported(world):
    world.says(world.towns["vilvoorde"], SOME)
    world.says(world.towns["molenbeek"], NIL)
    return world


def text(answer):
    return html.unescape(answer.content.decode())


def cells(page):
    """Return the rows of the table as texts."""
    body = re.search(r"<tbody[^>]*>(.*?)</tbody>", page, re.DOTALL)[1]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
    return [[re.sub(r"</?span[^>]*>", "", cell) for cell in row] for row in found]


def test_the_last_closed_year_stands_first(reported, page_client):
    page = text(page_client(READER).get("/"))

    assert "2 of 3 municipalities released their figures of 2025." in page
    assert "Not reported: Schaerbeek." in page
    assert "<h1>Most new requests for help in 2025: Vilvoorde</h1>" in page
    assert cells(page) == [
        ["Molenbeek", "<10", "not apart", "not apart", "<10", "<10"],
        ["Schaerbeek", "Not reported"],
        ["Vilvoorde", "55", "20", "40", "60", "<10"],
    ]


def test_the_bars_show_what_was_released_and_a_hatched_piece_for_what_is_under_ten(reported, page_client):
    page = text(page_client(READER).get("/years/2025"))

    assert re.findall(r'<rect class="(bar|stub)" x="0"', page) == ["stub", "bar"]
    assert 'role="img" aria-labelledby="ct cd"' in page
    assert "Molenbeek <10, Vilvoorde 55." in page
    assert "Schaerbeek" not in re.search(r"<svg class=\"bars\".*?</svg>", page, re.DOTALL)[0]
    assert "<script" not in re.search(r"<svg class=\"bars\".*?</svg>", page, re.DOTALL)[0]


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
def test_numbers_of_the_drawing_are_the_same_in_every_language(reported, page_client, language):
    english = text(page_client(READER).get("/years/2025"))

    other = text(page_client(READER, language=language).get("/years/2025"))

    assert re.findall(r'width="([\d.,]+%)"', other) == re.findall(r'width="([\d.,]+%)"', english)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "Meeste nieuwe hulpvragen in 2025: Vilvoorde"),
        ("fr", "Le plus de nouvelles demandes d'aide en 2025\xa0: Vilvorde"),
        ("de", "Die meisten neuen Hilfeanfragen 2025: Vilvoorde"),
    ],
)
def test_the_page_reads_in_the_reader_s_language(reported, page_client, language, sentence):
    assert sentence in text(page_client(READER, language=language).get("/"))


def test_a_year_stands_in_its_place_of_the_navigation(reported, page_client):
    page = text(page_client(READER).get("/years/2025"))

    assert page.count('<li><a href="/" aria-current="page">') == 2, "in the menu, and in the bar"


def test_a_year_without_a_shown_figure_names_nobody(world, page_client):
    world.says(world.towns["molenbeek"], NIL)

    page = text(page_client(READER).get("/"))

    assert "No municipality shows ten or more new requests for help in 2025" in page


def test_before_the_first_release_the_page_says_so(world, page_client):
    page = text(page_client(READER).get("/"))

    assert "No municipality has released figures of 2025" in page
    assert "There is nothing to show yet" in page
    assert '<svg class="bars"' not in page


def test_the_file_opens_in_a_belgian_spreadsheet(reported, page_client):
    answer = page_client(READER, language="fr").get("/years/2025/csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="zenne-2025.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfREF_AREA;REF_AREA_LABEL;TIME_PERIOD;")
    assert answer.content.count(b"\r\n") == 16
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    found = {(row["REF_AREA_LABEL"], row["INDICATOR"], row["AGE_BAND"]): row for row in rows}
    shown = found["Vilvorde", "NEW_SIGNALS", "Y_LT18"]
    assert (shown["OBS_VALUE"], shown["OBS_STATUS"], shown["REF_AREA"]) == ("20", "A", "23088")
    hidden = found["Molenbeek-Saint-Jean", "OPEN_END", "_T"]
    assert (hidden["OBS_VALUE"], hidden["OBS_STATUS"]) == ("", "Q")
    silent = found["Schaerbeek", "OPENED", "_T"]
    assert (silent["OBS_VALUE"], silent["OBS_STATUS"]) == ("", "L")
    assert {(row["TIME_PERIOD"], row["ROUND_BASE"], row["PROGRAMME_VERSION"]) for row in rows} == {("2025", "5", "1")}


@pytest.mark.parametrize("path", ["", "years/2025", "years/2025/csv", "method"])
@pytest.mark.parametrize("by", [OPERATOR, NOBODY], ids=["operator", "nobody"])
def test_only_a_statistics_user_sees_figures(reported, page_client, path, by):
    answer = page_client(by).get(f"/{path}")

    assert answer.status_code == 403
    assert "55" not in re.sub(r"\w{4}-\w{4}", "", re.search("<main.*</main>", text(answer), re.DOTALL)[0])


@pytest.mark.parametrize("path", ["", "years/2025", "years/2025/csv", "method"])
def test_a_stranger_is_asked_to_log_in(reported, page_client, path):
    answer = page_client(None).get(f"/{path}")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login")


@pytest.mark.parametrize("path", ["years/2026", "years/2024", "years/2026/csv", "years/99999999999999999999"])
def test_a_year_that_is_not_over_or_was_never_released_has_no_page(reported, page_client, path):
    assert page_client(READER).get(f"/{path}").status_code == 404


def test_the_method_is_told_in_words(world, page_client):
    page = text(page_client(READER, language="nl").get("/method"))

    assert "Elk cijfer is een veelvoud van vijf, niets onder tien wordt getoond" in page


@pytest.mark.parametrize(
    ("largest", "ticks"),
    [(0, [0, 10, 20, 30]), (30, [0, 10, 20, 30]), (35, [0, 20, 40, 60]), (455, [0, 200, 400, 600])],
)
def test_the_axis_has_round_numbers_that_reach_the_longest_bar(largest, ticks):
    drawn = chart.drawn([("A", largest or None, str(largest)), ("B", None, "<10")])

    assert [tick.value for tick in drawn.ticks] == ticks
    assert all(bar.width <= chart.WIDTH for bar in drawn.bars)
    assert drawn.bars[1].width == chart.STUB


def test_a_bar_is_as_long_as_its_figure():
    bars = chart.drawn([("A", 60, "60"), ("B", 30, "30"), ("C", 15, "15")]).bars

    assert [bar.width for bar in bars] == [84.0, 42.0, 21.0]
    assert [bar.bar_y for bar in bars] == [22, 68, 114]


@pytest.mark.parametrize("length", [1, 9])
def test_a_page_takes_as_many_statements_whatever_the_number_of_towns_and_years(world, page_client, counted, length):
    names = Names("Elders", "Ailleurs", "Anderswo", "Elsewhere")
    for number in range(length):
        town = world.joins(f"town-{number}", f"2{number:04}", names)
        world.says(town, CountsReleased(1, 2025, NIL.figures))
    for year in range(2026 - length, 2026):
        world.says(world.towns["vilvoorde"], CountsReleased(1, year, NIL.figures))
    browser, operator = page_client(READER), page_client(OPERATOR)

    with counted("nationalFiguresPage"):
        page = text(browser.get("/"))
    with counted("yearTableFile"):
        browser.get("/years/2025/csv")
    with counted("operatorPage"):
        operator.get("/operator")

    assert f"{1 + length} of {3 + length} municipalities" in page
