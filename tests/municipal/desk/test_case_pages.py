"""What people do on the pages of a case, and what they see when something stands in the way."""

import dataclasses
import datetime
import re
import uuid

import pytest

import casework
from casework import AT, CASEWORKER, COORDINATOR, OFFICER, TODAY, fill, give_consent, hand_over, rows
from federation import clock
from federation.audit.models import AuditEntry
from municipal.cases import queries
from page_client import browser
from people_at_work import actor

DAY = datetime.timedelta(days=1)
NOTE = {"text": "Moeder belde: het gaat beter.", "contact_kind": "homeVisit", "visibility": "team"}
PERSON = {
    "first_name": "Sami",
    "last_name": "Verzonnen",
    "birth_on": "12/04/2005",
    "contact_language": "nl",
    "phone": "+32 2 000 11 99",
    "municipality": "23088",
    "stay_kind": "move",
}


KARIM = dataclasses.replace(CASEWORKER, subject="1b3ad2b2-55b5-5d63-8f94-1d8e6f6a4f0e")
CALL = {"contactKind": "phone", "happenedAt": AT, "visibility": "team", "text": "Belde."}


def said(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", written(answer)))


def written(answer):
    return answer.content.decode()


def test_a_home_visit_is_noted_with_two_clicks_from_my_work(case, page_client):
    client = page_client(CASEWORKER)
    today = clock.today_in_brussels(clock.now())
    client.post(
        f"/cases/{case}/next-contact", {"version": 1, "next_contact_on": f"{today:%d/%m/%Y}", "next_contact_who": "Els"}
    )

    assert f'href="/cases/{case}"' in written(client.get("/"))
    form = written(client.get(f"/cases/{case}"))
    assert f'action="/cases/{case}/timeline"' in form
    assert '<option value="homeVisit" selected>' in form
    saved = client.post(f"/cases/{case}/timeline", NOTE)

    assert (saved.status_code, saved["Location"]) == (302, f"/cases/{case}/timeline")
    note = queries.current_entries(case).get()
    assert (note.text, note.contact_kind, note.visibility) == (NOTE["text"], "homeVisit", "team")
    assert NOTE["text"] in written(client.get(f"/cases/{case}/timeline"))


def test_a_note_of_an_earlier_day_is_of_that_day_and_none_is_of_a_day_to_come(case, page_client):
    client = page_client(CASEWORKER)
    today = clock.today_in_brussels(clock.now())
    yesterday, tomorrow = today - DAY, today + DAY

    late = client.post(f"/cases/{case}/timeline", NOTE | {"happened_on": f"{tomorrow:%d/%m/%Y}"})
    assert late.status_code == 422
    assert "This day is still to come." in written(late)
    assert NOTE["text"] in written(late)
    assert not queries.current_entries(case).exists()
    client.post(f"/cases/{case}/timeline", NOTE | {"happened_on": f"{yesterday:%d/%m/%Y}"})

    assert clock.today_in_brussels(queries.current_entries(case).get().happened_at) == yesterday


def test_an_unfinished_note_waits_for_its_writer_and_for_nobody_else(case, page_client):
    client = page_client(CASEWORKER)
    kept = client.post(f"/cases/{case}", {"text": "Half geschreven", "contact_kind": "phone", "keep-draft": "1"})

    assert kept.status_code == 302
    for path in (f"/cases/{case}", f"/cases/{case}/timeline"):
        assert "Half geschreven" in written(client.get(path))
    assert "Finish the note" in written(client.get("/"))
    colleague = page_client(dataclasses.replace(CASEWORKER, subject="1b3ad2b2-55b5-5d63-8f94-1d8e6f6a4f0e"))
    assert "Half geschreven" not in written(colleague.get(f"/cases/{case}/timeline"))
    assert "Finish the note" not in written(colleague.get("/"))
    client.post(f"/cases/{case}/timeline", NOTE)
    assert "Finish the note" not in written(client.get("/"))


def test_what_is_added_to_a_note_stands_below_it_and_the_note_stays(case, page_client):
    note = fill(case)["contactNotes"]
    client = page_client(CASEWORKER)

    empty = client.post(f"/cases/{case}/timeline/{note}/addendum", {"text": " "})
    assert empty.status_code == 422
    client.post(f"/cases/{case}/timeline/{note}/addendum", {"text": "Het was de tante."})

    shown = written(client.get(f"/cases/{case}/timeline"))
    assert shown.index("Belde zelf.") < shown.index("Het was de tante.")
    addendum = queries.current_entries(case).get(addendum_to=note)
    assert (addendum.text, addendum.visibility, addendum.contact_kind) == ("Het was de tante.", "team", "phone")
    assert queries.last_version(case, note).version == 1


def test_nothing_is_added_to_what_is_no_note(case, page_client):
    goal = fill(case)["goals"]
    before = rows()["cases_entry"]

    for path in (f"/cases/{case}/timeline/{goal}/addendum",):
        assert page_client(CASEWORKER).post(path, {"text": "x"}).status_code == 404

    assert rows()["cases_entry"] == before


def test_goals_come_after_the_picture_and_ways_hang_on_a_goal(case, page_client):
    client = page_client(CASEWORKER)
    goal = {"own_words": "Ik wil voetballen.", "progress_sign": "Twee keer per week."}

    early = client.post(f"/cases/{case}/plan/goal", goal)
    assert early.status_code == 422
    assert "Goals need a situation picture first" in written(early)
    assert "Ik wil voetballen." in written(early)
    for path in (f"/cases/{case}/plan/way", f"/cases/{case}/plan/nonsense", f"/cases/{case}/plan/contactNotes"):
        assert client.get(path).status_code == 404
    assert not queries.current_entries(case).exists()

    client.post(f"/cases/{case}/plan/picture", {"life_domain": "friends", "text": "Weinig vrienden."})
    client.post(f"/cases/{case}/plan/goal", goal)
    found = queries.current_entries(case, block="goals").get()
    way = {"what": "Samen naar de club", "who": "Els", "until": "31/03/2027"}
    assert client.post(f"/cases/{case}/plan/goals/{found.entry_id}/way", way).status_code == 302

    assert "Samen naar de club" in written(client.get(f"/cases/{case}/plan"))


def test_a_new_version_keeps_the_old_one_readable(case, page_client):
    goal = fill(case)["goals"]
    client = page_client(CASEWORKER)
    changed = {"own_words": "Ik wil keeper worden.", "progress_sign": "Een proef.", "version": "1"}

    assert client.post(f"/cases/{case}/plan/entries/{goal}", changed).status_code == 302

    shown = written(client.get(f"/cases/{case}/plan"))
    assert "1 earlier version" in shown
    assert shown.index("Ik wil keeper worden.") < shown.index("Ik wil terug voetballen.")


def test_who_wrote_and_who_did_what_stands_there_by_name(case, page_client):
    fill(case)
    page_client(KARIM, name="Karim B.")
    goal = casework.write(case, "goals", by=KARIM, ownWords="Ik wil zwemmen.", progressSign="Een baantje.")
    goal_form = {"own_words": "Ik wil duiken.", "progress_sign": "Een brevet.", "version": "1"}
    page_client(KARIM, name="Karim B.").post(f"/cases/{case}/plan/entries/{goal}", goal_form)
    note = casework.write(case, "contactNotes", by=KARIM, at=AT + DAY, **CALL | {"happenedAt": AT + DAY})
    casework.write(case, "contactNotes", by=KARIM, **CALL | {"text": "Toch niet.", "addendumTo": note})
    casework.write(case, "contactNotes", by=COORDINATOR, **CALL)
    give_consent(case, by=KARIM)
    client = page_client(CASEWORKER)

    timeline = said(client.get(f"/cases/{case}/timeline"))
    assert [timeline.count(f"By {who}, read by") for who in ("Karim B.", "you", "a colleague")] == [1, 1, 1]
    assert "Toch niet. by Karim B." in timeline
    assert re.search(r"Consent given for [\w-]*Molenbeek[\w-]*\. by Karim B\.", timeline)
    assert re.search(r"Last contact [\w ]+ \w+ [\d/]{10} [\d:]{5}, by Karim B\. ", said(client.get(f"/cases/{case}")))
    plan = said(client.get(f"/cases/{case}/plan"))
    assert plan.count(", by Karim B.") == 1
    assert "1 earlier version" in plan
    assert re.search(r"Ik wil zwemmen\. by Karim B\.", plan)
    assert "Karim B." in said(client.get(f"/cases/{case}/timeline/{note}/addendum"))
    crossed = client.post(f"/cases/{case}/plan/entries/{goal}", goal_form)
    assert crossed.status_code == 412
    assert "this was saved while you were writing, by Karim B.:" in said(crossed)


@pytest.mark.parametrize(("language", "by"), [("nl", "door u"), ("fr", "par vous"), ("en", "by you"), ("de", "(Sie)")])
def test_what_you_wrote_yourself_is_said_in_words_that_fit(case, page_client, language, by):
    note = fill(case)["contactNotes"]
    client = page_client(CASEWORKER, language=language)
    client.post(f"/cases/{case}/timeline/{note}/addendum", {"text": "Het was de tante."})

    assert f"Het was de tante. {by} " in said(client.get(f"/cases/{case}/timeline"))


@pytest.mark.parametrize("language", ["nl", "fr", "en", "de"])
def test_the_paper_has_a_day_of_birth_without_a_weekday_and_one_sentence_about_who_agreed(case, page_client, language):
    consent = give_consent(case)

    page = said(page_client(CASEWORKER).get(f"/cases/{case}/consent/{consent.id}/{language}"))

    assert re.search(r"Sami Verzonnen, 12/04/2005 ", page)
    how = {"nl": "schriftelijk", "fr": "par écrit", "en": "in writing", "de": "schriftlich"}
    assert f", {how[language]} " in page


def test_a_name_is_shown_as_text_and_stands_in_no_address_and_no_title(case, page_client):
    page_client(KARIM, name="<b>Karim")
    casework.write(case, "contactNotes", by=KARIM, **CALL)

    page = written(page_client(CASEWORKER).get(f"/cases/{case}/timeline"))

    assert "By &lt;b&gt;Karim, read by" in page
    assert "Karim" not in re.search(r"<title>.*?</title>", page, re.DOTALL)[0]
    assert not re.search(r'(href|action)="[^"]*Karim', page)


def test_two_who_change_one_entry_both_keep_their_words(case, page_client):
    goal = fill(case)["goals"]
    client = page_client(CASEWORKER)
    first = {"own_words": "Ik wil keeper worden.", "progress_sign": "Een proef.", "version": "1"}
    second = {"own_words": "Ik wil trainer worden.", "progress_sign": "Een cursus.", "version": "1"}
    client.post(f"/cases/{case}/plan/entries/{goal}", first)

    crossed = client.post(f"/cases/{case}/plan/entries/{goal}", second)

    assert crossed.status_code == 412
    page = written(crossed)
    assert "Somebody was before you" in page
    assert "Ik wil keeper worden." in page
    assert "Ik wil trainer worden." in page
    assert queries.last_version(case, goal).version == 2
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    again = client.post(f"/cases/{case}/plan/entries/{goal}", second | {"version": version})
    assert again.status_code == 302
    assert queries.last_version(case, goal).text == "Ik wil trainer worden."
    assert next(one.fields["ownWords"] for one in queries.earlier_versions(case)[goal]) == "Ik wil keeper worden."


def test_a_correction_never_overwrites_what_a_colleague_saved_meanwhile(case, page_client):
    client = page_client(CASEWORKER)
    client.post(f"/cases/{case}/identity", PERSON | {"version": "1", "phone": "+32 2 000 11 88"})

    crossed = client.post(f"/cases/{case}/identity", PERSON | {"version": "1", "last_name": "Andersverzonnen"})

    assert crossed.status_code == 412
    page = written(crossed)
    assert "+3220001188" in page
    assert "Andersverzonnen" in page
    assert queries.locked_case(case).person.last_name == "Verzonnen"
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    client.post(f"/cases/{case}/identity", PERSON | {"version": version, "last_name": "Andersverzonnen"})
    assert queries.locked_case(case).person.last_name == "Andersverzonnen"


def test_what_is_wrong_with_a_person_stands_at_its_field_and_changes_nothing(case, page_client):
    before = queries.locked_case(case)
    wrong = PERSON | {"version": "1", "birth_on": "12/04/2905"}

    answer = page_client(CASEWORKER).post(f"/cases/{case}/identity", wrong)

    assert answer.status_code == 422
    assert 'href="#id_birth_on"' in written(answer)
    assert queries.locked_case(case) == before


def test_a_new_case_asks_a_coordinator_for_the_team_and_nobody_else(db, page_client):
    assert 'name="team"' not in written(page_client(CASEWORKER).get("/cases/new"))
    assert 'name="team"' in written(page_client(COORDINATOR).get("/cases/new"))

    by_coordinator = page_client(COORDINATOR).post("/cases/new", PERSON | {"team": "youth"})
    by_caseworker = page_client(CASEWORKER).post("/cases/new", PERSON)

    for answer, team in ((by_coordinator, "youth"), (by_caseworker, "prevention")):
        opened = queries.locked_case(answer["Location"].rpartition("/")[2])
        assert (opened.team, opened.person.short, opened.custodian) == (team, "Sami V.", True)


def test_an_empty_new_case_opens_nothing(db, page_client):
    before = rows()

    answer = page_client(CASEWORKER).post("/cases/new", {})

    assert answer.status_code == 422
    for field in ("first_name", "last_name", "birth_on", "contact_language", "stay_kind"):
        assert f'href="#id_{field}"' in written(answer)
    logins = {"identity_session", "identity_colleague"}
    assert {k: v for k, v in rows().items() if k not in logins} == {k: v for k, v in before.items() if k not in logins}


def test_a_contact_that_moves_tells_its_reason_on_the_timeline(case, page_client):
    client = page_client(CASEWORKER, language="nl")
    planned = {"next_contact_on": "01/12/2026", "next_contact_who": "Els, huisbezoek"}
    client.post(f"/cases/{case}/next-contact", planned | {"version": "1"})
    assert 'name="reason"' in written(client.get(f"/cases/{case}/next-contact"))
    moved = planned | {"next_contact_on": "03/12/2026", "version": "2", "reason": "personAsked"}
    client.post(f"/cases/{case}/next-contact", moved)

    assert "Volgend contact verplaatst naar do 03/12/2026: De persoon vroeg het." in written(
        client.get(f"/cases/{case}/timeline")
    )


@pytest.mark.parametrize(
    ("years", "words", "giver"),
    [
        (11, "A parent or guardian agrees", "guardian"),
        (12, "a parent or guardian agree together", "both"),
        (15, "a parent or guardian agree together", "both"),
        (16, "The person decides alone", "person"),
    ],
)
def test_who_has_to_agree_is_said_in_words_and_asked_for(db, page_client, years, words, giver):
    today = clock.today_in_brussels(clock.now())
    case = casework.open_case(birth_on=today.replace(year=today.year - years, day=min(today.day, 28)))
    client = page_client(CASEWORKER)

    page = written(client.get(f"/cases/{case}/consent/new"))

    assert words in page
    assert f'<option value="{giver}" selected>' in page
    assert words in written(client.get(f"/cases/{case}/consent"))
    given = {
        "recipient": "molenbeek",
        "purpose": "handover",
        "blocks": ["identity", "goals"],
        "giver": giver,
        "how": "spoken",
        "language": "nl",
        "given_on": f"{today:%d/%m/%Y}",
        "valid_until": f"{today + 100 * DAY:%d/%m/%Y}",
    }
    wrong = next(code for code in ("person", "guardian", "both") if code != giver)
    refused = client.post(f"/cases/{case}/consent/new", given | {"giver": wrong})
    assert refused.status_code == 422
    assert 'href="#id_giver"' in written(refused)
    assert rows()["consents_consent"] == 0
    assert client.post(f"/cases/{case}/consent/new", given).status_code == 302
    assert rows()["consents_consent"] == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", "Ik ga ermee akkoord"),
        ("fr", "J'accepte que"),
        ("en", "I agree that"),
        ("de", "Ich bin einverstanden"),
    ],
)
def test_a_consent_is_printed_in_the_language_of_the_person(case, page_client, language, words):
    consent = give_consent(case)

    page = written(page_client(CASEWORKER, language="en").get(f"/cases/{case}/consent/{consent.id}/{language}"))

    assert words in page
    assert "Sami Verzonnen" in page
    assert f'<html lang="{language}-BE"' in page


