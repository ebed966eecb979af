"""Every rule that the tables of referrals hold, each broken with raw SQL: the code above them may have a mistake."""

import uuid

from django.apps import apps
from django.db import IntegrityError, connection, transaction

from federation.custody import facts
from municipal.referrals import models

V, M = "vilvoorde", "molenbeek"
NEW_STEP = "INSERT INTO referral_step (referral_id, legal_id, at, by) VALUES ('{handover}', '%s', now(), '%s')"
NEW_REPORT = (
    'INSERT INTO referral_report (referral_id, kind, code, text, "on", at, by)'
    " VALUES ('{advised}', '%s', '%s', '%s', now(), now(), '%s')"
)
NEW_ITEM = (
    "INSERT INTO team_item (referral_id, team, code, role, reminder, at, read_by)"
    " VALUES ('{handover}', '%s', 'answerDue', '%s', true, now(), '')"
)
NEW_DRAFT = (
    "INSERT INTO referral_draft (case_id, subject, referral_id, given, kept_at)"
    " SELECT case_id, '%s', %s, '{{}}', now() FROM referral WHERE id = '{handover}'"
)
# ruff: noqa: S608 -- the statements are written here, no caller says them
COPY = (
    f'INSERT INTO referral SELECT (jsonb_populate_record(r, \'{{{{"id": "{uuid.uuid4()}"}}}}\'::jsonb)).*'
    " FROM referral r WHERE id = '{handover}'"
)

