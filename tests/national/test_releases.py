"""A municipality's release is taken in once, as it came, and whatever is wrong with it is refused and named."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from casework import rows
from federation.contracts.directory import Names
from federation.contracts.messages import CountsReleased, MessageReceived, MessageRefused
from national.figures import queries
from national.figures.models import Figure, Release
from national_world import READER
from peer import AT

NIL = CountsReleased(1, 2025, ("<10",) * 5)
SOME = CountsReleased(1, 2025, ("55", "20", "40", "60", "<10"))
FIGURES = [
    ("newSignals", "all", 55),
    ("newSignals", "under18", 20),
    ("newSignals", "from18", 40),
    ("opened", "all", 60),
    ("openAtYearEnd", "all", None),
]


def kept():
    return [(one.participant, one.nis, one.year) for one in Release.objects.order_by("participant", "year")]


def test_a_release_is_kept_with_the_names_of_the_programme(world):
    world.says(world.towns["vilvoorde"], SOME)

    assert kept() == [("vilvoorde", "23088", 2025)]
    found = Figure.objects.order_by("number").values_list("indicator", "age_band", "value")
    assert list(found) == FIGURES


def test_the_sender_gets_a_receipt(world):
    world.says(world.towns["vilvoorde"], SOME)

    assert [type(said.body) for said in world.heard(world.towns["vilvoorde"])] == [MessageReceived]


@pytest.mark.parametrize("second", [SOME, NIL, CountsReleased(1, 2025, ("60", "20", "40", "60", "<10"))])
def test_a_second_release_of_a_year_is_refused_and_named_and_the_first_stands(world, second):
    vilvoorde = world.towns["vilvoorde"]
    world.says(vilvoorde, SOME)
    before = list(Figure.objects.order_by("pk").values())

    world.says(vilvoorde, second, time=AT.replace(hour=10))

    assert list(Figure.objects.order_by("pk").values()) == before
    refusals = [said.body for said in world.heard(vilvoorde) if isinstance(said.body, MessageRefused)]
    assert [refusal.reason for refusal in refusals] == ["yearReleased"]


def test_another_year_and_another_municipality_are_no_second_release(world):
    world.says(world.towns["vilvoorde"], SOME)
    world.says(world.towns["vilvoorde"], CountsReleased(1, 2024, NIL.figures))
    world.says(world.towns["molenbeek"], NIL)

    assert kept() == [("molenbeek", "21012", 2025), ("vilvoorde", "23088", 2024), ("vilvoorde", "23088", 2025)]


def refused_for(world, peer):
    return [said.body.reason for said in world.heard(peer) if isinstance(said.body, MessageRefused)]


def test_a_programme_of_tomorrow_is_refused(world):
    world.says(world.towns["vilvoorde"], CountsReleased(2, 2025, ("10", "<10", "15")))

    assert (kept(), refused_for(world, world.towns["vilvoorde"])) == ([], ["programmeUnknown"])


def test_a_year_that_is_not_over_here_is_refused_whatever_the_sender_says_of_the_time(world):
    world.says(world.towns["vilvoorde"], CountsReleased(1, 2026, NIL.figures), time=AT.replace(year=2027))

    assert (kept(), refused_for(world, world.towns["vilvoorde"])) == ([], ["yearNotClosed"])


@pytest.mark.parametrize("level", ["regional", "national"])
def test_only_a_municipality_releases(world, level):
    names = Names("Elders", "Ailleurs", "Anderswo", "Elsewhere")
    other = world.joins("elsewhere", "02000", names, level=level)

    world.says(other, SOME)

    assert (kept(), refused_for(world, other)) == ([], ["notAMunicipality"])


def test_who_reported_and_who_did_not_is_known_of_every_municipality(world):
    world.says(world.towns["vilvoorde"], SOME)
    world.says(world.towns["molenbeek"], NIL)

    view = queries.year(2025, by=READER, at=AT)

    assert [(one.participant, one.state) for one in view.municipalities] == [
        ("molenbeek", "reported"),
        ("schaarbeek", "notReported"),
        ("vilvoorde", "reported"),
    ]
    assert (view.expected, view.reported) == (3, 2)


def test_a_municipality_whose_key_nobody_confirmed_is_expected_all_the_same(world):
    world.joins("kraainem", "23099", Names("Kraainem", "Crainhem", "Kraainem", "Kraainem"), trusted=False)

    view = queries.year(2025, by=READER, at=AT)

    assert (view.expected, view.reported) == (4, 0)


BROKEN = [
    ("one_release_per_municipality_year_and_programme", "COPY"),
    ("a_release_is_of_a_municipality", "COPY nis = '1800', year = 2023"),
    ("a_released_year_was_over", "COPY year = 2026"),
    ("a_released_year_was_over", "COPY year = 2025, participant = 'molenbeek', received_at = '2025-12-31T22:59:59Z'"),
    ("a_release_is_never_changed", "UPDATE figures_release SET year = 2024"),
    ("a_release_is_never_changed", "DELETE FROM figures_figure"),
    ("a_release_is_never_changed", "UPDATE figures_figure SET value = 65 WHERE value = 60"),
    ("one_figure_per_indicator_and_age_band", "FIGURE number = 6"),
    ("figures_have_the_order_of_the_programme", "FIGURE indicator = 'closed'"),
    (
        "age_bands_are_shown_all_or_none",
        "FIGURE indicator = 'openAtYearEnd', age_band = 'under18', number = 6, value = 10",
    ),
    (
        "age_bands_are_shown_all_or_none",
        "FIGURE indicator = 'newSignals', age_band = 'from65', number = 6, value = NULL",
    ),
    ("a_shown_figure_is_a_multiple_of_five_from_ten", "FIGURE indicator = 'closed', number = 6, value = 57"),
    ("a_shown_figure_is_a_multiple_of_five_from_ten", "FIGURE indicator = 'closed', number = 6, value = 5"),
    ("a_shown_figure_is_a_multiple_of_five_from_ten", "FIGURE indicator = 'closed', number = 6, value = 0"),
]


def copied(table, changes):
    """Return the insertion of a copy of a table's first row with some columns changed."""
    changed = dict(part.split(" = ", 1) for part in changes.split(", ") if part)
    with connection.cursor() as cursor:
        names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    values = ({"id": "gen_random_uuid()"} if table == "figures_release" else {}) | changed
    names = [name for name in names if table == "figures_release" or name != "id"]
    shown = ", ".join(values.get(name, f'"{name}"') for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({quoted}) SELECT {shown} FROM {table} LIMIT 1"  # noqa: S608 -- a test's own words


@pytest.mark.parametrize(("constraint", "statement"), BROKEN, ids=[f"{n}-{name}" for n, (name, _) in enumerate(BROKEN)])
def test_the_table_refuses(world, constraint, statement):
    world.says(world.towns["vilvoorde"], SOME)
    word, _, rest = statement.partition(" ")
    table = {"COPY": "figures_release", "FIGURE": "figures_figure"}.get(word)
    before = rows()

    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(copied(table, rest) if table else statement)

    assert refused.value.__cause__.diag.constraint_name == constraint
    assert rows() == before


def test_every_named_constraint_of_figures_is_tried():
    named = {
        constraint.name
        for model in apps.get_app_config("figures").get_models()
        for constraint in model._meta.constraints
    }

    assert named - {name for name, _ in BROKEN} == set()


PERSONAL = ("name", "birth", "language", "phone", "text", "case", "person", "referral")


def test_no_table_of_figures_has_a_field_of_a_personal_kind():
    fields = {field.name for model in apps.get_app_config("figures").get_models() for field in model._meta.get_fields()}

    assert fields == {
        *("id", "participant", "nis", "year", "programme", "said_at", "received_at", "figures"),
        *("release", "number", "indicator", "age_band", "value"),
    }
    assert not [name for name in fields if any(word in name for word in PERSONAL)]
