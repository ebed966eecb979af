"""Every table says which personal data it holds, on which ground and for how long."""

import pathlib
import re

from django.apps import apps

ROOT = pathlib.Path(__file__).parents[2]
OURS = ("federation", "municipal")


def our_models():
    return [model for model in apps.get_models() if model.__module__.startswith(OURS)]


def test_every_model_states_its_personal_data() -> None:
    silent = []

    for model in our_models():
        text = " ".join((model.__doc__ or "").split())
        none = re.search(r"Personal data: none\.", text)
        some = re.search(r"Personal data: .+ Ground: .+ Kept: .+", text)
        if not none and not some:
            silent.append(model._meta.label)

    assert len(our_models()) > 10
    assert silent == []


def test_every_constraint_has_a_name_that_is_a_sentence() -> None:
    names = [constraint.name for model in our_models() for constraint in model._meta.constraints]

    assert len(names) > 20
    assert [name for name in names if name.count("_") < 2] == []
