"""Days, times and deadlines as people in Belgium write and say them."""

import datetime

import pytest
from django.template import Context, Template
from django.utils import translation

from federation.portal import dates

MONDAY = datetime.date(2026, 11, 23)
CHRISTMAS_EVE = datetime.date(2026, 12, 24)
"""A closure of Vilvoorde, in its tenant file."""


@pytest.mark.parametrize(
    ("language", "shown"),
    [("nl", "ma 23/11/2026"), ("fr", "lu 23/11/2026"), ("en", "Mon 23/11/2026"), ("de", "Mo 23/11/2026")],
)
def test_a_day_has_its_weekday_in_every_language(language, shown):
    with translation.override(language):
        assert dates.day(MONDAY) == shown


def test_an_instant_is_shown_as_the_clocks_in_belgium_show_it():
    with translation.override("nl"):
        assert dates.moment(datetime.datetime(2026, 11, 23, 9, 42, tzinfo=datetime.UTC)) == "ma 23/11/2026 10:42"
        assert dates.moment(datetime.datetime(2026, 7, 1, 22, 30, tzinfo=datetime.UTC)) == "do 02/07/2026 00:30"


@pytest.mark.parametrize("text", ["23/11/2026", "23-11-2026", "23.11.2026", "23 11 2026", "2026-11-23"])
def test_a_day_is_read_in_every_way_in_which_people_write_it(text):
    assert dates.read(text) == MONDAY


@pytest.mark.parametrize("text", ["31/02/2026", "11/23/2026", "23/11/26", "tomorrow", "", "23/11", "2026-13-01"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        dates.read(text)


@pytest.mark.parametrize(
    ("due", "today", "words", "urgency"),
    [
        (MONDAY, MONDAY, "vandaag", "soon"),
        (datetime.date(2026, 11, 24), MONDAY, "nog 1 werkdag", "soon"),
        (datetime.date(2026, 11, 26), MONDAY, "nog 3 werkdagen", ""),
        # a weekend
        (datetime.date(2026, 11, 30), datetime.date(2026, 11, 27), "nog 1 werkdag", "soon"),
        # Christmas, the town's own closure the day before, and a weekend
        (datetime.date(2026, 12, 28), datetime.date(2026, 12, 23), "nog 1 werkdag", "soon"),
        # over the year's end: the 31st is a closure too
        (datetime.date(2027, 1, 4), datetime.date(2026, 12, 30), "nog 1 werkdag", "soon"),
        # due on a Saturday, seen the day before; due on a Friday and on a Saturday, seen the day after
        (datetime.date(2026, 11, 28), datetime.date(2026, 11, 27), "geen werkdag meer", "soon"),
        (datetime.date(2026, 11, 27), datetime.date(2026, 11, 28), "net voorbij", "late"),
        (datetime.date(2026, 11, 28), datetime.date(2026, 11, 29), "net voorbij", "late"),
        (datetime.date(2026, 11, 20), MONDAY, "1 werkdag te laat", "late"),
        (datetime.date(2026, 11, 11), MONDAY, "8 werkdagen te laat", "late"),
    ],
)
def test_a_deadline_says_in_words_how_many_working_days_are_left(due, today, words, urgency):
    with translation.override("nl"):
        assert (dates.left(due, today), dates.urgency(due, today)) == (words, urgency)


def test_a_deadline_on_a_page_has_its_date_and_its_words():
    noon = datetime.datetime(2026, 11, 23, 11, 0, tzinfo=datetime.UTC)
    with translation.override("fr"):
        shown = Template("{% load zenne %}{% deadline day %}").render(
            Context({"day": datetime.date(2026, 11, 27), "at": noon})
        )

    assert shown == (
        '<span class="due "><span class="visually-hidden">Échéance\u00a0: </span> '
        '<time datetime="2026-11-27">ve 27/11/2026</time> <small>encore 4 jours ouvrables</small></span>'
    ).replace("</span> <time", "</span><time")


def test_no_day_shows_nothing():
    nothing = Template("{% load zenne %}[{{ none|day }}{{ none|moment }}{{ none|day_words }}{% deadline none %}]")

    assert nothing.render(Context({"none": None})) == "[]"
