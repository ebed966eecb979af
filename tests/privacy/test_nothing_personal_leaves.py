"""No name, birth date or text of a person can be read where it does not belong: every byte is scanned."""

import json

import pytest

import waiting
from federation.seals import envelope, keys
from privacy.scanner import found
from privacy.sinks import FORMS, Bus, Database, Files, Index
from stories.chapters import BLOCKS
from stories.towns import REFERRAL, Town

FIRST, LAST = "Zwaluwijn", "Kwikstaartmans"
BORN = "1987-11-03"
TEXT = "Hij wil opnieuw leren boogschieten bij de Zennevrienden."
GOAL = "Ik wil een eigen fietsenmakerij beginnen."
NOTE = "Belde om kwart over zeven over zijn grootmoeder Filomena."
WORDS = [FIRST, LAST, BORN, "03/11/1987", "19871103", TEXT, GOAL, NOTE, "Filomena", "+3220001177"]
WITHHELD = [NOTE, "Filomena"]
STAFF = ["Els W.", "Wouters"]
"""How the caseworker who reads is called in the town, and the part of the name that Zenne never keeps."""
PLANT = "Plantnaamgeheim"


@pytest.fixture(scope="module")
def played(stack):
    """A handover, a withdrawal, a refusal: everything that writes somewhere, with words that stand nowhere else."""
    stack.heal()
    v, m = Town(stack.demo, "vilvoorde"), Town(stack.demo, "molenbeek")
    person = {
        "firstName": FIRST, "lastName": LAST, "birthOn": BORN, "contactLanguage": "nl",
        "interpreterNeeded": False, "phone": "+32 2 000 11 77", "municipality": "23088",
    }  # fmt: skip
    case = v.open_case(person)["id"]
    v.write(case, "situationPicture", {"lifeDomain": "leisure", "text": TEXT})
    v.write(case, "goals", {"ownWords": GOAL, "progressSign": "Eerste fiets verkocht."})
    v.write(case, "contactNotes", {"contactKind": "phone", "text": NOTE})
    v.consent(case, to="molenbeek", purpose="handover", blocks=BLOCKS)
    with v.reader("caseworker") as reader:
        pages = [
            reader.open(f"/cases/{case}"),
            reader.open("/cases"),
            reader.send(reader.form(to="/cases"), words=LAST),
        ]
    referral = v.offer(case, to="molenbeek", kind="handover", blocks=BLOCKS)["id"]
    waiting.until(lambda: m.state(referral) == "received", "the offer arrives")
    m.open_offer(referral)
    m.decide(referral, "accepted")
    waiting.until(lambda: m.state(referral) == "held", "the dossier arrives")

    # what goes wrong is written somewhere too
    v.call("POST", "/api/casework/v1/cases", body={"person": person | {"birthOn": f"{BORN}x"}, "stayKind": "move"})
    v.call("POST", "/api/casework/v1/cases", body={"person": person | {LAST: FIRST}, "stayKind": LAST})
    v.call("GET", f"/api/casework/v1/cases?name={LAST}")
    m.call("GET", f"{REFERRAL}/referrals/{referral}/dossier", role="manager")
    with m.neighbour("brussels").reader("regionalCoordinator") as coordinator:
        coordinator.open("/")
    stack.wait_quiet()
    return {"case": case, "referral": referral, "pages": pages}


def sinks(stack):
    logs = sorted(path for path in stack.instance.log.iterdir() if path.is_file() and path.stat().st_size)
    return {
        "topics": lambda: Bus(stack),
        "logs": lambda: Files(*logs),
        "access log of the gateway": lambda: Files(stack.log("gateway-access")),
        "events of Keycloak": lambda: Database(stack, "keycloak", only="event"),
        "all of Keycloak": lambda: Database(stack, "keycloak"),
        "database of the region": lambda: Database(stack, "regional_brussels"),
        "database of the nation": lambda: Database(stack, "national_belgium"),
        "index of the region": lambda: Index(stack),
        "sessions of the town": lambda: Database(stack, "municipal_vilvoorde", only="session"),
    }


