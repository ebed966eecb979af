"""Every write to partner tables, split by verb; this page names them all, so that callers say `actions.agree`."""

from municipal.tables.actions.agreeing import (
    agree,
    erase_agreements,
    mark_not_worked,
    postpone_agreement,
    read_agreements,
    read_item,
    read_minutes,
    reopen_agreement,
    tick_agreement,
)
from municipal.tables.actions.meeting import (
    add_seat,
    cancel_meeting,
    change_question,
    excuse_seat,
    move_point,
    plan_meeting,
    put_carried_on_agenda,
    put_on_agenda,
    remove_seat,
    take_off_agenda,
    take_seat,
)

__all__ = [
    "add_seat",
    "agree",
    "cancel_meeting",
    "change_question",
    "erase_agreements",
    "excuse_seat",
    "mark_not_worked",
    "move_point",
    "plan_meeting",
    "postpone_agreement",
    "put_carried_on_agenda",
    "put_on_agenda",
    "read_agreements",
    "read_item",
    "read_minutes",
    "remove_seat",
    "reopen_agreement",
    "take_off_agenda",
    "take_seat",
    "tick_agreement",
]
