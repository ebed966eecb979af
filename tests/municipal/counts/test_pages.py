"""The pages of closed years: both columns side by side, two people, and nothing for who has no part in it."""

import html

import pytest

import casework
from casework import AT, CASEWORKER, COORDINATOR, MANAGER, OFFICER, rows
from federation import clock
from federation.identity.actor import Role
from municipal.counts import actions

SECOND_MANAGER = casework.actor(Role.MANAGER, team="second")
NOT_APART = '<span class="quiet">not apart</span>'


@pytest.fixture(autouse=True)
def _in_2026(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


def text(answer):
    return html.unescape(answer.content.decode())


def test_a_manager_freezes_and_a_coordinator_releases(year, nation, page_client):
    manager, coordinator = page_client(MANAGER, name="Nadia C."), page_client(COORDINATOR, name="Sofie L.")

    assert "Freeze 2025" in text(manager.get("/figures/2025"))
    frozen = manager.post("/figures/2025/freeze", follow=True)
    assert "The year is frozen. Nothing has left." in text(frozen)
    assert "Release the right column" not in text(frozen)
    assert "somebody else releases it" in text(frozen)
    assert "Release the right column" in text(coordinator.get("/figures/2025"))
    released = coordinator.post("/figures/2025/release", follow=True)

    assert "Released, on its way" in text(released)
    assert "Release the right column" not in text(released)
    assert [body.year for body in nation.heard()] == [2025]
    shown = text(page_client(OFFICER, name="Marc P.").get("/figures/2025"))
    assert (shown.count(", by Nadia C."), shown.count(", by Sofie L.")) == (1, 1)
    assert (text(coordinator.get("/figures/2025")).count(", by you"), shown.count(", by you")) == (1, 0)


def test_both_columns_stand_side_by_side(year, nation, page_client):
    view = actions.freeze_year(year=2025, by=MANAGER, at=AT)

    page = text(page_client(COORDINATOR).get("/figures/2025"))

    for cell in view.cells:
        left = cell.written if cell.shown or cell.age_band == "all" else NOT_APART
        assert f'<td class="num">{cell.count}</td><td class="num">{left}</td>' in page
    assert "Every figure that leaves is a multiple of five" in page


def test_both_bands_are_hidden_where_one_is_under_ten(opens, nation, page_client):
    for number in range(15):
        opens(f"2025-03-{number + 1:02}", age=15 if number else 30)
    actions.freeze_year(year=2025, by=MANAGER, at=AT)

    page = text(page_client(COORDINATOR).get("/figures/2025"))

    assert f'<td class="num">14</td><td class="num">{NOT_APART}</td>' in page
    assert f'<td class="num">1</td><td class="num">{NOT_APART}</td>' in page
    assert "Where one of the two age bands is under ten, neither leaves apart" in page


def test_years_are_listed_with_how_far_they_have_come(year, opens, page_client):
    actions.freeze_year(year=2024, by=MANAGER, at=AT)

    page = text(page_client(OFFICER).get("/figures"))

    assert page.index("2025") < page.index("Not frozen yet") < page.index("2024") < page.index("Frozen, not released")


def test_a_refusal_of_the_nation_is_shown(year, nation, page_client):
    actions.freeze_year(year=2025, by=MANAGER, at=AT)
    actions.approve_release(year=2025, by=COORDINATOR, at=AT)
    nation.heard()
    nation.refuses("yearReleased")

    assert "The national level did not take these figures" in text(page_client(MANAGER).get("/figures/2025"))


@pytest.mark.parametrize("path", ["figures", "figures/2025"])
def test_a_caseworker_sees_no_figures(year, nation, page_client, path):
    assert page_client(CASEWORKER).get(f"/{path}").status_code == 403


@pytest.mark.parametrize(
    ("by", "path", "status"),
    [
        (COORDINATOR, "figures/2025/freeze", 403),
        (OFFICER, "figures/2025/freeze", 403),
        (OFFICER, "figures/2025/release", 403),
        (MANAGER, "figures/2026/freeze", 409),
        (MANAGER, "figures/2025/release", 409),
    ],
)
@pytest.mark.usefixtures("year", "nation")
def test_a_button_that_was_not_offered_does_nothing(page_client, by, path, status):
    browser = page_client(by)
    before = rows()

    assert browser.post(f"/{path}").status_code == status
    assert rows() == before


def test_who_froze_is_refused_by_the_button_too(year, nation, page_client):
    actions.freeze_year(year=2025, by=MANAGER, at=AT)
    browser = page_client(MANAGER)
    before = rows()

    assert browser.post("/figures/2025/release").status_code == 403
    assert rows() == before


@pytest.mark.parametrize("number", ["2026", "1999", "99999999999999999999"])
def test_a_year_that_is_not_over_has_no_page(year, page_client, number):
    assert page_client(MANAGER).get(f"/figures/{number}").status_code == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", "Zou vertrekken als"),
        ("fr", "Partirait comme"),
        ("de", "Würde hinausgehen als"),
        ("en", "Would leave as"),
    ],
)
def test_the_page_reads_in_four_languages(year, nation, page_client, language, words):
    actions.freeze_year(year=2025, by=MANAGER, at=AT)

    assert words in text(page_client(COORDINATOR, language=language).get("/figures/2025"))


@pytest.mark.usefixtures("year", "nation")
@pytest.mark.parametrize("years", [1, 6])
def test_the_list_takes_as_many_statements_whatever_its_length(opens, page_client, counted, years):
    opens(f"{2026 - years}-05-05")
    for number in range(2026 - years, 2026):
        actions.freeze_year(year=number, by=MANAGER, at=AT)
        actions.approve_release(year=number, by=COORDINATOR, at=AT)
    browser = page_client(COORDINATOR)

    with counted("figuresPage"):
        page = browser.get("/figures")
    with counted("yearFiguresPage"):
        browser.get("/figures/2025")

    assert text(page).count("Released, on its way") == years
