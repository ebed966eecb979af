"""Every mistake that would lose somebody is found out by the model."""

import pytest
from tests.loss.model.mistakes import ALL_MISTAKES, Mistake
from tests.loss.model.rules import Rules
from tests.loss.model.search import Search


@pytest.mark.parametrize("mistake", ALL_MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_found_out_with_the_way_to_it(mistake: Mistake) -> None:
    rules = Rules()
    mistake.patch(rules)

    violation = Search(mistake.world, rules).run(first_only=True).violations[0]

    assert violation.promise in mistake.breaks
    assert violation.steps


def test_a_patch_changes_its_own_rules_only() -> None:
    patched, real = Rules(), Rules()

    for mistake in ALL_MISTAKES:
        mistake.patch(patched)

    assert vars(Rules().sender) == vars(real.sender)
    assert vars(Rules().recipient) == vars(real.recipient)
    assert vars(patched.sender) != vars(real.sender)
