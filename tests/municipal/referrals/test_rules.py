"""The rules alone: plain values in, a verdict out."""

import datetime

import pytest

from federation.contracts.messages import BlockCount, Preview
from federation.custody.facts import Kind, ReferralStateConflict
from federation.identity.actor import MissingPermission, Role
from municipal.referrals import rules
from municipal.referrals.rules import Custody, Direction, Help
from people_at_work import actor

MONDAY = datetime.date(2026, 11, 23)
HELP = Help(needs=("school",), urgency="thisMonth", wished_help=("mentor",))


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, "under12"),
        (11, "under12"),
        (12, "from12To15"),
        (15, "from12To15"),
        (16, "from16To17"),
        (17, "from16To17"),
        (18, "from18To25"),
        (25, "from18To25"),
        (26, "from26To64"),
        (64, "from26To64"),
        (65, "from65"),
        (101, "from65"),
    ],
)
def test_an_age_is_told_as_a_band(age, band) -> None:
    assert rules.age_band(age) == band


@pytest.mark.parametrize(
    "wrong",
    [
        Help(needs=(), urgency="thisMonth"),
        Help(needs=("school", "school"), urgency="thisMonth"),
        Help(needs=("his brother is called Sami",), urgency="thisMonth"),
        Help(needs=("school",), urgency="soon"),
        Help(needs=("school",), urgency="thisMonth", wished_help=("money",)),
        Help(needs=("school",), urgency="thisMonth", wished_help=("mentor", "mentor")),
    ],
)
def test_help_is_told_in_known_codes_each_once(wrong) -> None:
    rules.check_help(HELP)

    with pytest.raises(rules.OfferInvalid):
        rules.check_help(wrong)


@pytest.mark.parametrize(
    ("kind", "blocks"),
    [
        (Kind.HANDOVER, ("goals",)),
        (Kind.SHARE, ()),
        (Kind.SHARE, ("identity", "identity")),
        (Kind.HANDOVER, ("identity", "diary")),
        (Kind.ADVICE, ("identity",)),
    ],
)
def test_blocks_fit_the_kind(kind, blocks) -> None:
    assert rules.check_blocks(Kind.HANDOVER, ("goals", "identity")) == ("identity", "goals")
    assert rules.check_blocks(Kind.ADVICE, ()) == ()

    with pytest.raises(rules.OfferInvalid):
        rules.check_blocks(kind, blocks)


def test_a_ground_stands_beside_the_consent() -> None:
    rules.check_ground(Kind.SHARE, "caseConsultation", grounds={"caseConsultation"})
    rules.check_ground(Kind.ADVICE, "", grounds=())

    with pytest.raises(rules.NoLegalBasis):
        rules.check_ground(Kind.HANDOVER, "", grounds={"caseConsultation"})
    with pytest.raises(rules.OfferInvalid):
        rules.check_ground(Kind.ADVICE, "caseConsultation", grounds={"caseConsultation"})


def test_a_referral_goes_to_another_town_with_a_protocol() -> None:
    rules.check_recipient("molenbeek", own="vilvoorde", peers={"molenbeek"})
    rules.check_protocol(Kind.SHARE, allowed={"share"})

    for to in ("vilvoorde", "atlantis"):
        with pytest.raises(rules.RecipientUnknown):
            rules.check_recipient(to, own="vilvoorde", peers={"molenbeek", "vilvoorde"} - {"atlantis"})
    with pytest.raises(rules.ProtocolMissing):
        rules.check_protocol(Kind.HANDOVER, allowed={"share"})


def test_an_offer_goes_to_a_team_that_exists() -> None:
    rules.check_team("youth", known={"youth"})

    with pytest.raises(rules.OfferInvalid):
        rules.check_team("nobody", known={"youth"})


def test_a_temporary_stay_never_moves_custody() -> None:
    rules.check_stay(Kind.SHARE, "temporaryStay")
    rules.check_stay(Kind.HANDOVER, "move")

    with pytest.raises(rules.TemporaryStay):
        rules.check_stay(Kind.HANDOVER, "temporaryStay")