def test_taking_back_says_first_who_is_told_and_then_tells_them(desk, towns):
    offered = desk.offered(name="Sami")
    towns.settle()
    with towns.at("vilvoorde"):
        client = browser(actor("vilvoorde"))
        before = written(client.get(f"/cases/{offered.case}/consent"))
        nothing = client.post(f"/cases/{offered.case}/consent", {})
        taken = client.post(f"/cases/{offered.case}/consent", {"consent": str(offered.consent)})
        after = written(client.get(f"/cases/{offered.case}/consent"))

    assert "Who is told:" in before
    assert "at once; has to answer" in before
    assert nothing.status_code == 422
    assert "Choose which consent is taken back." in written(nothing)
    assert taken.status_code == 302
    assert "Taken back on" in after
    assert desk.state("vilvoorde", offered.referral) == "withdrawn"


def test_a_search_stands_in_no_address_and_finds_by_name(case, page_client):
    client = page_client(CASEWORKER)

    page = written(client.get("/cases"))
    assert re.search(r'<form[^>]*method="post"[^>]*action="/cases"', page)
    found = client.post("/cases", {"words": "ver"})
    assert (found.status_code, "Sami V." in written(found)) == (200, True)
    assert "Nothing found" in written(client.post("/cases", {"words": "zzz"}))
    assert client.post("/cases", {"words": ""}).status_code == 422
    assert "Sami" in written(client.get("/cases?words=zzz"))


