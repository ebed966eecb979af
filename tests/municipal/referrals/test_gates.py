"""The consent is checked twice: at the offer, and at the release, where it must be the very one that was offered."""

import datetime
import uuid

import pytest

from federation import seals
from federation.bus import topics
from federation.custody.facts import ReferralStateConflict
from federation.errors import DomainError
from federation.seals import keys
from municipal.cases import queries as cases
from municipal.consents import rules as consents
from municipal.referrals import actions, rules
from peer import AT
from people_at_work import BLOCKS, actor

V, M = "vilvoorde", "molenbeek"


def refused(towns, town, call, code):
    """Will assert that a call is refused with this code and leaves nothing in the town."""
    before = towns[town].everything()
    with pytest.raises(DomainError) as found:
        call()
    assert found.value.code == code
    assert towns[town].everything() == before


def test_no_offer_without_a_consent_that_stands(desk, towns) -> None:
    case = desk.case(V)
    refused(towns, V, lambda: desk.offer(V, case), "consentMissing")

    consent = desk.consent(V, case, days=3, blocks=("identity", "goals"))
    refused(towns, V, lambda: desk.offer(V, case), "blockNotConsented")
    refused(towns, V, lambda: desk.offer(V, case, kind="share", blocks=("identity",)), "consentMissing")

    desk.withdraw(V, consent)
    refused(towns, V, lambda: desk.offer(V, case, blocks=("identity",)), "consentMissing")

    desk.consent(V, case, days=3)
    towns.later(days=3)
    refused(towns, V, lambda: desk.offer(V, case), "consentExpired")


def test_the_dossier_goes_as_it_stands_at_the_release(desk, towns) -> None:
    offered = desk.offered()
    towns.settle()
    desk.entry(V, offered.case, "situationPicture", {"lifeDomain": "friends", "text": "Na het aanbod geschreven."})
    desk.open(M, offered.referral)
    desk.accept(M, offered.referral)
    towns.settle()

    with towns.at(M):
        found = actions.read_dossier(referral_id=offered.referral, purpose="", by=actor(M), at=desk.now)
    assert set(found.blocks) == set(BLOCKS)
    assert "Na het aanbod geschreven." in str(found.blocks)
    assert found.digest == desk.referral(V, offered.referral).dossier_digest


def test_another_consent_does_not_open_the_second_gate(desk, towns) -> None:
    offered = desk.offered()
    towns.settle()
    desk.open(M, offered.referral)
    desk.accept(M, offered.referral)
    desk.withdraw(V, offered.consent)
    desk.consent(V, offered.case)  # given anew: a new consent needs a new referral
    towns.settle()

    assert desk.states(offered.referral) == ("withdrawn", "withdrawn")
    assert desk.custodians() == [V]
    assert "DossierReleased" not in desk.said(V, offered.referral)
    assert towns[M].count("received_dossier") == 0


def test_a_consent_that_ends_before_the_acceptance_keeps_the_case(desk, towns) -> None:
    case = desk.case(V)
    desk.consent(V, case, days=2)
    referral = desk.offer(V, case)
    towns.settle()
    desk.open(M, referral)
    towns.later(days=2)
    desk.accept(M, referral)
    assert desk.custodians() == [M, V]
    towns.settle()

    assert desk.states(referral) == ("kept", "kept")
    assert desk.custodians() == [V]
    assert desk.referral(V, referral).answer == "consentEnded"
    desk.consent(V, case)
    assert desk.offer(V, case) != referral


def test_a_release_without_receipt_loses_its_dossier_when_consent_is_withdrawn(desk, towns) -> None:
    offered = desk.offered()
    towns.settle()
    desk.open(M, offered.referral)
    desk.accept(M, offered.referral)
    towns.send(M)
    towns.take_in(V)
    assert towns[V].count("outbox_dossier") == 1

    desk.withdraw(V, offered.consent)

    assert towns[V].count("outbox_dossier") == 0
    towns.settle()
    assert desk.custodians() == [V]
    assert desk.states(offered.referral) == ("handedBack", "handedBack")
    assert towns[M].count("received_dossier") == 0
    assert towns[M].count("cases_entry") == 0
    desk.entry(V, offered.case, "situationPicture", {"lifeDomain": "friends", "text": "Terug bij ons."})


