"""Days and working days as offices count them."""

import datetime

from federation import clock


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
