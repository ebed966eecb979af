"""The coordinator's pages: who may, what stands there, what is written down, and what never does."""

import re
import uuid

import pytest

import page_client
from federation import clock
from federation.audit.models import AuditEntry
from federation.identity.actor import Role
from federation.portal import numbers
from region_at_work import RANIA, at, coordinator, keep, word

PURPOSE = {"purpose": "followUpOfSilence"}


@pytest.fixture
def browse(region, monkeypatch):
    """Return browsers of people of the region."""
    monkeypatch.setattr(page_client, "HOST", "brussels.localhost")
    return lambda by=RANIA, language="en": page_client.browser(by, language=language, name="Rania C.")


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_the_list_of_silence_shows_the_longest_first(browse, offered) -> None:
    young = offered(at("2026-11-20 10:00"))
    old = offered(at("2026-11-02 10:00"), from_="schaarbeek", to="vilvoorde")

    page = text(browse().get("/"))

    assert page.index(numbers.of_referral(old)) < page.index(numbers.of_referral(young))
    assert "schaarbeek to vilvoorde" in page
    assert "working days silent" in page
    assert AuditEntry.objects.filter(act="referralsSearched").count() == 0


def under_way(offered, on) -> uuid.UUID:
    """Return a referral of which both sides have stated the first contact."""
    one = offered(on)
    for by in ("vilvoorde", "molenbeek"):
        keep(word(one, "firstContact", by=by, version=2, said_at=on))
    return one


def references(page: str) -> list[str]:
    return re.findall(r'<span class="ref">([0-9A-F]{4}-[0-9A-F]{4})</span>', page)


def test_the_list_goes_on_to_its_end_and_what_waits_for_somebody_comes_first(browse, offered) -> None:
    going_on = [under_way(offered, at(f"2026-0{month}-02 10:00")) for month in (3, 4, 5) for _ in range(10)]
    waiting = [offered(at("2026-11-02 10:00")) for _ in range(20)] + [offered(at("2026-11-20 10:00")) for _ in range(8)]
    rania, address, pages_read = browse(), "/", []
    while address:
        pages_read.append(text(rania.get(address)))
        found = re.search(r'rel="next" href="([^"]+)"', pages_read[-1])
        address = found[1] if found else ""

    shown = [references(page) for page in pages_read]
    assert [len(page) for page in shown] == [25, 25, 8]
    same_instants = [waiting[:20], waiting[20:], going_on[:10], going_on[10:20], going_on[20:]]
    expected = [numbers.of_referral(one) for part in same_instants for one in sorted(part)]
    assert [one for page in shown for one in page] == expected
    for page in pages_read:
        assert "58 referrals are open. 28 of them wait for somebody." in page
    assert "Waiting for somebody" in pages_read[0]
    assert "months may pass" not in pages_read[0]
    assert pages_read[1].index("Waiting for somebody") < pages_read[1].index("months may pass")
    assert "Waiting for somebody" not in pages_read[2]
    assert [page.count("From the beginning") for page in pages_read] == [0, 1, 1]


def test_a_place_that_is_none_is_refused(browse, offered) -> None:
    offered()

    for wrong in ("x", "MTox", "Mjow", "é", "MToxOjAwMDA"):
        assert browse().get("/", {"after": wrong}).status_code == 400


def test_a_silence_under_way_is_not_marked(browse, offered) -> None:
    under_way(offered, at("2026-03-02 10:00"))

    page = text(browse().get("/"))

    assert 'class="due "' in page
    assert 'class="due late"' not in page


def test_nothing_open_is_said_so(browse) -> None:
    assert "Nothing is open" in text(browse().get("/"))


def test_what_has_ended_is_not_silent(browse, offered) -> None:
    one = offered()
    keep(word(one, "declined", by="molenbeek", version=2, decline_reason="noCapacity"))
    keep(word(one, "declined", version=2, decline_reason="noCapacity"))

    assert numbers.of_referral(one) not in text(browse().get("/"))