def test_a_coordinator_finds_a_file_that_was_handed_over_by_its_reference_alone(case, page_client):
    hand_over(case)

    for who, words, found in (
        (COORDINATOR, "vv-2026-0001", True),
        (COORDINATOR, "Sami", False),
        (CASEWORKER, "VV-2026-0001", False),
    ):
        page = written(page_client(who).post("/cases", {"words": words}))
        assert (f'href="/cases/{case}"' in page) == found
        assert ("VV-2026-0001 was handed over." in page) == found
        assert "Sami V." not in page


def test_the_officer_narrows_the_log_by_reference_and_days(case, page_client):
    casework.open_case(at=AT - 10 * DAY)
    client = page_client(OFFICER)
    reference = queries.locked_case(case).reference

    def lines(**asked):
        return written(client.post("/accesses", asked)).count('<tr role="row"><td')

    assert lines() == 2
    assert lines(reference=reference.lower()) == 1 + 1, "and that he looks now"
    assert lines(since=f"{TODAY:%d/%m/%Y}", until=f"{TODAY:%d/%m/%Y}") == 1
    assert lines(until=f"{TODAY - DAY:%d/%m/%Y}") == 1
    unknown = client.post("/accesses", {"reference": "VV-2026-9999"})
    assert unknown.status_code == 422
    assert 'href="#id_reference"' in written(unknown)


