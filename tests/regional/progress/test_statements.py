"""What a region keeps: every version of each side as it came, and the picture out of the newest two."""

import datetime
import uuid

import pytest
from django.db import connection

from federation.audit.models import AuditEntry
from region_at_work import AT, CONSUMER, RANIA, at, keep, word
from regional.progress import actions, queries, rules
from regional.progress.models import Progress, Statement


def picture(referral: uuid.UUID) -> tuple[str, str, str]:
    found = Progress.objects.get(pk=referral)
    return found.sender_state, found.recipient_state, found.phase


def nothing_was_kept() -> bool:
    return not (Progress.objects.exists() or Statement.objects.exists() or AuditEntry.objects.exists())


def test_each_side_s_newest_word_makes_the_picture(region) -> None:
    one = uuid.uuid4()
    keep(word(one, "offered", version=1))
    assert picture(one) == ("offered", "", "waitsForAnswer")
    keep(word(one, "received", by="molenbeek"))
    keep(word(one, "received", version=2))
    assert picture(one) == ("received", "received", "waitsForAnswer")
    keep(word(one, "opened", by="molenbeek", version=2))
    keep(word(one, "accepted", by="molenbeek", version=3))

    assert picture(one) == ("received", "accepted", "inTransfer")
    assert Statement.objects.count() == 5
    entries = AuditEntry.objects.values_list("act", "by_subject", "subject", "facts")
    assert list(entries) == [("progressKept", "system:consumer", "referrals", {})] * 5


def test_an_older_version_is_kept_and_changes_nothing(region) -> None:
    one = uuid.uuid4()
    keep(word(one, "opened", version=3, clocks={"offered": at("2026-11-20 10:00")}))
    before = Progress.objects.get(pk=one).revision

    keep(word(one, "received", version=2, said_at=at("2026-11-24 10:00")))

    after = Progress.objects.get(pk=one)
    assert (after.sender_state, after.revision) == ("opened", before)
    assert Statement.objects.count() == 2


def test_the_version_of_a_newer_epoch_counts_more_than_any_before_it(region) -> None:
    one = uuid.uuid4()
    keep(word(one, "released", version=9))
    keep(word(one, "accepted", version=4, epoch=2))

    assert picture(one)[0] == "accepted"


def test_the_same_word_again_changes_nothing_and_another_under_its_version_is_refused(region) -> None:
    one = uuid.uuid4()
    keep(word(one, "received"))
    revision = Progress.objects.get(pk=one).revision

    keep(word(one, "received"), at=AT + datetime.timedelta(hours=2))
    with pytest.raises(rules.VersionReused):
        keep(word(one, "declined", decline_reason="noCapacity"))

    assert Progress.objects.get(pk=one).revision == revision
    assert Statement.objects.count() == 1
    assert AuditEntry.objects.count() == 1


def test_a_referral_without_a_side_in_this_region_is_refused(region) -> None:
    region.know("gent", "gent-regio")

    with pytest.raises(rules.NotInThisRegion):
        keep(word(uuid.uuid4(), "offered", from_="vilvoorde", to="gent"))

    assert nothing_was_kept()


def test_a_town_whose_record_nobody_believes_does_not_lie_in_this_region(region) -> None:
    region.know("evere", "brussels", trusted=False)

    with pytest.raises(rules.NotInThisRegion):
        keep(word(uuid.uuid4(), "offered", from_="vilvoorde", to="evere"))

    assert nothing_was_kept()


@pytest.mark.parametrize(
    "other",
    [
        {"from_": "schaarbeek", "by": "schaarbeek"},
        {"to": "schaarbeek"},
        {"from_": "molenbeek", "to": "vilvoorde"},
        {"kind": "share"},
    ],
)
def test_an_id_never_changes_its_two_sides_or_its_kind(region, other) -> None:
    one = uuid.uuid4()
    keep(word(one, "received"))

    with pytest.raises(rules.AnotherReferral):
        keep(word(one, "opened", version=2, **other))

    assert picture(one) == ("received", "", "waitsForAnswer")
    assert Statement.objects.count() == 1


def test_clocks_of_both_sides_give_the_beginning_and_the_last_sign(region) -> None:
    one = uuid.uuid4()
    keep(word(one, "received", clocks={"offered": at("2026-11-20 10:00")}, said_at=at("2026-11-20 10:01")))
    keep(word(one, "opened", by="molenbeek", said_at=at("2026-11-23 09:00")), at=AT)

    found = Progress.objects.get(pk=one)
    assert found.began_at == at("2026-11-20 10:00")
    assert found.last_sign_at == at("2026-11-23 09:00")


def ended(referral: uuid.UUID, *, ahead: datetime.timedelta, arrived: datetime.datetime) -> Progress:
    """Return a referral that both sides call revoked, the recipient with a clock that runs ahead."""
    keep(word(referral, "revoked", said_at=AT), at=AT)
    keep(word(referral, "revoked", by="molenbeek", said_at=arrived + ahead), at=arrived)
    return Progress.objects.get(pk=referral)