CONSTRAINTS = [
    ("one_open_handover_per_case", V, COPY),
    ("a_direction_is_sent_or_received", V, "UPDATE referral SET direction = 'sideways' WHERE id = '{handover}'"),
    ("a_referral_has_a_kind_or_is_a_tombstone", V, "UPDATE referral SET kind = 'gossip' WHERE id = '{share}'"),
    ("a_state_is_known_to_its_side", V, "UPDATE referral SET state = 'held' WHERE id = '{handover}'"),
    ("a_referral_has_a_team_that_answers", V, "UPDATE referral SET team = '' WHERE id = '{handover}'"),
    (
        "custody_moves_by_handovers_alone",
        V,
        "UPDATE referral SET offered_custody_row = gen_random_uuid() WHERE id = '{share}'",
    ),
    (
        "a_handover_names_the_custody_row_that_it_ends",
        V,
        "UPDATE referral SET offered_custody_row = NULL WHERE id = '{handover}'",
    ),
    (
        "advice_is_never_accepted_nor_carries_a_file",
        V,
        "UPDATE referral SET answer = 'released' WHERE id = '{advice}'",
    ),
    ("what_is_shared_rests_on_a_consent", V, "UPDATE referral SET consent_digest = '' WHERE id = '{share}'"),
    ("a_sent_file_rests_on_a_consent_of_ours", V, "UPDATE referral SET ground = '' WHERE id = '{share}'"),
    ("a_sent_file_rests_on_a_consent_of_ours", V, "UPDATE referral SET consent_id = NULL WHERE id = '{share}'"),
    ("a_hand_back_by_itself_carries_no_file", V, "UPDATE referral SET by_itself = true WHERE id = '{handover}'"),
    ("a_hand_back_says_what_it_answers_and_why", V, "UPDATE referral SET hand_back = true WHERE id = '{handover}'"),
    ("each_side_keeps_its_own_facts", V, "UPDATE referral SET released = true WHERE id = '{share}'"),
    ("each_side_keeps_its_own_facts", M, "UPDATE referral SET answer = 'released' WHERE id = '{share}'"),
    ("custody_opens_with_an_acceptance", M, "UPDATE referral SET custody_open = true WHERE id = '{handover}'"),
    (
        "an_answer_is_hoped_for_between_1900_and_2199",
        M,
        "UPDATE referral SET answer_by = '9999-12-31' WHERE id = '{share}'",
    ),
    ("a_dossier_comes_with_a_release", M, "UPDATE referral SET has_dossier = true WHERE id = '{share}'"),
    ("a_withdrawn_consent_has_its_time", V, "UPDATE referral SET consent_withdrawn = true WHERE id = '{share}'"),
    ("a_stated_version_has_its_digest", V, "UPDATE referral SET stated_version = 0 WHERE id = '{share}'"),
    ("a_stated_version_has_its_digest", M, "UPDATE referral SET stated_digest = '' WHERE id = '{share}'"),
    (
        "the_state_that_stands_has_its_time",
        V,
        "UPDATE referral SET received_at = NULL, received_by = '' WHERE id = '{handover}'",
    ),
    *(
        (
            f"{stem}_has_time_and_person_or_neither",
            V,
            f"UPDATE referral SET {stem}_at = now(), {stem}_by = ''",
        )
        for stem in models.STEMS
    ),
    (
        "one_legal_step_per_direction_and_change",
        V,
        "INSERT INTO legal_step SELECT 'another', direction, from_state, to_state FROM legal_step LIMIT 1",
    ),
    ("a_step_is_made_by_somebody", V, NEW_STEP % ("sent:received>opened", "")),
    (
        "a_step_was_said_between_1900_and_2199",
        V,
        (
            "INSERT INTO referral_step (referral_id, legal_id, at, by, said_at)"
            " VALUES ('{handover}', 'sent:received>opened', now(), 'x', '9999-12-31 23:59:59Z')"
        ),
    ),
    (
        "a_report_is_of_a_day_between_1900_and_2199",
        V,
        NEW_REPORT.replace("now(), now()", "'9999-12-31', now()") % ("progress", "noShow", "", "x"),
    ),
    ("a_report_tells_a_code_or_gives_advice", V, NEW_REPORT % ("progress", "noShow", "and a story", "x")),
    ("a_report_tells_a_code_or_gives_advice", V, NEW_REPORT % ("advice", "", "", "x")),
    ("one_outcome_or_advice_per_referral", V, NEW_REPORT % ("outcome", "goalsReached", "", "x")),
    ("a_report_is_made_by_somebody", V, NEW_REPORT % ("progress", "noShow", "", "")),
    ("a_received_dossier_has_a_digest", M, "UPDATE received_dossier SET digest = 'none'"),
    ("one_reminder_per_referral_and_role", V, ";".join([NEW_ITEM % ("prevention", "team")] * 2)),
    ("an_item_is_on_a_teams_list", V, NEW_ITEM % ("", "team")),
    ("an_item_is_for_a_known_role", V, NEW_ITEM % ("prevention", "mayor")),
    ("read_has_time_and_person_or_neither", M, "UPDATE team_item SET read_at = now(), read_by = ''"),
    ("one_draft_per_person_and_case", V, ";".join([NEW_DRAFT % ("els", "gen_random_uuid()")] * 2)),
    ("one_draft_per_referral", V, ";".join(NEW_DRAFT % (name, "'{handover}'::uuid") for name in ("els", "karim"))),
    ("a_draft_is_somebodys", V, NEW_DRAFT % ("", "gen_random_uuid()")),
]

TRIGGERS = [
    *(
        ("referral_history_is_append_only", V, sql)
        for sql in (
            "UPDATE referral_step SET by = 'another'",
            "DELETE FROM referral_step",
            "UPDATE referral_report SET text = 'something else'",
            "DELETE FROM referral_report",
            "DELETE FROM referral WHERE id = '{handover}'",
            "UPDATE legal_step SET to_state = 'released'",
            "DELETE FROM legal_step",
        )
    ),
    (
        "no_state_is_jumped_over",
        V,
        "UPDATE referral SET state = 'draft' WHERE id = '{handover}'",
    ),
    ("no_state_is_jumped_over", V, COPY),
    ("no_state_is_jumped_over", M, COPY.replace("{handover}", "{held}")),
    ("each_step_begins_where_the_last_ended", V, NEW_STEP % ("sent:offered>received", "x")),
    ("each_step_begins_where_the_last_ended", V, NEW_STEP % ("received:none>received", "x")),
    ("each_step_begins_where_the_last_ended", V, NEW_STEP % ("sent:received>released", "x")),
    ("referral_step_legal_id", V, NEW_STEP % ("sent:draft>held", "x")),
    *(
        ("an_offer_stays_as_it_was", V, f"UPDATE referral SET {change} WHERE id = '{{handover}}'")
        for change in (
            "id = gen_random_uuid()",
            "direction = 'received'",
            "peer = 'another'",
            "kind = 'share', offered_custody_row = NULL",
            "consent_digest = 'sha256:' || repeat('0', 64)",
            "consent_id = (SELECT consent_id FROM referral WHERE id = '{share}')",
            "ground = 'socialSupport'",
            "offered_custody_row = gen_random_uuid()",
            "relates_to = gen_random_uuid()",
            "case_id = (SELECT case_id FROM referral WHERE id = '{share}')",
            "began_at = now()",
        )
    ),
    ("an_offer_stays_as_it_was", M, "UPDATE referral SET accepted = false, custody_open = false WHERE id = '{held}'"),
    ("an_offer_stays_as_it_was", M, "UPDATE referral SET released = false, has_dossier = false WHERE id = '{held}'"),
    ("an_offer_stays_as_it_was", V, "UPDATE referral SET answer = 'consentEnded' WHERE id = '{held}'"),
    ("an_offer_stays_as_it_was", V, "UPDATE referral SET consent_withdrawn = false WHERE id = '{withdrawn}'"),
    ("an_offer_stays_as_it_was", V, "UPDATE referral SET revocation_asked = false WHERE id = '{revoked}'"),
]