SINKS = [
    "topics",
    "logs",
    "access log of the gateway",
    "events of Keycloak",
    "all of Keycloak",
    "database of the region",
    "database of the nation",
    "index of the region",
    "sessions of the town",
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", [*SINKS, "database of the other town"])
def test_a_planted_word_is_found(stack, played, name, form) -> None:
    sink = Database(stack, "municipal_molenbeek") if name == "database of the other town" else sinks(stack)[name]()

    with sink.planted(FORMS[form](PLANT)):
        with_it = found(sink.content(), [PLANT])
    without = found(sink.content(), [PLANT])

    assert with_it == {PLANT}
    assert without == set()


@pytest.mark.parametrize("name", SINKS)
def test_nothing_personal_is_found(stack, played, name) -> None:
    data = sinks(stack)[name]().content()

    assert len(data) > 100, "an empty sink proves nothing"
    assert found(data, WORDS) == set()


@pytest.mark.parametrize("name", [name for name in SINKS if "Keycloak" not in name])
def test_what_a_colleague_is_called_does_not_leave_the_town(stack, played, name) -> None:
    assert found(sinks(stack)[name]().content(), STAFF) == set()


def test_the_town_itself_knows_the_colleague_who_read_and_no_more_than_the_initial(stack, played) -> None:
    data = Database(stack, "municipal_vilvoorde", only="identity_colleague").content()

    assert found(data, STAFF) == {"Els W."}


@pytest.mark.parametrize("database", ["regional_brussels", "national_belgium"])
def test_the_region_and_the_nation_keep_no_name_of_who_logs_in(stack, played, database) -> None:
    assert Database(stack, database, only="identity_colleague").content() == b""


def test_the_region_and_its_index_do_know_the_referral(stack, played) -> None:
    """A scan that finds no name proves something only where the referral itself is found."""
    for sink in (Database(stack, "regional_brussels"), Index(stack)):
        waiting.until(lambda one=sink: found(one.content(), [played["referral"]]), "the region knows the referral")


def test_no_cache_keeps_a_page(stack, played) -> None:
    for page in played["pages"]:
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
    assert FIRST in played["pages"][0].text
    assert all(LAST not in str(page.url) for page in played["pages"])


def test_the_other_town_has_what_was_agreed_to_and_no_word_more(stack, played) -> None:
    data = Database(stack, "municipal_molenbeek").content()

    assert found(data, [FIRST, GOAL, TEXT]) == {FIRST, GOAL, TEXT}
    assert found(data, WITHHELD) == set()


def test_the_sealed_messages_did_hold_the_names(stack, played) -> None:
    ring = keys.KeyRing.load(stack.folder("molenbeek") / "keys")
    opened = []

    for raw in Bus(stack).records()["zenne.inbox.molenbeek"]:
        inside = envelope.open_seal(raw, ring)
        opened.append((inside.dossier or "").encode())

    assert found(b"\n".join(opened), [FIRST, LAST, BORN, TEXT, GOAL]) == {FIRST, LAST, BORN, TEXT, GOAL}
    assert found(b"\n".join(opened), WITHHELD) == set()


def test_the_wire_tells_one_type_and_six_sizes(stack, played) -> None:
    sizes = {2048, 8192, 32768, 131072, 524288, 1048576}

    pairs = {
        topic: {(json.loads(raw)["type"], len(raw)) for raw in records}
        for topic, records in Bus(stack).records().items()
        if topic.startswith("zenne.inbox.")
    }

    assert set(pairs) == {f"zenne.inbox.{town.id}" for town in stack.towns}
    assert {f"zenne.inbox.{who}" for who in ("vilvoorde", "molenbeek", "brussels")} <= {
        topic for topic, seen in pairs.items() if seen
    }
    for found_pairs in pairs.values():
        assert len(found_pairs) <= len(sizes)
        assert {kind for kind, _ in found_pairs} <= {"be.zenne.exchange.v1.SealedMessage"}
        assert {size for _, size in found_pairs} <= sizes
