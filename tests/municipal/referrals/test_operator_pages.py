"""The operator's pages: numbers, ages, fingerprints and the two ways out of what is parked; nothing of any message."""

import datetime
import re

import pytest

from federation.bus import alarms, overview, parked
from federation.identity.actor import Role
from pages_of_towns import browser_in
from people_at_work import actor
from sent_twice import keys

V, M = "vilvoorde", "molenbeek"


def spoiled(desk, towns) -> int:
    """Will let an offer arrive at Molenbeek that its rules refuse; return the number of what is parked there."""
    desk.offered()
    towns.send(V)
    towns.store(M)
    with towns.at(M):
        from federation.bus.models import InboxWork  # noqa: PLC0415 -- Django is set up by then

        InboxWork.objects.update(state="parked", reason="unexpected", type="ReferralOffered")
        return parked.waiting()[0].id


def operator(town):
    return actor(town, Role.OPERATOR, team="")


def test_the_page_shows_queues_trust_keys_and_certificates_and_names_nobody(desk, towns, visit, words) -> None:
    desk.offered()
    towns.later(hours=3)

    found = visit(V, "/operator", by=operator(V))

    assert found.status_code == 200, words(found)
    said = words(found)
    assert "oldest: 3 hours" in said.replace("\xa0", " ")
    assert "Molenbeek" in said
    assert "confirmed" in said
    assert "the file cannot be read" in said  # no certificate lies in the folder of a test
    assert len([one for one in said.split() if len(one) == 4 and one.isalnum() and one.isupper()]) >= 16
    assert "Sami" not in said


@pytest.fixture
def alarmed(towns):
    """Vilvoorde has heard three times of a message that it does not know from Molenbeek, and of other things."""
    began = towns.now
    with towns.at(V):
        alarms.raise_alarm(alarms.POSITION_LOST, at=began)
        for _ in range(3):
            alarms.raise_alarm(alarms.UNKNOWN_RECEIPT, at=towns.later(hours=1), peer=M)
        alarms.raise_alarm(alarms.UNKNOWN_RECEIPT, at=towns.later(hours=1), peer="kraainem")
    return began


def test_equal_alarms_of_one_participant_are_one_with_their_number_and_first_and_last_time(alarmed, towns) -> None:
    with towns.at(V):
        found = overview.alarms()

    hour = datetime.timedelta(hours=1)
    assert found == [
        overview.Alarms("unknownReceipt", "kraainem", 1, alarmed + 4 * hour, alarmed + 4 * hour),
        overview.Alarms("unknownReceipt", M, 3, alarmed + hour, alarmed + 3 * hour),
        overview.Alarms("positionLost", "", 1, alarmed, alarmed),
    ]


@pytest.mark.usefixtures("alarmed")
@pytest.mark.parametrize(
    ("language", "receipt", "lost"),
    [
        ("nl", "Ontvangstbewijs voor een bericht dat wij niet kennen", "Onze plaats in de inbox is er niet meer"),
        ("fr", "Accusé de réception d&#x27;un message que nous", "Notre place dans la boîte n&#x27;existe plus"),
        ("en", "Receipt for a message that we do not know", "Our place in the inbox is gone"),
        ("de", "Empfangsbestätigung für eine Nachricht, die wir", "Unsere Stelle im Eingang fehlt"),
    ],
)
def test_alarms_read_in_words_and_name_the_participant(visit, language, receipt, lost) -> None:
    page = visit(V, "/operator", by=operator(V), language=language).content.decode()

    began = page.index('aria-labelledby="alarms"')
    shown = page[began : page.index("</section>", began)]
    assert began < page.index('aria-labelledby="peers"')
    assert [shown.count(one) for one in (receipt, lost, "<tr ")] == [2, 1, 1 + 3]
    for participant, number in (("kraainem", 1), ("Molenbeek", 3)):
        assert re.search(rf"{participant}\S*</td><td [^>]*>{number}</td>", shown)


def test_nobody_else_opens_it(visit) -> None:
    for role in (Role.CASEWORKER, Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER, Role.MANAGER):
        assert visit(V, "/operator", by=actor(V, role)).status_code == 403
        assert visit(V, "/operator/messages/1", {"retry": "1"}, by=actor(V, role)).status_code == 403


def test_a_parked_message_is_tried_again_and_both_logs_say_by_whom(desk, towns, visit, words) -> None:
    number = spoiled(desk, towns)
    by = operator(M)

    listed = visit(M, "/operator", by=by)
    shown = visit(M, f"/operator/messages/{number}", by=by)
    done = visit(M, f"/operator/messages/{number}", {"retry": "1"}, by=by)
    towns.settle()

    assert (shown.status_code, done.status_code) == (200, 302)
    for found in (listed, shown):
        assert re.search(r"Vilvoorde vilvoorde ", words(found)), "who sent it, by name and by id"
    assert towns[M].query("SELECT state FROM referral") == [("received",)]
    assert towns[M].query("SELECT by FROM inbox_attempt WHERE outcome = 'retried'") == [(by.subject,)]
    assert towns[M].query("SELECT by_subject, subject FROM audit_entry WHERE act = 'parkedRetried'") == [
        (by.subject, f"inbox:{number}")
    ]


def test_a_parked_message_is_closed_with_a_reason_that_its_sender_reads(desk, towns, visit) -> None:
    number = spoiled(desk, towns)
    address = f"/operator/messages/{number}"

    wrong = visit(M, address, {"reason": "because"}, by=operator(M))
    assert wrong.status_code == 422
    assert towns[M].query("SELECT count(*) FROM inbox_work") == [(1,)]
    done = visit(M, address, {"reason": "notForUs"}, by=operator(M))
    towns.settle()

    assert done.status_code == 302
    assert towns[M].query("SELECT count(*) FROM inbox_work") == [(0,)]
    assert towns[V].query("SELECT state, refused_reason FROM referral") == [("undeliverable", "notForUs")]
    assert visit(M, address, by=operator(M)).status_code == 404
    assert towns[M].query("SELECT facts->>'reason' FROM audit_entry WHERE act = 'parkedAnswered'") == [("notForUs",)]


def test_a_refused_answer_keeps_its_key_and_to_try_again_has_another(desk, towns, visit) -> None:
    number, by = spoiled(desk, towns), operator(M)
    address = f"/operator/messages/{number}"
    again, close = keys(visit(M, address, by=by))

    refused = keys(visit(M, address, {"reason": "because", "once": close}, by=by))

    assert again != close
    assert refused[1] == close
    assert refused[0] not in {again, close}
    assert visit(M, address, {"retry": "1", "once": refused[0]}, by=by)["Location"] == "/operator"
    assert visit(M, address, {"reason": "notForUs", "once": close}, by=by).status_code == 404, "it waits no more"


@pytest.mark.usefixtures("visit")
@pytest.mark.parametrize("length", [1, 6])
def test_the_page_takes_as_many_statements_whatever_waits(desk, towns, counted, length) -> None:
    for number in range(length):
        desk.offered(name=f"{number}")
        with towns.at(V):
            alarms.raise_alarm(alarms.UNKNOWN_RECEIPT, at=towns.later(minutes=1), peer=f"peer-{number}")

    with towns.at(V):
        browser = browser_in(V, by=operator(V))
        with counted("operatorPage"):
            page = browser.get("/operator", secure=True)

    assert page.content.decode().count("peer-") >= length
