"""One door for the whole suite; another one, with tight limits, for each test that uses a limit up."""

import pathlib
from collections.abc import Iterator

import pytest

import gate as gates


@pytest.fixture(scope="session")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[gates.Gate]:
    with gates.gate(tmp_path_factory.mktemp("door")) as running:
        yield running


@pytest.fixture
def tight_gate(tmp_path: pathlib.Path) -> Iterator[gates.Gate]:
    with gates.gate(tmp_path, gates.tight) as running:
        yield running