def test_a_clock_that_runs_ahead_is_no_sign_of_a_later_day(region) -> None:
    one, year = uuid.uuid4(), datetime.timedelta(days=365)
    keep(word(one, "received", said_at=AT + year, clocks={"offered": AT + year}), at=AT)
    later = AT + datetime.timedelta(days=14)

    found = Progress.objects.get(pk=one)
    assert (found.began_at, found.last_sign_at) == (AT, AT)
    assert queries.silent_days(found, at=later) == 10

    keep(word(one, "opened", by="molenbeek", said_at=later - datetime.timedelta(hours=1)), at=later)
    assert Progress.objects.get(pk=one).last_sign_at == later - datetime.timedelta(hours=1)


def test_a_clock_that_runs_ahead_keeps_nothing_longer(region) -> None:
    one, arrived = uuid.uuid4(), AT + datetime.timedelta(hours=2)

    assert ended(one, ahead=datetime.timedelta(days=365), arrived=arrived).ended_at == arrived
    assert actions.forget_ended(by=CONSUMER, at=arrived + rules.KEPT_AFTER_END) == 0
    assert actions.forget_ended(by=CONSUMER, at=arrived + rules.KEPT_AFTER_END + datetime.timedelta(seconds=1)) == 1


def test_a_clock_that_lags_is_believed_as_it_is(region) -> None:
    one, arrived = uuid.uuid4(), AT + datetime.timedelta(hours=2)

    assert ended(one, ahead=datetime.timedelta(hours=-1), arrived=arrived).ended_at == AT + datetime.timedelta(hours=1)


def test_the_life_line_goes_on_showing_what_was_stated(region) -> None:
    one, year = uuid.uuid4(), datetime.timedelta(days=365)
    keep(word(one, "received", said_at=AT + year), at=AT)

    line = queries.life_line(queries.get(one, by=RANIA), at=AT)

    assert line.marks == (queries.Mark("received", AT + year, None),)
    assert line.heard == (queries.Mark("received", AT, None),)


def test_a_hand_back_names_the_referral_that_it_answers(region) -> None:
    one, old = uuid.uuid4(), uuid.uuid4()
    keep(
        word(
            one,
            "offered",
            by="molenbeek",
            from_="molenbeek",
            to="vilvoorde",
            relates_to=old,
            hand_back_reason="noContact",
        )
    )

    assert Progress.objects.get(pk=one).relates_to == old


def test_a_difference_is_shown_when_it_stands_longer_than_a_word_is_under_way(region, offered) -> None:
    one = offered()
    keep(word(one, "accepted", by="molenbeek", version=2), at=AT)
    found = queries.get(one, by=RANIA)

    assert found.differs_since == AT
    assert not queries.life_line(found, at=AT + datetime.timedelta(hours=1)).sides_disagree
    assert queries.life_line(found, at=AT + datetime.timedelta(hours=1, seconds=1)).sides_disagree

    keep(word(one, "accepted", version=2))
    assert Progress.objects.get(pk=one).differs_since is None


def test_a_difference_counts_from_its_beginning_whatever_else_is_said(region, offered) -> None:
    one = offered()
    keep(word(one, "opened", by="molenbeek", version=2), at=AT)
    keep(word(one, "accepted", by="molenbeek", version=3), at=AT + datetime.timedelta(hours=5))

    assert Progress.objects.get(pk=one).differs_since == AT


def test_the_life_line_shows_both_clocks_and_every_receipt(region) -> None:
    one = uuid.uuid4()
    arrived = at("2026-11-20 10:03")
    keep(word(one, "received", clocks={"offered": at("2026-11-20 10:00")}, said_at=at("2026-11-20 10:01")), at=arrived)
    keep(word(one, "received", by="molenbeek", said_at=at("2026-11-20 10:02")), at=arrived)

    line = queries.life_line(queries.get(one, by=RANIA), at=AT)

    assert line.marks == (
        queries.Mark("offered", at("2026-11-20 10:00"), None),
        queries.Mark("received", at("2026-11-20 10:01"), at("2026-11-20 10:02")),
    )
    assert [(one.side, one.said_at, one.stored_at) for one in line.statements] == [
        ("sender", at("2026-11-20 10:01"), arrived),
        ("recipient", at("2026-11-20 10:02"), arrived),
    ]
    assert line.silent_days == 1


def test_every_change_gets_a_higher_revision_than_any_before(region, offered) -> None:
    first, second = offered(), offered()
    before = Progress.objects.get(pk=second).revision
    keep(word(first, "opened", by="molenbeek", version=2))

    assert Progress.objects.get(pk=first).revision > before


def test_no_column_of_a_region_could_hold_a_person_or_a_need(db) -> None:
    forbidden = {
        "name",
        "birth",
        "age",
        "language",
        "interpreter",
        "need",
        "urgency",
        "help",
        "text",
        "phone",
        "case",
        "team",
    }
    with connection.cursor() as cursor:
        for model in (Progress, Statement):
            columns = {
                column.name for column in connection.introspection.get_table_description(cursor, model._meta.db_table)
            }
            words = {part for column in columns for part in column.split("_")}
            assert not words & forbidden
