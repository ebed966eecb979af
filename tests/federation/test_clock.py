"""Days and working days as offices count them."""

import datetime

from hypothesis import given, strategies as st

from federation import clock

DAYS = st.dates(min_value=datetime.date(2020, 1, 1), max_value=datetime.date(2030, 12, 31))


def walked(start: datetime.date, end: datetime.date, closed: set[datetime.date]) -> int:
    """Count working days as a person with a calendar does."""
    days = (start + datetime.timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(day.weekday() < clock.SATURDAY and day not in closed for day in days)


@given(start=DAYS, end=DAYS, closures=st.sets(DAYS, max_size=20))
def test_working_days_are_counted_as_a_walk_over_the_calendar_counts_them(start, end, closures) -> None:
    closed = clock.closed_days("BE", tuple(closures), tuple(range(2020, 2031)))

    assert clock.working_days_after(start, end, closed=closed) == walked(start, end, closed)


def test_a_day_far_away_is_counted_as_fast_as_tomorrow() -> None:
    class Day(datetime.date):
        """A day on which nobody walks on."""

        def __add__(self, _other):
            raise AssertionError

    first, last = (Day.fromordinal(day.toordinal()) for day in clock.DAYS)

    assert clock.working_days_after(first, last, closed=()) == 78_266
    assert clock.working_days_after(last, first, closed=()) == 0


def test_the_years_that_are_taken_have_a_first_and_a_last() -> None:
    outside = datetime.timedelta(microseconds=1)

    assert [clock.within(day) for day in clock.DAYS] == [True, True]
    assert [clock.within(at) for at in clock.INSTANTS] == [True, True]
    assert [clock.within(at) for at in (clock.INSTANTS[0] - outside, clock.INSTANTS[1] + outside)] == [False, False]


def test_working_days_leave_out_weekends_and_closed_days() -> None:
    friday, christmas = datetime.date(2026, 12, 18), datetime.date(2026, 12, 25)

    assert clock.working_days_after(friday, friday, closed=()) == 0
    assert clock.working_days_after(friday, datetime.date(2026, 12, 21), closed=()) == 1
    assert clock.working_days_after(friday, datetime.date(2026, 12, 28), closed=()) == 6
    assert clock.working_days_after(friday, datetime.date(2026, 12, 28), closed={christmas}) == 5
    assert clock.working_days_after(christmas, friday, closed=()) == 0


def test_closed_days_are_public_holidays_and_the_closures_of_an_office() -> None:
    found = clock.closed_days("BE", (datetime.date(2026, 12, 24),), (2026,))

    assert {datetime.date(2026, 7, 21), datetime.date(2026, 11, 11), datetime.date(2026, 12, 24)} <= found
    assert datetime.date(2026, 12, 23) not in found
