"""Two regions: each keeps and shows the referrals with one side in it, and refuses what does not touch it."""

import uuid

import pytest

from federation.bus.models import InboxWork, OutboxMessage
from federation.contracts import codec
from federation.seals import signatures
from region_at_work import RANIA, coordinator, keep, word
from regional.progress import queries, rules
from regional.progress.models import Progress, Statement

OTHER = "halle-vilvoorde"


def test_each_region_shows_the_referrals_with_one_side_in_it(region, offered, settings) -> None:
    across = offered()
    within = offered(from_="molenbeek", to="schaarbeek")
    assert set(queries.visible_to(RANIA).values_list("pk", flat=True)) == {across, within}
    assert not queries.visible_to(coordinator(OTHER)).exists()

    settings.PARTICIPANT = OTHER

    joke = coordinator(OTHER)
    assert queries.own_towns() == frozenset({"vilvoorde"})
    assert set(queries.visible_to(joke).values_list("pk", flat=True)) == {across}
    assert not queries.visible_to(RANIA).exists()
    with pytest.raises(rules.ReferralUnknown):
        queries.get(within, by=joke)


def test_each_region_keeps_the_word_on_what_crosses_and_refuses_what_does_not_touch_it(region, settings) -> None:
    settings.PARTICIPANT = OTHER
    across, within = uuid.uuid4(), uuid.uuid4()

    keep(word(across, "received"))
    keep(word(across, "received", by="molenbeek"))
    with pytest.raises(rules.NotInThisRegion):
        keep(word(within, "received", by="molenbeek", from_="molenbeek", to="schaarbeek"))

    assert list(Progress.objects.values_list("pk", flat=True)) == [across]
    assert Statement.objects.count() == 2


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