def scenes(desk, towns) -> dict[str, uuid.UUID]:
    """Will make one referral of each sort that the rules speak about."""
    found = {kind: desk.offered(kind, name=kind).referral for kind in ("handover", "share", "advice")}
    held, advised = desk.offered(name="held"), desk.offered("advice", name="advised")
    withdrawn, revoked = desk.offered(name="withdrawn"), desk.offered(name="revoked")
    towns.settle()
    for referral in (held.referral, advised.referral):
        desk.open(M, referral)
    desk.accept(M, held.referral)
    desk.advise(M, advised.referral)
    desk.withdraw(V, withdrawn.consent)
    desk.revoke(V, revoked.referral)
    towns.settle()
    more = {"held": held, "advised": advised, "withdrawn": withdrawn, "revoked": revoked}
    return found | {name: one.referral for name, one in more.items()}


def breaks(sql: str, *, triggers: bool) -> str:
    """Return the name of the rule that refuses `sql`, or "nothing did"; whatever it did is taken back."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if not triggers:
                cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            changed = cursor.rowcount
            transaction.set_rollback(True)
    except IntegrityError as refusal:
        return str(refusal.__cause__.diag.constraint_name)
    return f"nothing did ({changed})"


def test_every_constraint_and_trigger_refuses_what_breaks_it(desk, towns) -> None:
    ids = {name: str(referral) for name, referral in scenes(desk, towns).items()}
    wrong = []

    for table, triggers in ((CONSTRAINTS, False), (TRIGGERS, True)):
        for name, town, sql in table:
            with towns.at(town):
                refused = breaks(sql.format(**ids), triggers=triggers)
            if not refused.startswith(name):
                wrong.append(f"{name} in {town}: {refused} refused {sql}")

    assert "\n".join(wrong) == ""


def test_every_rule_of_the_tables_is_among_those_that_are_broken() -> None:
    declared = {
        constraint.name
        for model in apps.get_app_config("referrals").get_models()
        for constraint in model._meta.constraints
    }

    assert declared - {name for name, _, _ in CONSTRAINTS} == set()


def test_the_triggers_are_those_that_are_broken(towns) -> None:
    rows = towns[V].query(
        "SELECT DISTINCT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text IN"
        " ('referral', 'referral_step', 'referral_report', 'legal_step', 'team_item', 'received_dossier')"
    )

    assert {row[0] for row in rows} == {name for name, _, _ in TRIGGERS} - {"referral_step_legal_id"}


def test_the_table_of_legal_steps_is_the_protocols(towns) -> None:
    rows = towns[V].query("SELECT code, direction, from_state, to_state FROM legal_step")

    sent = {("sent", before.value, after.value) for before, after in facts.SENT_STEPS}
    received = {("received", before.value if before else "", after.value) for before, after in facts.RECEIVED_STEPS}
    assert {row[1:] for row in rows} == sent | received
    assert len(rows) == len(sent | received)