def looks():
    found = AuditEntry.objects.filter(act="accessesRead").order_by("id")
    return list(found.values_list("by_subject", "case_id", "subject", "facts", "purpose"))


def test_a_look_into_the_log_is_kept_as_one_with_the_case_that_was_asked_for(case, page_client, api):
    officer, reference = page_client(OFFICER), queries.locked_case(case).reference

    answers = [
        officer.get("/accesses"),
        officer.post("/accesses", {"since": f"{TODAY:%d/%m/%Y}"}),
        officer.post("/accesses", {"reference": reference}),
        officer.get(f"/cases/{case}/accesses"),
        api(OFFICER).get(f"/api/casework/v1/cases/{case}/accesses"),
    ]

    of_all, of_one = (OFFICER.subject, None, "cases", {}, ""), (OFFICER.subject, case, f"case:{case}", {}, "")
    assert [answer.status_code for answer in answers] == [200] * 5
    assert looks() == [of_all, of_all, of_one, of_one, of_one]
    assert "Access log read" in written(answers[3])
    assert "That you look here is kept too." in written(answers[0])


def test_who_is_refused_the_log_has_not_looked(case, page_client, api):
    for answer, status in (
        (page_client(CASEWORKER).get("/accesses"), 403),
        (api(CASEWORKER).get(f"/api/casework/v1/cases/{case}/accesses"), 403),
        (page_client(OFFICER).post("/accesses", {"reference": "VV-2026-9999"}), 422),
        (page_client(OFFICER).get(f"/cases/{uuid.uuid4()}/accesses"), 404),
    ):
        assert answer.status_code == status
    assert looks() == []


