"""The story is true; and broken on purpose, it is seen to be false."""

import functools
import io

import pytest

from stories import chapters, figures, partner_table, region
from stories.operator import LocalOperator
from stories.telling import StoryFalse, Teller
from stories.towns import Town


@pytest.fixture
def cast(whole_stack):
    demo = whole_stack.demo
    return chapters.Cast(Town(demo, "vilvoorde"), Town(demo, "molenbeek"), LocalOperator(whole_stack.instance))


@pytest.mark.parametrize(
    "chapter",
    [
        *chapters.CHAPTERS,
        figures.a_year_in_figures,
        region.the_silent_one_is_found,
        partner_table.a_partner_table,
    ],
    ids=lambda chapter: chapter.__name__,
)
def test_the_chapter_is_true(cast, chapter) -> None:
    told = Teller(out=io.StringIO())

    chapter(told, cast)

    assert told.statements > 0


BROKEN = {
    "nobody accepts": (chapters.a_case_moves, "accept", lambda: None, "Molenbeek answers for the case"),
    "less is agreed to": (
        chapters.a_case_moves,
        "consent",
        lambda: ["identity", "goals"],
        "it is exactly what he agreed to",
    ),
    "nobody opens": (chapters.a_case_moves, "open", lambda: None, "a human in Molenbeek has seen it"),
    "consent is not taken back": (
        chapters.consent_is_withdrawn,
        "withdraw",
        lambda: None,
        "the case stayed in Vilvoorde",
    ),
    "nobody revokes": (chapters.revoked, "revoke", lambda: None, "the case stayed in Vilvoorde"),
    "no second person releases": (
        # another year than the true story's: a figure that has left does not come back
        functools.partial(figures.a_year_in_figures, year=figures.YEAR - 1),
        "release vilvoorde",
        lambda: None,
        "it is what may leave, and no count",
    ),
    "nobody reads the question": (
        region.the_silent_one_is_found,
        "open",
        lambda: None,
        "somebody in Molenbeek has read it, and Vilvoorde knows",
    ),
    "nobody ticks": (partner_table.a_partner_table, "tick", lambda: None, "the other one is still to do"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_story_is_seen_to_be_false(cast, broken) -> None:
    chapter, act, instead, false_statement = BROKEN[broken]
    told = Teller(out=io.StringIO(), patience=6.0, instead={act: instead})

    with pytest.raises(StoryFalse, match=false_statement):
        chapter(told, cast)

    assert told.never_used() == []
