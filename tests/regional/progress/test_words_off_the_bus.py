"""What a region does with a word that comes over the bus: receipted and kept, or refused to its sender and parked."""

import uuid

import pytest

from federation.bus.models import InboxWork, OutboxMessage
from federation.contracts import codec
from federation.seals import signatures
from region_at_work import word
from regional.progress.models import Progress, Statement


def answers(to: str) -> list[tuple[str, str]]:
    """Return what the region said to a town: types, and the reason of a refusal."""
    found = []
    for row in OutboxMessage.objects.filter(recipient=to).order_by("created_at", "type"):
        body = codec.decode(signatures.payload_of(row.jws)).body
        found.append((row.type, getattr(body, "reason", "")))
    return sorted(found)


def test_a_word_off_the_bus_is_receipted_and_kept(hear) -> None:
    one = uuid.uuid4()

    hear(word(one, "received"), by="vilvoorde")
    hear(word(one, "received", by="molenbeek"), by="molenbeek")

    assert answers("vilvoorde") == answers("molenbeek") == [("MessageReceived", "")]
    assert Progress.objects.get().pk == one
    assert not InboxWork.objects.exists()


@pytest.mark.parametrize(
    ("by", "message", "reason"),
    [
        ("vilvoorde", {"from_": "vilvoorde", "to": "gent"}, "notInThisRegion"),
        ("schaarbeek", {"by": "schaarbeek", "from_": "schaarbeek", "to": "gent", "recipient": "other"}, "notForUs"),
    ],
)
def test_a_word_that_is_not_ours_is_refused_to_its_sender_and_parked(region, hear, by, message, reason) -> None:
    region.know("gent", "gent-regio")
    made = word(
        uuid.uuid4(), "offered", **{"by": by} | {key: value for key, value in message.items() if key != "recipient"}
    )
    if "recipient" in message:
        made = type(made)(
            **{name: getattr(made, name) for name in made.__slots__} | {"recipient": message["recipient"]}
        )

    hear(made, by=by)

    assert list(InboxWork.objects.values_list("state", "reason")) == [("parked", reason)]
    assert answers(by) == [("MessageReceived", ""), ("MessageRefused", reason)]
    assert not Progress.objects.exists()
    assert not Statement.objects.exists()


def test_a_word_that_another_town_signed_is_never_taken_for_the_one_it_names(region, hear) -> None:
    hear(word(uuid.uuid4(), "offered"), by="schaarbeek")

    assert not Progress.objects.exists()
    assert InboxWork.objects.get().state == "parked"
