"""Vilvoorde's token, certificate, database role and signature against everything of Molenbeek: all refused."""

import pathlib
import uuid

import httpx
import kafka.errors
import psycopg
import pytest
import yaml
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

import waiting
from door import trusting
from federation.contracts import messages
from forging import THEIRS, bus, fate, publish, signed
from handovers import Handovers
from stories.chapters import BLOCKS, prepared_case
from stories.towns import Town

ROOT = pathlib.Path(__file__).parents[2]
OURS = "zenne.inbox.vilvoorde"
NOT_OF_MUNICIPALITIES = {"statistics.v1.yaml"}
SOME_ID = "0198f000-0000-7000-8000-000000000001"


def operations() -> list[tuple[str, str]]:
    """Return every operation of every printed API of a municipality: a new endpoint is in the table by itself."""
    found = []
    for file in sorted((ROOT / "schemas/openapi").glob("*.yaml")):
        if file.name in NOT_OF_MUNICIPALITIES:
            continue
        api = yaml.safe_load(file.read_text(encoding="utf-8"))
        base = api["servers"][0]["url"]
        for path, methods in api["paths"].items():
            for method in methods:
                if method in {"get", "post", "patch", "put", "delete"} and path not in {"/health", "/doc/openapi.yaml"}:
                    found.append((method.upper(), base + path))  # noqa: PERF401 -- a row at a time reads better
    return found


def filled(path: str) -> str:
    some = {"{eventNumber}": "1", "{year}": "2025"}
    return "/".join(some.get(part, SOME_ID) if part.startswith("{") else part for part in path.split("/"))


def everything_of(stack, participant: str) -> dict[str, int]:
    """Return how many rows each table of a participant has; answers that refuse apart."""
    with stack.database(participant) as connection:
        tables = [
            row[0]
            for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        ]
        return {
            table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 -- names from the catalogue
            for table in tables
            if table.startswith(("people", "cases", "consent", "referral", "legal", "received", "team"))
        }


@pytest.fixture(scope="module")
def spoken(stack):
    """A case has moved: both inboxes hold messages that somebody could want to read."""
    Handovers(stack).whole(1)


@pytest.fixture
def quiet(stack, spoken):
    stack.heal()
    stack.wait_quiet()
    before = everything_of(stack, "molenbeek")
    yield stack
    stack.wait_quiet()
    assert everything_of(stack, "molenbeek") == before, "something came to be at the other town"


def test_there_are_operations_to_try() -> None:
    assert len(operations()) >= 20


@pytest.mark.parametrize("behind", ["through the gateway", "past the gateway"])
@pytest.mark.parametrize(("method", "path"), operations())
def test_a_token_opens_nothing_of_the_other_town(quiet, method, path, behind) -> None:
    for role in ("caseworker", "manager"):
        sender = Town(quiet.demo, "vilvoorde")
        token = quiet.token("vilvoorde", sender.user(role))
        if behind == "through the gateway":
            client = quiet.client("molenbeek")
        else:
            socket = quiet.instance.web("molenbeek")
            client = httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), base_url="http://molenbeek.localhost")
        with client:
            answer = client.request(method, filled(path), headers={"Authorization": f"Bearer {token}"}, json={})

        assert answer.status_code == 401
        assert "molenbeek" not in answer.text


def admin_refuses(settings, act) -> None:
    admin = KafkaAdminClient(**settings)

    def whole_act() -> None:
        answer = act(admin)
        # some answers hold the refusal instead of raising it
        for name, code, *_ in getattr(answer, "topic_errors", None) or getattr(answer, "topic_error_codes", []):
            if code:
                raise kafka.errors.for_code(code)(name)

    try:
        with pytest.raises(kafka.errors.KafkaError) as refused:
            whole_act()
    finally:
        admin.close()
    assert "Authorization" in type(refused.value).__name__


@pytest.mark.parametrize(
    "act",
    [
        lambda admin: admin.create_topics([NewTopic("zenne.inbox.evil", num_partitions=1, replication_factor=1)]),
        lambda admin: admin.delete_topics([THEIRS]),
        lambda admin: admin.delete_topics([OURS]),
        lambda admin: admin.delete_topics(["zenne.directory"]),
    ],
    ids=["create a topic", "delete their inbox", "delete its own inbox", "delete the directory"],
)
def test_a_certificate_changes_nothing_of_the_bus(quiet, act) -> None:
    admin_refuses(bus(quiet, "vilvoorde"), act)


def test_a_certificate_does_not_write_the_directory(quiet) -> None:
    producer = KafkaProducer(**bus(quiet, "vilvoorde"), acks="all", max_block_ms=5000)
    with pytest.raises(kafka.errors.TopicAuthorizationFailedError):
        producer.send("zenne.directory", b"x", key=b"participant/molenbeek", partition=0).get(20)
    producer.close(timeout=1)