def test_who_writes_that_there_is_no_end_hears_which_years_are_taken(case, page_client):
    fill(case)
    goal = queries.current_entries(case).get(block="goals").entry_id
    officer, client, before = page_client(OFFICER), page_client(CASEWORKER), rows()

    log = officer.post("/accesses", {"until": "31/12/9999"})
    way = client.post(
        f"/cases/{case}/plan/goals/{goal}/way", {"what": "Samen naar de club.", "who": "Els", "until": "31/12/9999"}
    )
    contact = {"version": queries.locked_case(case).version, "next_contact_on": "31/12/9999", "next_contact_who": "Els"}
    planned = client.post(f"/cases/{case}/next-contact", contact)

    assert [answer.status_code for answer in (log, way, planned)] == [422, 422, 422]
    assert "Write a day between 1900 and 2199; leave the field empty when there is none." in written(log)
    assert "where there is no end, the day on which you look at it again." in written(way)
    assert "Write a day between 1900 and 2199." in written(planned)
    assert {name: count for name, count in rows().items() if count != before[name]}.keys() <= {
        "audit_entry",
        "audit_waiting",
    }
    assert officer.post("/accesses", {"until": "31/12/2199"}).status_code == 200


def test_a_closed_file_says_so_and_offers_nothing_to_write(case, page_client):
    fill(case)
    hand_over(case)

    page = written(page_client(COORDINATOR).get(f"/cases/{case}?purpose=supervision"))

    assert "Nobody here writes in it any more." in page
    for word in ("Quick note", "Correct details", "referrals/new"):
        assert word not in page
    assert f"/cases/{case}/timeline?purpose=supervision" in page
    assert AuditEntry.objects.filter(act="caseRead", purpose="supervision").count() == 1


def test_no_name_stands_in_a_title_or_an_address(case, page_client):
    ids = fill(case)
    client = page_client(CASEWORKER)
    paths = ["", "/timeline", "/plan", "/consent", "/referrals", "/agreements", "/identity", "/next-contact"]
    paths += ["/plan/goal", f"/plan/entries/{ids['goals']}", f"/timeline/{ids['contactNotes']}/addendum"]

    for path in paths:
        page = written(client.get(f"/cases/{case}{path}"))
        title = re.search(r"<title>(.*?)</title>", page, flags=re.DOTALL)[1]
        assert "VV-2026-0001" in title, path
        for name in ("Sami", "Verzonnen"):
            assert name not in title, path
            assert not re.search(rf'(href|action|hx-post)="[^"]*{name}', page), path