def test_a_search_finds_shows_counts_and_is_written_down(browse, offered, paper_index) -> None:
    one = offered(at("2026-11-02 10:00"))
    paper_index.holds(one)
    paper_index.counts = {"waitsForAnswer": 1, "inTransfer": 3}

    answer = browse().post(
        "/search", {"recipient": "molenbeek", "silent": "5", "phases": ["waitsForAnswer"], **PURPOSE}
    )

    page = text(answer)
    assert answer.status_code == 200
    assert "1 open one found" in page
    assert numbers.of_referral(one) in page
    assert '<span class="quiet">3</span>' in page
    (entry,) = AuditEntry.objects.filter(act="referralsSearched")
    assert entry.purpose == "followUpOfSilence"
    assert entry.facts == {"recipients": "molenbeek", "phases": "waitsForAnswer", "silent_days": 5}


def test_ended_ones_are_listed_and_never_counted(browse, offered, paper_index) -> None:
    one = offered()
    keep(word(one, "revoked", by="molenbeek", version=2))
    keep(word(one, "revoked", version=2, revocation_reason="personStays"))
    paper_index.holds(one)

    page = text(browse().post("/search", {"phases": ["ended"], **PURPOSE}))

    assert numbers.of_referral(one) in page
    assert "Found, longest silence first" in page
    assert "found, longest" not in page.replace("Found, longest", "")
    assert paper_index.asked[0]["aggs"]["phases"]["terms"]["include"] == [
        "waitsForAnswer",
        "notDelivered",
        "inTransfer",
        "waitsForFirstContact",
        "underWay",
    ]


def test_the_search_away_is_said_so_and_the_silence_stands_there_all_the_same(browse, offered, paper_index) -> None:
    one = offered()
    paper_index.away = True

    answer = browse().post("/search", PURPOSE)

    assert answer.status_code == 503
    assert "The search does not answer now" in text(answer)
    assert numbers.of_referral(one) in text(answer)
    assert browse().get("/").status_code == 200


def test_the_search_away_says_how_much_is_open_and_leads_to_the_rest(browse, offered, paper_index) -> None:
    for _ in range(26):
        offered()
    paper_index.away = True
    rania = browse()

    page = text(rania.post("/search", PURPOSE))

    assert len(references(page)) == 25
    assert "26 referrals are open. 26 of them wait for somebody." in page
    rest = rania.get(re.search(r'rel="next" href="([^"]+)"', page)[1])
    assert len(references(text(rest))) == 1
    assert not set(references(text(rest))) & set(references(page))


@pytest.mark.parametrize(
    "wrong",
    [
        {"purpose": ""},
        {"purpose": "curiosity"},
        {"sender": "paris"},
        {"sender": '{"match_all": {}}'},
        {"silent": "999"},
        {"phases": ["everything"]},
        {"began_from": "23/11/2026", "began_until": "01/11/2026"},
        {"began_from": "yesterday"},
        {"began_until": "31/12/9999"},
        {"after": "not-a-place"},
    ],
)
def test_a_form_out_of_order_comes_back_and_asks_nobody(browse, paper_index, wrong) -> None:
    before = AuditEntry.objects.count()

    answer = browse().post("/search", PURPOSE | wrong)

    assert answer.status_code == 422
    assert paper_index.asked == []
    assert AuditEntry.objects.count() == before


def test_a_life_line_asks_why_and_then_shows_both_clocks(browse, region) -> None:
    one = uuid.uuid4()
    keep(word(one, "received", clocks={"offered": at("2026-11-20 10:00")}, said_at=at("2026-11-20 10:01")))
    keep(
        word(
            one,
            "opened",
            by="molenbeek",
            version=2,
            clocks={"received": at("2026-11-20 10:02")},
            said_at=at("2026-11-23 09:00"),
        )
    )
    rania = browse()
    asked = text(rania.get(f"/referrals/{one}"))
    assert "Why you open it" in asked
    assert "vilvoorde" not in asked
    assert asked.count('<a href="/" aria-current="page">') == 2, "a life line is part of what has fallen silent"
    assert AuditEntry.objects.filter(act="lifeLineOpened").count() == 0

    page = text(rania.post(f"/referrals/{one}", {"purpose": "questionOfMunicipality"}))

    for moment in ("20/11/2026 10:00", "20/11/2026 10:01", "20/11/2026 10:02", "23/11/2026 09:00"):
        assert moment in page
    assert "The two sides disagree" in page
    called = page[page.index('<h2 id="call">Call</h2>') : page.index("What arrived here")]
    assert re.findall(r"<h3[^>]*>(\w+)</h3>", called) == ["vilvoorde", "molenbeek"]
    assert called.count('<a class="tel" href="tel:+3220002201">02 000 22 01</a>') == 2
    (entry,) = AuditEntry.objects.filter(act="lifeLineOpened")
    assert (entry.purpose, entry.subject) == ("questionOfMunicipality", f"referral:{one}")


