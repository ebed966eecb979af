"""Words that no honest town would say: each refused, told to its sender by the bus, and nothing changed here."""

import dataclasses
import datetime
import uuid

import pytest

from federation.contracts import digests, messages
from federation.contracts.messages import BlockCount, Message
from federation.errors import DomainError
from municipal.referrals import handlers

V, M = "vilvoorde", "molenbeek"
PREVIEW = messages.Preview(
    age_band="from18To25",
    contact_language="nl",
    interpreter_needed=False,
    needs=("school",),
    urgency="canWait",
    wished_help=(),
)
OFFER = messages.ReferralOffered(
    kind="handover",
    team="prevention",
    preview=PREVIEW,
    blocks=(BlockCount("identity", 1),),
    answer_by=datetime.date(2026, 12, 1),
    ground="caseConsultation",
    custody_row=uuid.UUID(int=5),
)
BACK = messages.ReferralHandedBack(
    reason="noDossier",
    by_itself=True,
    kind="handover",
    team="prevention",
    preview=PREVIEW,
    blocks=(),
    answer_by=datetime.date(2026, 12, 1),
    custody_row=uuid.UUID(int=6),
)


def said(body, *, sender=M, referral=None, relates_to=None) -> Message:
    """Return a message as it comes off the bus, its signature checked."""
    rests = isinstance(body, messages.ReferralOffered)
    return Message(
        type=type(body).__name__,
        sender=sender,
        recipient=V,
        epoch=1,
        time=datetime.datetime(2026, 11, 23, 9, 30, tzinfo=datetime.UTC),
        body=body,
        referral_id=referral or uuid.uuid4(),
        seq=1,
        relates_to=relates_to,
        consent_digest=digests.digest("consent") if rests else None,
    )


def refused(towns, handler, message, code) -> None:
    """Will assert that Vilvoorde refuses a message and keeps everything as it was."""
    before = towns[V].everything()
    with towns.at(V), pytest.raises(DomainError) as found:
        handler(message, dossier=None, at=towns.now)
    assert found.value.code == code
    assert towns[V].everything() == before


def test_a_case_is_handed_back_only_by_the_town_that_has_it(desk, towns) -> None:
    waiting, moved = desk.offered(name="waiting"), desk.offered(name="moved")
    desk.take_over(M, moved.referral)
    back = handlers.on_referral_handed_back

    refused(towns, back, said(BACK, relates_to=uuid.uuid4()), "handBackUnfounded")
    refused(towns, back, said(BACK, relates_to=waiting.referral), "handBackUnfounded")
    refused(towns, back, said(BACK, sender="atlantis", relates_to=moved.referral), "handBackUnfounded")
    assert desk.custodians() == [M, V]  # moved is there, waiting is here


def test_a_case_comes_home_once(desk, towns) -> None:
    moved = desk.offered()
    desk.take_over(M, moved.referral)
    with towns.at(V):
        handlers.on_referral_handed_back(said(BACK, relates_to=moved.referral), dossier=None, at=towns.now)

    refused(towns, handlers.on_referral_handed_back, said(BACK, relates_to=moved.referral), "handBackUnfounded")


def test_only_the_other_side_of_a_referral_speaks_of_it(desk, towns) -> None:
    offered = desk.offered()
    towns.settle()
    accepted = messages.ReferralAccepted(custody_row=uuid.uuid4(), team="prevention")
    released = messages.DossierReleased(custody="moves", ends_custody_row=uuid.uuid4())

    refused(towns, handlers.on_referral_accepted, said(accepted), "referralUnknown")
    refused(
        towns,
        handlers.on_referral_accepted,
        said(accepted, sender="atlantis", referral=offered.referral),
        "notYourReferral",
    )
    refused(towns, handlers.on_dossier_released, said(released, referral=offered.referral), "notYourReferral")
    refused(towns, handlers.on_referral_offered, said(OFFER, referral=offered.referral), "notYourReferral")


def test_an_offer_needs_a_protocol_between_the_towns(towns) -> None:
    refused(towns, handlers.on_referral_offered, said(OFFER, sender="atlantis"), "protocolMissing")


def test_an_offer_to_a_team_that_is_gone_waits_on_another_teams_list(towns) -> None:
    message = said(dataclasses.replace(OFFER, team="dissolved"))
    with towns.at(V):
        handlers.on_referral_offered(message, dossier=None, at=towns.now)

    assert towns[V].query("SELECT team, state FROM referral") == [("prevention", "received")]
    assert towns[V].query("SELECT team, code, role FROM team_item") == [("prevention", "referralReceived", "team")]