def test_a_dossier_that_arrives_after_the_withdrawal_is_not_opened(desk, towns) -> None:
    offered = desk.offered()
    towns.settle()
    desk.open(M, offered.referral)
    desk.accept(M, offered.referral)
    towns.send(M)
    towns.take_in(V)
    inbox = topics.inbox_of(M)
    arrived = len(towns.bus.records(inbox))
    towns.send(V)  # the release is on its way, with the dossier, and is late
    late = towns.bus.records(inbox)[arrived:]
    towns.bus.cut(inbox, arrived)
    desk.withdraw(V, offered.consent)
    towns.send(V)
    towns.take_in(M)
    for record in late:
        towns.bus.put(inbox, record.value)
    towns.settle(resend=True)

    with towns.at(M), pytest.raises(ReferralStateConflict):
        actions.read_dossier(referral_id=offered.referral, purpose="", by=actor(M), at=desk.now)
    assert towns[M].count("received_dossier") == towns[M].count("cases_entry") == 0
    assert desk.custodians() == [V]
    assert desk.states(offered.referral) == ("handedBack", "handedBack")


def test_an_erased_copy_leaves_statements_and_no_content(desk, towns) -> None:
    offered = desk.offered("share")
    desk.take_over(M, offered.referral)
    said = desk.said(M, offered.referral)
    assert towns[M].count("received_dossier") == 1

    desk.withdraw(V, offered.consent)
    towns.settle()

    left = desk.referral(M, offered.referral)
    assert (left.preview, left.urgency, left.has_dossier) == (None, "", False)
    assert left.copy_erased_at is not None
    assert towns[M].count("received_dossier") == 0
    assert set(desk.said(M, offered.referral)) >= set(said)
    assert desk.referral(V, offered.referral).withdrawal_handling == "erased"


def test_a_withdrawal_always_succeeds(desk, towns) -> None:
    closed = desk.offered(name="closed")
    declined = desk.offered("share", name="declined")
    towns.settle()
    for offered in (closed, declined):
        desk.open(M, offered.referral)
    desk.accept(M, closed.referral)
    desk.decline(M, declined.referral)
    towns.settle()
    desk.outcome(M, closed.referral)
    towns.settle()

    for offered in (closed, declined):
        told = desk.withdraw(V, offered.consent).told
        assert [referral.pk for referral in told] == [offered.referral]
    towns.settle()

    assert desk.referral(V, closed.referral).withdrawal_handling == "restricted"
    assert towns.parked(V) == towns.parked(M) == []
    refused(towns, V, lambda: desk.withdraw(V, closed.consent), consents.AlreadyWithdrawn("").code)


def test_advice_never_asks_for_consent_and_names_nobody(desk, towns) -> None:
    offered = desk.offered("advice")
    towns.settle()

    row = desk.referral(M, offered.referral)
    assert (row.consent_digest, row.blocks, row.ground, row.offered_custody_row) == ("", [], "", None)
    refused(towns, M, lambda: desk.accept(M, offered.referral), "wrongReferralKind")


def test_a_second_open_handover_is_refused_until_the_first_has_ended(desk, towns) -> None:
    offered = desk.offered()
    refused(towns, V, lambda: desk.offer(V, offered.case), "referralStateConflict")
    towns.settle()
    desk.revoke(V, offered.referral)
    refused(towns, V, lambda: desk.offer(V, offered.case), "referralStateConflict")

    towns.settle()

    assert desk.state(V, offered.referral) == "revoked"
    assert desk.offer(V, offered.case) != offered.referral


def test_what_was_handed_over_is_closed_for_writing_and_offered_by_nobody_else(desk, towns) -> None:
    offered = desk.offered()
    desk.take_over(M, offered.referral)

    refused(towns, V, lambda: desk.offer(V, offered.case), "custodyElsewhere")
    refused(
        towns,
        V,
        lambda: desk.entry(V, offered.case, "situationPicture", {"lifeDomain": "friends", "text": "te laat"}),
        "custodyElsewhere",
    )


def test_a_case_is_not_handed_on_before_it_is_settled(desk, towns) -> None:
    offered = desk.offered()
    towns.settle()
    desk.open(M, offered.referral)
    desk.accept(M, offered.referral)
    there = desk.referral(M, offered.referral).case_id

    refused(towns, M, lambda: desk.hand_back(M, offered.referral), "referralStateConflict")
    refused(towns, M, lambda: desk.offer(M, there), "referralStateConflict")


