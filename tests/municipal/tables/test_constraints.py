"""Every rule that the tables of partner tables hold, each broken with raw SQL."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

import casework
from casework import TODAY, hand_over
from municipal.cases import actions as cases
from partner_tables import DAY, MINOR, agree, meet, put, seat

BROKEN = [
    ("a_table_is_known", "UPDATE tables_meeting SET \"table\" = 'elderly'"),
    ("one_meeting_per_table_and_day", "MEETING "),
    ("a_seat_names_somebody", "UPDATE tables_seat SET name = '  '"),
    ("an_organisation_is_known", "SEAT organisation = 'neighbours', name = 'Tom H.'"),
    ("one_seat_per_name_and_meeting", "SEAT subject = ''"),
    ("one_seat_per_colleague_and_meeting", "SEAT name = 'Els W. again'"),
    ("only_a_colleague_has_an_account", "UPDATE tables_seat SET subject = 'x' WHERE organisation = 'pupilGuidance'"),
    ("one_item_per_case_and_meeting", "ITEM position = 9"),
    ("one_item_per_position", "SAME_PLACE"),
    ("positions_start_at_one", "UPDATE tables_agenda_item SET position = 0"),
    ("a_point_stays_at_its_meeting", "UPDATE tables_agenda_item SET meeting_id = gen_random_uuid()"),
    ("a_case_comes_to_the_table_of_its_age", "MINOR"),
    ("a_case_comes_to_the_table_of_its_age", "NOBODY"),
    (
        "a_closed_file_comes_on_no_agenda",
        "CLOSED ITEM meeting_id = (SELECT id FROM tables_meeting ORDER BY held_on DESC LIMIT 1)",
    ),
    ("an_agreement_is_due_between_1900_and_2199", "UPDATE tables_agreement SET due_on = '9999-12-31'"),
    ("an_agreement_says_what", "AGREEMENT what = ' '"),
    ("an_agreement_is_told_to_one", "AGREEMENT tells_person = true"),
    ("an_agreement_is_told_to_one", "AGREEMENT tells_id = NULL"),
    ("nobody_tells_himself", "AGREEMENT tells_id = who_id, id = id"),
    ("a_state_is_known", "UPDATE tables_agreement SET state = 'doing'"),
    ("an_agreement_is_settled_by_somebody", "UPDATE tables_agreement SET state = 'done'"),
    ("an_agreement_is_settled_by_somebody", "UPDATE tables_agreement SET settled_at = agreed_at, settled_by = 'x'"),
    ("a_postponement_has_a_reason", "UPDATE tables_agreement SET state = 'postponed'"),
    ("a_postponement_has_a_reason", "UPDATE tables_agreement SET postpone_reason = 'notFree'"),
    (
        "what_did_not_work_says_why",
        "UPDATE tables_agreement SET state = 'didNotWork', settled_at = agreed_at, settled_by = 'x'",
    ),
    ("what_did_not_work_says_why", "UPDATE tables_agreement SET why_not = 'zomaar'"),
    (
        "an_agreement_is_settled_after_it_was_made",
        "UPDATE tables_agreement SET state = 'done', settled_at = agreed_at - interval '1 s', settled_by = 'x'",
    ),
    ("what_was_agreed_is_not_rewritten", "UPDATE tables_agreement SET what = 'iets anders'"),
    ("what_was_agreed_is_not_rewritten", "UPDATE tables_agreement SET tells_id = NULL, tells_person = true"),
    ("who_agrees_sits_at_the_table", "AGREEMENT who_id = (SELECT id FROM tables_seat WHERE name = 'Ines D.')"),
    ("who_agrees_sits_at_the_table", "AGREEMENT tells_id = (SELECT id FROM tables_seat WHERE name = 'Ines D.')"),
    ("a_closed_file_takes_no_agreement", "CLOSED AGREEMENT what = 'te laat'"),
    ("agreements_are_erased_with_the_file", "ERASED"),
]


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def copied(table: str, changes: str, *, where: str = "true") -> str:
    """Return the insertion of a copy of a table's row with some columns changed."""
    changed = dict(part.split(" = ", 1) for part in changes.split(", ") if part) if changes else {}
    with connection.cursor() as cursor:
        names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    values = {"id": "gen_random_uuid()"} | changed
    shown = ", ".join(values.get(name, f'"{name}"') for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({quoted}) SELECT {shown} FROM {table} WHERE {where} LIMIT 1"  # noqa: S608 -- a test's own words


def break_it(statement: str, case) -> None:
    word, _, rest = statement.partition(" ")
    match word:
        case "MEETING":
            run(copied("tables_meeting", rest))
        case "SEAT":
            run(copied("tables_seat", rest, where="name = 'Els W.'"))
        case "ITEM":
            run(copied("tables_agenda_item", rest))
        case "AGREEMENT":
            run(copied("tables_agreement", rest))
        case "SAME_PLACE":
            other = casework.open_case()
            run(copied("tables_agenda_item", f"case_id = '{other}'"))
            run("SET CONSTRAINTS ALL IMMEDIATE")
        case "MINOR":
            run(copied("tables_agenda_item", f"position = 9, case_id = '{casework.open_case(**MINOR)}'"))
        case "NOBODY":
            run(f"UPDATE cases_case SET person_id = NULL WHERE id = '{case}'")  # noqa: S608
            run(
                copied(
                    "tables_agenda_item",
                    "position = 9, meeting_id = (SELECT id FROM tables_meeting WHERE held_on > '2026-11-24')",
                )
            )
        case "ERASED":
            cases.erase_content(case_id=case, by=casework.COORDINATOR, at=casework.AT)
            run("SET CONSTRAINTS ALL IMMEDIATE")
        case _:
            run(statement)


@pytest.mark.parametrize(("constraint", "statement"), BROKEN, ids=[f"{n}-{name}" for n, (name, _) in enumerate(BROKEN)])
def test_the_table_refuses(case, constraint, statement):
    meeting = meet()
    els = seat(meeting, "Els W.", "municipality", me=True)
    karen = seat(meeting, "Karen M.", "pupilGuidance")
    agree(put(meeting, case), who=karen, tells=els)
    seat(meet(held_on=TODAY + 7 * DAY), "Ines D.", "youthService")
    if statement.startswith("CLOSED "):
        hand_over(case)
        statement = statement.removeprefix("CLOSED ")

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        break_it(statement, case)

    assert refused.value.__cause__.diag.constraint_name == constraint


def test_every_named_constraint_of_partner_tables_is_tried():
    named = {
        constraint.name
        for model in apps.get_app_config("tables").get_models()
        for constraint in model._meta.constraints
    }

    assert named - {name for name, _ in BROKEN} == set()
