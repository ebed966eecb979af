"""Every rule that the tables hold, each broken with raw SQL: the code above them may have a mistake."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from casework import fill, give_consent, hand_over, link, open_case

NEW_ENTRY = """
INSERT INTO cases_entry (entry_id, version, case_id, block, written_at, written_by, written_in, text, life_domain,
    progress_sign, who, compared_with_picture, contact_kind, visibility, goal_id, until_on, evaluated_on, happened_at,
    addendum_to, came_by)
SELECT {entry_id}, {version}, case_id, {block}, written_at, written_by, written_in, {text}, {life_domain},
    {progress_sign}, {who}, {compared_with_picture}, {contact_kind}, {visibility}, {goal_id}, {until_on},
    {evaluated_on}, {happened_at}, {addendum_to}, {came_by}
FROM cases_entry WHERE block = {like} LIMIT 1
"""
COLUMNS = [
    "version",
    "block",
    "text",
    "life_domain",
    "progress_sign",
    "who",
    "compared_with_picture",
    "contact_kind",
    "visibility",
    "goal_id",
    "until_on",
    "evaluated_on",
    "happened_at",
    "addendum_to",
    "came_by",
]


def entry(like: str, **changed: str) -> str:
    """Return the insertion of an entry that is like an existing one of a block, but for what is changed."""
    values = {name: name for name in COLUMNS} | {"entry_id": "gen_random_uuid()", "like": f"'{like}'"} | changed
    return NEW_ENTRY.format(**values)


BROKEN = [
    ("a_person_has_a_name", "UPDATE people_person SET last_name = '  '"),
    ("a_contact_language_is_a_code", "UPDATE people_person SET contact_language = 'NL'"),
    ("a_phone_number_can_be_called_from_anywhere", "UPDATE people_person SET phone = '02 000 11 99'"),
    ("a_birth_date_is_between_1900_and_2199", "UPDATE people_person SET birth_on = '1899-12-31'"),
    ("a_municipality_of_stay_is_a_nis_code", "UPDATE people_person SET municipality = '1800'"),
    ("one_case_per_year_and_number", "COPY_CASE reference = 'VV-2026-9999'"),
    ("cases_case_reference_key", "COPY_CASE number = 9999"),
    ("a_stay_kind_is_known", "UPDATE cases_case SET stay_kind = 'holiday'"),
    ("a_case_has_a_team", "UPDATE cases_case SET team = ''"),
    ("a_case_is_closed_by_somebody", "UPDATE cases_case SET closed_for_writing_at = opened_at"),
    ("a_case_is_erased_by_somebody", "UPDATE cases_case SET erased_by = 'somebody'"),
    ("an_erased_case_holds_nobody", "UPDATE cases_case SET erased_at = opened_at, erased_by = 'somebody'"),
    (
        "a_next_contact_is_between_1900_and_2199",
        "UPDATE cases_case SET next_contact_on = '9999-12-31', next_contact_who = 'x'",
    ),
    ("the_days_of_an_entry_are_between_1900_and_2199", entry("ways", until_on="date '9999-12-31'")),
    ("the_days_of_an_entry_are_between_1900_and_2199", entry("evaluations", evaluated_on="date '1899-12-31'")),
    (
        "the_days_of_an_entry_are_between_1900_and_2199",
        entry("contactNotes", happened_at="timestamptz '9999-12-31 23:59:59Z'"),
    ),
    ("a_next_contact_has_a_day_and_somebody", "UPDATE cases_case SET next_contact_on = '2026-12-01'"),
    (
        "a_case_closes_after_it_opened",
        "UPDATE cases_case SET closed_for_writing_at = opened_at - interval '1 s', closed_for_writing_by = 'x'",
    ),
    ("a_counter_starts_at_one", "UPDATE cases_referencecounter SET last = 0"),
    (
        "one_open_custody_row_per_case_and_acquisition",
        (
            "INSERT INTO cases_custody_row SELECT gen_random_uuid(), acquired_by, referral_id, started_at, started_by,"
            " ended_at, ended_by, ended_by_referral, case_id FROM cases_custody_row"
        ),
    ),
    ("custody_comes_by_intake_or_by_a_referral", "CUSTODY acquired_by = 'gift'"),
    ("custody_ends_by_a_referral", "UPDATE cases_custody_row SET ended_at = started_at"),
    (
        "custody_ends_after_it_started",
        (
            "UPDATE cases_custody_row SET ended_at = started_at - interval '1 s', ended_by = 'x',"
            " ended_by_referral = gen_random_uuid()"
        ),
    ),
    ("a_custody_row_ends_once_and_is_kept", "DELETE FROM cases_custody_row"),
    ("a_custody_row_ends_once_and_is_kept", "UPDATE cases_custody_row SET started_by = 'somebody else'"),
    ("a_file_open_for_writing_has_a_custodian", "END_CUSTODY"),
    ("one_row_per_entry_and_version", "UNTRIGGERED " + entry("goals", entry_id="entry_id")),
    ("versions_start_at_one", "UNTRIGGERED " + entry("goals", version="0")),
    ("versions_follow_each_other", entry("goals", version="2")),
    ("versions_follow_each_other", entry("goals", entry_id="entry_id", version="3")),
    (
        "versions_follow_each_other",
        entry("situationPicture", entry_id="entry_id", version="2", life_domain="'friends'"),
    ),
    ("an_entry_says_something", entry("goals", text="' '")),
    ("a_picture_names_its_life_domain", entry("situationPicture", life_domain="''")),
    ("a_goal_has_one_way_to_see_progress", entry("goals", progress_sign="''")),
    ("a_way_says_who_and_until_when", entry("ways", who="''")),
    ("an_evaluation_has_a_day_and_a_comparison", entry("evaluations", evaluated_on="NULL")),
    ("ways_and_evaluations_belong_to_a_goal", entry("goals", goal_id="entry_id")),
    ("ways_and_evaluations_come_after_their_goal", entry("ways", goal_id="gen_random_uuid()")),
    ("a_contact_note_has_kind_time_and_visibility", entry("contactNotes", visibility="'all'")),
    ("a_contact_note_has_one_version", entry("contactNotes", entry_id="entry_id", version="2")),
    ("an_addendum_belongs_to_a_note", entry("contactNotes", addendum_to="gen_random_uuid()")),
    ("goals_come_after_a_picture", "EMPTY " + entry("goals", progress_sign="'x'")),
    ("a_closed_file_takes_no_entry", "CLOSED " + entry("contactNotes")),
    ("a_file_that_has_not_come_takes_contact_notes_only", "SHELL " + entry("situationPicture")),
    ("entries_are_added_and_never_changed", "UPDATE cases_entry SET text = 'anders'"),
    ("entries_are_added_and_never_changed", "DELETE FROM cases_entry"),
    ("a_link_names_two_cases_in_order", "LINK first_id = second_id, second_id = first_id"),
    ("a_link_names_two_cases_in_order", "LINK second_id = first_id"),
    ("two_cases_are_linked_once", "LINK "),
    ("a_link_has_a_known_kind", "LINK kind = 'neighbour'"),
    ("consents_of_one_purpose_do_not_overlap", "CONSENT id = gen_random_uuid(), digest = 'sha256:' || repeat('0', 64)"),
    ("a_purpose_is_known", "CONSENT purpose = 'advice'"),
    ("a_consent_names_blocks_of_the_file", "CONSENT blocks = '{}'"),
    ("a_consent_names_blocks_of_the_file", "CONSENT blocks = '{nationalNumber}'"),
    ("a_giver_is_known", "CONSENT giver = 'neighbour'"),
    ("a_way_of_asking_is_known", "CONSENT how = 'assumed'"),
    ("a_consent_ends", "CONSENT valid_until = given_on"),
    ("a_consent_stands_once_it_was_given", "CONSENT stands_from = given_on - 1"),
    ("a_consent_has_a_digest", "CONSENT digest = 'sha256:'"),
    ("a_withdrawal_is_recorded_by_somebody", "UPDATE consents_consent SET withdrawn_at = recorded_at"),
    (
        "a_withdrawal_comes_after_its_consent",
        "UPDATE consents_consent SET withdrawn_at = recorded_at - interval '1 s', withdrawn_by = 'x'",
    ),
    ("only_a_withdrawal_is_added_to_a_consent", "UPDATE consents_consent SET blocks = '{identity}'"),
    ("only_a_withdrawal_is_added_to_a_consent", "DELETE FROM consents_consent"),
    (
        "only_a_withdrawal_is_added_to_a_consent",
        "WITHDRAWN UPDATE consents_consent SET withdrawn_at = NULL, withdrawn_by = ''",
    ),
    (
        "one_answer_per_caller_call_and_key",
        (
            "INSERT INTO rest_idempotency_key (subject, call, key, body_digest, status, href, created_at)"
            " SELECT 'x', 'POST /', 'key', '', 200, '', now() FROM generate_series(1, 2)"
        ),
    ),
    (
        "only_done_acts_are_remembered",
        (
            "INSERT INTO rest_idempotency_key (subject, call, key, body_digest, status, href, created_at)"
            " VALUES ('x', 'POST /', 'key', '', 409, '', now())"
        ),
    ),
]
IMPOSSIBLE_BY_SQL_ALONE = {"one_custody_row_per_referral"}
"""Broken in test_custody.py: it takes a referral."""


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def copied(table: str, changes: str) -> str:
    """Return the insertion of a copy of a table's first row with some columns changed."""
    changed = dict(part.split(" = ", 1) for part in changes.split(", ", 1) if part) if changes else {}
    with connection.cursor() as cursor:
        names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    values = {"id": "gen_random_uuid()", "person_id": "NULL"} | changed
    shown = ", ".join(values.get(name, f'"{name}"') for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({quoted}) SELECT {shown} FROM {table} LIMIT 1"  # noqa: S608 -- a test's own words


def break_it(statement: str) -> None:
    """Run what a line of the table says, after the state that its first word names has been made."""
    word, _, rest = statement.partition(" ")
    match word:
        case "COPY_CASE":
            run(copied("cases_case", rest))
        case "CUSTODY":
            run(copied("cases_custody_row", f"{rest}, referral_id = gen_random_uuid()"))
        case "CONSENT":
            run(copied("consents_consent", rest))
        case "LINK":
            run(copied("cases_caselink", rest))
        case "END_CUSTODY":
            run(
                "UPDATE cases_custody_row SET ended_at = started_at, ended_by = 'x',"
                " ended_by_referral = gen_random_uuid(); SET CONSTRAINTS ALL IMMEDIATE"
            )
        case "EMPTY":
            run(
                "INSERT INTO people_person SELECT gen_random_uuid(), first_name, last_name, birth_on,"
                " contact_language, interpreter_needed, phone, municipality FROM people_person"
            )
            run(copied("cases_case", "number = 77, reference = 'VV-2026-0077'"))
            run(
                rest.replace(
                    "SELECT gen_random_uuid(), version, case_id",
                    "SELECT gen_random_uuid(), version, (SELECT id FROM cases_case WHERE number = 77)",
                )
            )
        case "SHELL":
            run("UPDATE cases_case SET awaiting_dossier = true")
            run(rest)
        case "WITHDRAWN":
            run("UPDATE consents_consent SET withdrawn_at = recorded_at, withdrawn_by = 'x'")
            run(rest)
        case "UNTRIGGERED":
            run("SET CONSTRAINTS ALL IMMEDIATE")
            run("ALTER TABLE cases_entry DISABLE TRIGGER entries_follow_the_order_of_work")
            run(rest)
        case _:
            run(statement)


@pytest.mark.parametrize(("constraint", "statement"), BROKEN, ids=[f"{n}-{name}" for n, (name, _) in enumerate(BROKEN)])
def test_the_table_refuses(case, constraint, statement):
    fill(case)
    give_consent(case)
    if statement.startswith("LINK"):
        link(case, open_case())
    if statement.startswith("CLOSED "):
        hand_over(case)
        statement = statement.removeprefix("CLOSED ")

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        break_it(statement)

    assert refused.value.__cause__.diag.constraint_name == constraint


def test_every_named_constraint_of_casework_is_tried():
    named = {
        constraint.name
        for label in ("people", "cases", "consents", "rest")
        for model in apps.get_app_config(label).get_models()
        for constraint in model._meta.constraints
    }

    assert named - {name for name, _ in BROKEN} == IMPOSSIBLE_BY_SQL_ALONE