def test_a_hand_back_needs_the_consent_of_the_person(desk, towns) -> None:
    offered = desk.offered()
    desk.take_over(M, offered.referral)

    refused(towns, M, lambda: desk.hand_back(M, offered.referral), "consentMissing")

    desk.consent(M, desk.referral(M, offered.referral).case_id)
    back = desk.hand_back(M, offered.referral)
    towns.settle()
    desk.open(V, back)
    desk.decline(V, back)
    towns.settle()
    assert desk.custodians() == [M]
    assert desk.states(offered.referral) == ("released", "held")
    assert desk.state(M, back) == "declined"


def test_a_case_goes_to_and_fro(desk, towns) -> None:
    offered = desk.offered()
    referrals, case, home = [offered.referral], offered.case, V
    for _ in range(3):
        away = M if home == V else V
        towns.settle()
        desk.open(away, referrals[-1])
        desk.accept(away, referrals[-1])
        assert desk.custodians() == [M, V]
        towns.settle()
        assert desk.custodians() == [away]
        towns.later(days=1)
        case, home = desk.referral(away, referrals[-1]).case_id, away
        if len(referrals) == 1:  # later on both towns have their own file and a consent that stands
            desk.consent(home, case)
        referrals.append(desk.hand_back(home, referrals[-1]))
    assert towns.parked(V) == towns.parked(M) == []
    assert datetime.timedelta(days=3) == towns.now - datetime.datetime(2026, 11, 23, 9, 30, tzinfo=datetime.UTC)


def test_who_comes_back_by_an_ordinary_question_brings_his_file_along(desk, towns) -> None:
    """His old file still stands there, closed, with the same entries."""
    offered = desk.offered()
    desk.take_over(M, offered.referral)
    desk.outcome(M, offered.referral)
    towns.settle()
    towns.later(days=300)
    away = desk.referral(M, offered.referral).case_id
    desk.entry(M, away, "situationPicture", {"lifeDomain": "leisure", "text": "Hij speelt weer."})
    desk.consent(M, away)

    home = desk.offer(M, away)
    desk.take_over(V, home)

    assert desk.states(home, (M, V)) == ("released", "held")
    assert towns.parked(V) == towns.parked(M) == []
    assert desk.custodians() == [V]
    again = desk.referral(V, home).case_id
    assert again != offered.case
    with towns.at(V):
        texts = set(cases.current_entries(again).values_list("text", flat=True))
        assert set(cases.current_entries(offered.case).values_list("text", flat=True)) < texts
        assert "Hij speelt weer." in texts
        assert cases.get_case(again, by=actor(V)).person_id is not None


def test_a_case_that_came_home_can_be_offered_away_again(desk, towns) -> None:
    offered = desk.offered()
    desk.take_over(M, offered.referral)
    desk.consent(M, desk.referral(M, offered.referral).case_id)
    home = desk.hand_back(M, offered.referral)
    desk.take_over(V, home)
    assert desk.custodians() == [V]

    again = desk.offer(V, offered.case)
    desk.take_over(M, again)

    assert desk.states(again) == ("released", "held")
    assert towns.parked(V) == towns.parked(M) == []
    assert desk.custodians() == [M]


def test_a_file_that_is_too_large_keeps_the_case_and_blocks_nothing(desk, towns) -> None:
    case = desk.case(V)
    desk.consent(V, case)
    for number in range(90):
        desk.entry(V, case, "situationPicture", {"lifeDomain": "family", "text": f"{number} " + "\n" * 3 + "é" * 3990})
    referral = desk.offer(V, case)
    towns.settle()
    desk.open(M, referral)
    desk.accept(M, referral)
    towns.settle(resend=True)

    assert desk.states(referral) == ("kept", "kept")
    assert desk.referral(V, referral).answer == "tooLarge"
    assert desk.custodians() == [V]
    assert towns.waiting(V) == 0


def test_the_largest_dossier_that_passes_the_gate_can_be_sealed() -> None:
    quotes = '"' * ((rules.LARGEST_DOSSIER - 2) // 2)
    assert rules.fits(quotes)
    assert not rules.fits(quotes + '"')

    raw = seals.seal(
        jws="x" * 4096,
        dossier=quotes,
        sender=V,
        recipient_key=keys.make_encryption_key(AT).public,
        at=AT,
        event_id=uuid.UUID(int=1),
    )

    assert len(raw) == seals.LIMIT
