"""What reaches a log: fixed texts, ids and codes. Whoever writes a name into an entry finds it withheld."""

import io
import json
import logging
import uuid

import pytest
import structlog

from federation.rest import logs

NAME = "Sami Verzonnen"


@pytest.fixture
def written(monkeypatch):
    """Return what the process wrote to its log, as a function."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.FixedText())
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    monkeypatch.setattr(root, "level", logging.INFO)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_fixed_text_ids_and_codes_are_kept(written):
    case = uuid.uuid4()

    structlog.get_logger("a").info("case opened", case=case, status=201, blocks=["goals", "ways"], first=None, ok=True)

    [entry] = written()
    assert entry["event"] == "case opened"
    assert (entry["case"], entry["status"], entry["blocks"], entry["ok"]) == (str(case), 201, ["goals", "ways"], True)
    assert (entry["level"], entry["logger"], "timestamp" in entry) == ("info", "a", True)


@pytest.mark.parametrize("value", [NAME, "Zoë", "a" * 121, "line\nbreak", [NAME], {"name": NAME}, "x@y"])
def test_what_could_be_a_text_is_withheld(written, value):
    structlog.get_logger("a").info("something", value=value)

    [entry] = written()
    assert entry["value"] in (logs.WITHHELD, [logs.WITHHELD])


def test_what_libraries_put_into_their_texts_is_left_out(written):
    logging.getLogger("library").warning("cannot store %s of %s", NAME, "Vilvoorde")

    [entry] = written()
    assert (entry["event"], NAME in json.dumps(entry)) == ("cannot store %s of %s", False)


@pytest.mark.parametrize("library", [False, True])
def test_an_exception_is_its_class_and_places_never_its_words(written, library):
    try:
        int(NAME)
    except ValueError:
        if library:
            logging.getLogger("library").exception("failed")
        else:
            structlog.get_logger("a").exception("failed")

    [entry] = written()
    assert entry["exception"] == "ValueError"
    assert entry["places"][-1].startswith("federation/rest/test_logs.py:")
    assert NAME not in json.dumps(entry)