def test_a_certificate_does_not_read_the_other_inbox(quiet) -> None:
    theirs, own = TopicPartition(THEIRS, 0), TopicPartition(OURS, 0)
    Town(quiet.demo, "vilvoorde").get("/api/casework/v1/cases")
    consumer = KafkaConsumer(**bus(quiet, "vilvoorde"), group_id=None, enable_auto_commit=False)
    try:
        consumer.assign([own])
        consumer.seek(own, 0)
        waiting.until(lambda: consumer.poll(200), "its own inbox can be read")
        assert consumer.end_offsets([theirs])[theirs] > 0
        consumer.assign([theirs])
        consumer.seek(theirs, 0)

        seen = [consumer.poll(300) for _ in range(5)]
    except kafka.errors.TopicAuthorizationFailedError:
        seen = []
    finally:
        consumer.close()

    assert not any(seen)


def test_a_stranger_does_not_reach_the_broker(quiet) -> None:
    context = trusting(quiet.instance.folder / "bus" / "ca.pem")
    settings = bus(quiet, "vilvoorde") | {"ssl_context": context}

    with pytest.raises(kafka.errors.KafkaError):
        KafkaConsumer(**settings, bootstrap_timeout_ms=4000)


@pytest.mark.parametrize("role", ["app", "owner"])
@pytest.mark.parametrize("database", ["municipal_molenbeek", "keycloak", "postgres"])
def test_a_database_role_reaches_its_own_database_only(quiet, role, database) -> None:
    values = quiet.environment("vilvoorde", owner=role == "owner")
    password = pathlib.Path(values["ZENNE_DATABASE_PASSWORD_FILE"]).read_text(encoding="utf-8").strip()

    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(
            host="127.0.0.1",
            port=int(values["ZENNE_DATABASE_PORT"]),
            dbname=database,
            user=values["ZENNE_DATABASE_USER"],
            password=password,
        )


@pytest.mark.parametrize("table", ["audit_entry", "inbox_message", "inbox_attempt", "referral_step"])
@pytest.mark.parametrize("what", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_does_not_rewrite_history(quiet, table, what) -> None:
    with quiet.database("molenbeek", role="app") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(what.format(table))


def someone_elses_referral(stack) -> uuid.UUID:
    """Return a referral that Molenbeek sent: only its recipient may answer, and only as recipient."""
    molenbeek = Town(stack.demo, "molenbeek")
    case = prepared_case(molenbeek, "Wassim")
    molenbeek.consent(case, to="vilvoorde", purpose="handover", blocks=BLOCKS)
    return uuid.UUID(molenbeek.offer(case, to="vilvoorde", kind="handover", blocks=BLOCKS)["id"])


FORGED = {
    "as molenbeek, inside and outside": lambda stack: publish(stack, signed(stack, "molenbeek"), source="molenbeek"),
    "as molenbeek inside": lambda stack: publish(stack, signed(stack, "molenbeek")),
    "as a town that is not in the federation": lambda stack: publish(
        stack, signed(stack, "atlantis"), source="atlantis"
    ),
    "meant for somebody else": lambda stack: publish(stack, signed(stack, "vilvoorde", recipient="anderlecht")),
    "an acceptance of a referral that nobody sent": lambda stack: publish(stack, signed(stack, "vilvoorde")),
    "a release of a referral that nobody accepted": lambda stack: publish(
        stack,
        signed(
            stack,
            "vilvoorde",
            type="DossierReleased",
            body=messages.DossierReleased(custody="stays", dossier_digest="sha256:" + "0" * 64),
        ),
    ),
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_signature_says_nothing_in_the_name_of_another(quiet, forged) -> None:
    event = FORGED[forged](quiet)

    waiting.until(lambda: fate(quiet, event), "the message has met its fate", seconds=30)

    assert fate(quiet, event) != "applied"


def test_a_receipt_for_what_nobody_sent_ends_no_sending(quiet) -> None:
    count = "SELECT count(*), count(receipt_at) FROM outbox_message WHERE type <> 'MessageReceived'"
    with quiet.database("molenbeek") as connection:
        before = connection.execute(count).fetchone()
    receipt = messages.MessageReceived(digest="sha256:" + "0" * 64)

    event = publish(quiet, signed(quiet, "vilvoorde", type="MessageReceived", referral_id=None, seq=None, body=receipt))
    waiting.until(lambda: fate(quiet, event), "the message has met its fate", seconds=30)

    with quiet.database("molenbeek") as connection:
        assert connection.execute(count).fetchone() == before


def test_the_wrong_side_of_a_referral_does_not_decide_it(stack) -> None:
    stack.heal()
    referral = someone_elses_referral(stack)
    vilvoorde, molenbeek = Town(stack.demo, "vilvoorde"), Town(stack.demo, "molenbeek")
    waiting.until(lambda: vilvoorde.state(str(referral)) == "received", "the offer arrives")

    event = publish(
        stack,
        signed(stack, "vilvoorde", type="ReferralOpened", body=messages.ReferralOpened(), referral_id=referral, seq=7),
    )
    waiting.until(lambda: molenbeek.state(str(referral)) == "received", "its receipt arrives")

    assert "applied" not in str(fate(stack, event)), "a word out of turn is held back"
    assert molenbeek.custody(str(referral)) == "here"
