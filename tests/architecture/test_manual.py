"""Everybody who logs in finds the manual of his role in Dutch and in French: none falls back to another language."""

import pathlib

import pytest
import yaml
from django.conf import settings

from federation.portal import manual

ROOT = pathlib.Path(__file__).parents[2]
LEVEL = settings.ROOT_URLCONF.split(".")[0]
REALM = yaml.safe_load((ROOT / "infra/keycloak/realm.yaml").read_text(encoding="utf-8"))
ROLES = sorted(REALM["levels"][LEVEL]["roles"])


@pytest.mark.parametrize("language", ["nl", "fr"])
@pytest.mark.parametrize("page", sorted({*ROLES, *manual.names()}))
def test_a_page_of_the_manual_is_there_in_both_languages(page, language) -> None:
    found = manual.find(page, languages=(language, "nl", "fr", "en"))

    assert found is not None
    assert found.language == language