def test_a_referral_that_is_not_here_does_not_exist(browse, region) -> None:
    answer = browse().post(f"/referrals/{uuid.uuid4()}", PURPOSE)

    assert answer.status_code == 404
    assert AuditEntry.objects.filter(act="lifeLineOpened").count() == 0


def test_the_border_counts_open_ones_alone_in_a_drawing_and_in_a_table(browse, offered) -> None:
    offered()
    offered(at("2026-11-02 10:00"))
    offered(from_="molenbeek", to="vilvoorde")
    offered(from_="molenbeek", to="schaarbeek")
    ended = offered()
    keep(word(ended, "closed", by="molenbeek", version=2))
    keep(word(ended, "closed", version=2))

    page = text(browse().get("/border"))

    assert "The border: 2 open to this region, 1 open from it" in page
    assert '<th scope="row">vilvoorde</th><td class="num">2</td><td class="num">1</td>' in page
    assert page.count('<path class="out"') == 1
    assert page.count('<path class="home"') == 1
    assert "1 more is open between two municipalities of this region" in page


def test_a_border_on_which_there_was_a_sign_today_counts_no_days(browse, offered) -> None:
    offered(clock.now())

    assert "<td>a sign today</td>" in text(browse().get("/border"))


PAGES = ("/", "/search", "/border", f"/referrals/{uuid.UUID(int=7)}")


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.REGIONAL_COORDINATOR])
def test_nobody_but_regional_coordinators_sees_these_pages(browse, address, role) -> None:
    before = AuditEntry.objects.count()

    assert browse(coordinator(role=role)).get(address).status_code == 403
    assert browse(coordinator(role=role)).post(address, PURPOSE).status_code == 403
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_reads_in_four_languages(browse, offered, address, language) -> None:
    offered()

    answer = browse(language=language).get(address)

    assert answer.status_code == 200
    assert f'<html lang="{language}-BE"' in text(answer)


@pytest.mark.parametrize("many", [1, 20])
def test_a_page_takes_as_many_statements_for_one_as_for_many(browse, offered, paper_index, counted, many) -> None:
    found = [offered() for _ in range(many)]
    paper_index.holds(*found)
    rania, olivier = browse(), browse(coordinator(role=Role.OPERATOR))

    for name, open_it in (
        ("silencePage", lambda: rania.get("/")),
        ("borderPage", lambda: rania.get("/border")),
        ("searchPage", lambda: rania.post("/search", PURPOSE)),
        ("lifeLinePage", lambda: rania.post(f"/referrals/{found[0]}", PURPOSE)),
        ("operatorPage", lambda: olivier.get("/operator")),
    ):
        with counted(name):
            page = open_it()
        assert page.status_code == 200, name


def test_no_page_has_inline_code_or_style(browse, offered, paper_index) -> None:
    one = offered()
    paper_index.holds(one)
    rania = browse()
    for answer in (
        rania.get("/"),
        rania.post("/search", PURPOSE),
        rania.post(f"/referrals/{one}", PURPOSE),
        rania.get("/border"),
    ):
        page = answer.content.decode()
        assert " style=" not in page
        assert "onclick" not in page
        assert "<script>" not in page


def test_a_silence_of_ten_working_days_is_marked_late(browse, offered) -> None:
    offered(at("2026-10-05 10:00"))

    assert 'class="due late"' in text(browse().get("/"))
