"""A municipality is added by one file; its neighbours' topics, realms and databases stay as they are."""

import os
import pathlib
import shutil

import pytest
import yaml

import waiting
from local import commands, participants, tenants
from privacy.sinks import Bus
from stories.chapters import BLOCKS, prepared_case
from stories.towns import REFERRAL, Town

ROOT = pathlib.Path(__file__).parents[2]
NEIGHBOURS = ("molenbeek", "schaarbeek", "vilvoorde")
OTHER_LEVELS = ("belgium", "brussels")


def protocol_with(name: str) -> dict[str, object]:
    return {"with": name, "kinds": ["advice", "share", "handover"], "since": "2026-01-01"}


def write_further(folder: pathlib.Path) -> None:
    """Will put a copy of the tenant files into `folder`, with a further town beside its neighbours."""
    shutil.copytree(ROOT / "infra/tenants", folder, dirs_exist_ok=True)
    further = yaml.safe_load((folder / "molenbeek.yaml").read_text(encoding="utf-8"))
    further |= {
        "id": "anderlecht",
        "nis": "21001",
        "referencePrefix": "AN",
        "names": dict.fromkeys(("nl", "fr", "de", "en"), "Anderlecht"),
        "host": "anderlecht.localhost",
        "issuer": "https://login.localhost/realms/anderlecht",
        "protocols": [protocol_with(name) for name in NEIGHBOURS],
    }
    (folder / "anderlecht.yaml").write_text(yaml.safe_dump(further, allow_unicode=True), encoding="utf-8")
    for name in NEIGHBOURS:
        file = folder / f"{name}.yaml"
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        content["protocols"].append(protocol_with("anderlecht"))
        file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def schema_and_rows(stack, participant: str) -> dict[str, object]:
    """Return columns, rights and number of rows of every table of a town; what the directory says of others apart."""
    with stack.database(participant) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
            "WHERE table_schema = 'public' ORDER BY 1, 2"
        ).fetchall()
        rights = connection.execute(
            "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants "
            "WHERE table_schema = 'public' ORDER BY 1, 2, 3"
        ).fetchall()
        tables = {row[0] for row in columns}
        rows = {
            table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 -- names from the catalogue
            for table in sorted(tables)
            if table.startswith(("people", "cases", "consent", "referral", "outbox", "inbox", "legal"))
        }
    return {"columns": columns, "rights": rights, "rows": rows}


@pytest.fixture
def further(whole_stack, tmp_path, monkeypatch):
    """Bring up a further town beside the others, and take it away again."""
    folder = tmp_path / "tenants"
    write_further(folder)
    whole_stack.wait_quiet()
    before = {name: schema_and_rows(whole_stack, name) for name in NEIGHBOURS}
    records = {name: values for name, values in Bus(whole_stack).records().items() if "inbox" in name}
    monkeypatch.setenv("ZENNE_TENANTS", str(folder))
    commands.up(whole_stack.instance)
    yield {"before": before, "records": records}
    monkeypatch.delenv("ZENNE_TENANTS")
    commands.up(whole_stack.instance)
    assert "ZENNE_TENANTS" not in os.environ


def sealed_to(stack, participant: str) -> int:
    """Return how many sealings for a participant the others have made."""
    total = 0
    for name in NEIGHBOURS:
        with stack.database(name) as connection:
            total += connection.execute(
                "SELECT count(*) FROM outbox_sealing sealing "
                "JOIN outbox_message message ON message.id = sealing.message_id WHERE message.recipient = %s",
                [participant],
            ).fetchone()[0]
    return total


def test_a_further_municipality_is_one_file_and_two_confirmations(whole_stack, further) -> None:
    stack = whole_stack
    assert {town.id for town in tenants.load()} == {"anderlecht", *NEIGHBOURS, *OTHER_LEVELS}

    # the neighbours are as they were
    assert {name: schema_and_rows(stack, name) for name in NEIGHBOURS} == further["before"]
    after = Bus(stack).records()
    assert {name: after[name] for name in further["records"]} == further["records"]
    for name in NEIGHBOURS:
        assert "0 changes" in stack.steward("tenant", name, "--dry-run", participant=name)

    # nothing is sealed before a person on both sides has confirmed the key
    vilvoorde, anderlecht = Town(stack.demo, "vilvoorde"), Town(stack.demo, "anderlecht")
    case = prepared_case(vilvoorde, "Hamza")
    vilvoorde.consent(case, to="anderlecht", purpose="handover", blocks=BLOCKS)
    body = vilvoorde.offer_body(case, to="anderlecht", kind="handover", blocks=BLOCKS)
    refused = vilvoorde.call("POST", f"{REFERRAL}/referrals", body=body, Idempotency_Key="before-trust-1")
    assert refused.status_code in {201, 409, 400}
    assert sealed_to(stack, "anderlecht") == 0

    for own, other in (("vilvoorde", "anderlecht"), ("anderlecht", "vilvoorde")):
        shown = stack.manage(own, "trust_peer", other, "--wait", "30").stdout
        fingerprint = shown.splitlines()[0].partition(": ")[2]
        assert stack.manage(own, "trust_peer", other, "--fingerprint", "sha256:" + "0" * 64).returncode != 0
        assert stack.manage(own, "trust_peer", other, "--fingerprint", fingerprint).returncode == 0

    if refused.status_code == 201:
        referral = refused.json()["id"]
    else:
        referral = vilvoorde.offer(case, to="anderlecht", kind="handover", blocks=BLOCKS)["id"]
    waiting.until(lambda: anderlecht.state(referral) == "received", "the offer arrives at the further town")
    waiting.until(lambda: vilvoorde.state(referral) == "received", "and its receipt comes back")
    anderlecht.open_offer(referral)
    anderlecht.decide(referral, "declined", reason="noCapacity")
    waiting.until(lambda: vilvoorde.state(referral) == "declined", "the no comes back")
    stack.wait_quiet()
    assert participants.find("anderlecht").database == "municipal_anderlecht"
