"""From an opened seal to a message: said by its source, with its own dossier."""

import dataclasses
import uuid

import pytest

import sealing
from federation import seals
from federation.contracts import codec, schemas
from federation.contracts.keys import COMPROMISED
from federation.contracts.messages import Message

DOSSIER = '{"version":1,"blocks":{"goals":[]}}'


def opened(message: Message, *, dossier: str | None = None) -> seals.Opened:
    return seals.open_seal(sealing.sealed(message, dossier=dossier), sealing.MOLENBEEK)


def test_a_message_is_read_as_its_source_said_it():
    message = sealing.release(DOSSIER)

    found = opened(message, dossier=DOSSIER)

    assert seals.verify_message(found, sealing.keys_of) == message
    assert seals.verify_signature(found, sealing.keys_of) == codec.encode(message)
    assert seals.read_message(found, codec.encode(message)) == message


def test_a_statement_without_the_dossier_that_it_names_is_still_a_statement():
    message = sealing.release(DOSSIER)

    assert seals.verify_message(opened(message), sealing.keys_of) == message


@pytest.mark.parametrize("other", [DOSSIER + " ", "{}", DOSSIER.replace("goals", "ways")])
def test_another_dossier_than_the_signed_one_is_refused(other):
    with pytest.raises(seals.DossierMismatch) as refused:
        seals.verify_message(opened(sealing.release(DOSSIER), dossier=other), sealing.keys_of)

    assert refused.value.facts == {}


@pytest.mark.parametrize("message", [sealing.release(None), sealing.advice()])
def test_a_dossier_beside_what_names_none_is_refused(message):
    with pytest.raises(seals.DossierMismatch):
        seals.verify_message(opened(message, dossier=DOSSIER), sealing.keys_of)


def test_a_dossier_is_signed_to_the_byte_whatever_its_letters():
    dossier = '{"text":"é😀\\n\\u00e9 \\\\u0000"}'
    found = opened(sealing.release(dossier), dossier=dossier)

    assert found.dossier == dossier
    assert seals.verify_message(found, sealing.keys_of) == sealing.release(dossier)


def test_a_sender_inside_that_is_not_the_signer_is_refused():
    # Vilvoorde signs in the name of Molenbeek, or of a third town
    for name in ("molenbeek", "schaarbeek"):
        message = sealing.advice(sender=name, recipient="jette")

        with pytest.raises(seals.SenderMismatch) as refused:
            seals.verify_message(opened(message), sealing.keys_of)
        assert refused.value.facts == {}


def test_a_message_sent_on_by_another_is_not_that_other_ones():
    jws = seals.sign(codec.encode(sealing.advice()), sealing.VILVOORDE.signing_key)
    found = seals.open_seal(sealing.seal(jws, sender="schaarbeek"), sealing.MOLENBEEK)

    with pytest.raises(seals.SigningKeyUnknown):
        seals.verify_message(found, sealing.keys_of)


def test_a_third_town_cannot_sign_for_the_source():
    jws = seals.sign(codec.encode(sealing.advice()), sealing.MOLENBEEK.signing_key)

    with pytest.raises(seals.SigningKeyUnknown) as refused:
        seals.verify_message(seals.open_seal(sealing.seal(jws), sealing.MOLENBEEK), sealing.keys_of)

    assert refused.value.facts == {"kid": sealing.MOLENBEEK.signing_key.kid}


def test_the_keys_of_the_source_alone_are_asked_for():
    asked: list[str] = []

    def keys_of(participant: str):
        asked.append(participant)
        return sealing.keys_of(participant)

    seals.verify_message(opened(sealing.advice()), keys_of)

    assert asked == ["vilvoorde"]


def test_what_a_compromised_key_signed_is_refused():
    stolen = [dataclasses.replace(key, state=COMPROMISED) for key in sealing.VILVOORDE.public_signing_keys]

    with pytest.raises(seals.SigningKeyCompromised):
        seals.verify_message(opened(sealing.advice()), lambda _name: stolen)


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (b"nonsense", schemas.MessageMalformed),
        (b'{"type":"be.zenne.exchange.v2.ReferralOffered"}', codec.MessageTypeUnknown),
        (b'{"type":"be.zenne.exchange.v1.ReferralOffered"}', schemas.MessageMalformed),
    ],
)
def test_a_signed_payload_that_is_no_message_has_a_signature_and_no_meaning(payload, error):
    jws = seals.sign(payload, sealing.VILVOORDE.signing_key)
    found = seals.open_seal(sealing.seal(jws), sealing.MOLENBEEK)

    assert seals.verify_signature(found, sealing.keys_of) == payload
    with pytest.raises(error):
        seals.verify_message(found, sealing.keys_of)


def test_sealing_anew_changes_nothing_of_what_was_said():
    jws = seals.sign(codec.encode(sealing.advice()), sealing.VILVOORDE.signing_key)

    first, second = (seals.open_seal(sealing.seal(jws, event_id=uuid.uuid4()), sealing.MOLENBEEK) for _ in range(2))

    assert first.event_id != second.event_id
    assert seals.digest(first.jws) == seals.digest(second.jws) == seals.digest(jws)
    assert seals.digest("é") == "sha256:4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"