def test_the_day_of_an_answer_lies_ahead_within_a_year() -> None:
    rules.check_answer_by(MONDAY, today=MONDAY)
    rules.check_answer_by(MONDAY + datetime.timedelta(days=366), today=MONDAY)

    for days in (-1, 367):
        with pytest.raises(rules.OfferInvalid):
            rules.check_answer_by(MONDAY + datetime.timedelta(days=days), today=MONDAY)


def test_each_side_has_its_own_verbs() -> None:
    rules.check_side("sent", Direction.SENT, act="revoked", state="offered")

    for is_on, needed in (("sent", Direction.RECEIVED), ("received", Direction.SENT)):
        with pytest.raises(ReferralStateConflict):
            rules.check_side(is_on, needed, act="revoked", state="offered")


def test_who_sees_and_who_acts() -> None:
    town = "vilvoorde"

    assert rules.sees(actor(town), team="prevention")
    assert rules.sees(actor(town, Role.DATA_PROTECTION_OFFICER), team="prevention")
    assert not rules.sees(actor(town), team="youth")
    assert rules.may_act(actor(town, Role.COORDINATOR), team="youth")
    assert not rules.may_act(actor(town, Role.DATA_PROTECTION_OFFICER), team="prevention")
    with pytest.raises(MissingPermission):
        rules.check_act(actor(town, Role.MANAGER), team="prevention")
    with pytest.raises(rules.ReferralUnknown):
        rules.check_act(actor(town), team="youth")
    rules.check_act(actor(town), team="prevention")


@pytest.mark.parametrize(
    ("kind", "state", "answer", "custody"),
    [
        (Kind.HANDOVER, "offered", "", Custody.HERE),
        (Kind.HANDOVER, "accepted", "", Custody.BOTH),
        (Kind.HANDOVER, "released", "released", Custody.THERE),
        (Kind.HANDOVER, "closed", "released", Custody.THERE),
        (Kind.HANDOVER, "handedBack", "released", Custody.HERE),
        (Kind.HANDOVER, "kept", "consentEnded", Custody.HERE),
        (Kind.SHARE, "released", "released", Custody.HERE),
        (Kind.SHARE, "accepted", "", Custody.HERE),
        (Kind.ADVICE, "closed", "", Custody.HERE),
    ],
)
def test_where_the_case_lies_as_the_sender_knows_it(kind, state, answer, custody) -> None:
    assert rules.custody_of_sent(kind=kind, state=state, answer=answer) is custody


def test_where_the_case_lies_as_the_recipient_knows_it() -> None:
    assert rules.custody_of_received(custody_open=False, released=False) is Custody.THERE
    assert rules.custody_of_received(custody_open=True, released=False) is Custody.BOTH
    assert rules.custody_of_received(custody_open=True, released=True) is Custody.HERE


def test_blocks_are_told_in_the_order_of_the_work() -> None:
    told = rules.in_order([BlockCount("ways", 1), BlockCount("identity", 1), BlockCount("goals", 2)])

    assert [block.name for block in told] == ["identity", "goals", "ways"]


def test_what_is_too_large_for_the_bus_does_not_fit() -> None:
    assert rules.fits("x" * (rules.LARGEST_DOSSIER - 2))
    assert not rules.fits("x" * (rules.LARGEST_DOSSIER - 1))


def test_a_preview_is_stored_as_the_api_shows_it() -> None:
    preview = Preview(
        age_band="under12",
        contact_language="fr",
        interpreter_needed=True,
        needs=("school",),
        urgency="canWait",
        wished_help=(),
    )

    assert rules.preview_json(preview) == {
        "ageBand": "under12",
        "contactLanguage": "fr",
        "interpreterNeeded": True,
        "needs": ["school"],
        "urgency": "canWait",
        "wishedHelp": [],
    }
