"""Directory records: the participant's signature, the federation's around it, and keys that follow each other."""

import dataclasses

import pytest

import sealing
from federation import seals
from federation.contracts import directory
from federation.contracts.directory import DirectoryRecord, Names
from federation.contracts.keys import COMPROMISED, RETIRED
from federation.seals import KeyRing, PrivateKey, records, signatures

ANCHOR = (sealing.FEDERATION.public,)


def record(ring: KeyRing = sealing.VILVOORDE, *, version: int = 1, participant: str = "vilvoorde") -> DirectoryRecord:
    return DirectoryRecord(
        participant=participant,
        version=version,
        level="municipal",
        nis="23088",
        names=Names(nl="Vilvoorde", fr="Vilvorde", de="Vilvoorde", en="Vilvoorde"),
        official_languages=("nl",),
        holidays="BE",
        closures=(),
        teams=(),
        signing_keys=ring.public_signing_keys,
        encryption_keys=ring.public_encryption_keys,
        protocols=(),
    )


def published(made: DirectoryRecord, key: PrivateKey | None = None) -> str:
    return seals.countersign(seals.sign_record(made, key or sealing.VILVOORDE.signing_key), sealing.FEDERATION)


def state(key: PrivateKey, name: str) -> PrivateKey:
    return PrivateKey(dataclasses.replace(key.public, state=name), key.secret)


def test_a_first_record_is_verified_and_known_to_nobody():
    text = published(record())

    for form in (text, text.encode()):
        found = seals.verify_record(form, federation_keys=ANCHOR)
        assert found.record == record()
        assert found.signed_by == sealing.VILVOORDE.signing_key.public
        assert found.known is False
        assert found.digest == seals.digest(seals.sign_record(record(), sealing.VILVOORDE.signing_key))


def test_a_rotation_signed_with_the_key_that_peers_know_is_known():
    newer = seals.make_signing_key(sealing.AT)
    before = sealing.VILVOORDE.signing_key
    ring = KeyRing((newer, state(before, RETIRED), sealing.VILVOORDE.encryption_key))

    found = seals.verify_record(published(record(ring, version=2), before), federation_keys=ANCHOR, known=record())

    assert found.known is True
    assert found.record.current_signing_key == newer.public


def test_a_rotation_signed_with_the_new_key_alone_is_shown_to_a_person():
    newer = seals.make_signing_key(sealing.AT)
    ring = KeyRing((newer, state(sealing.VILVOORDE.signing_key, RETIRED), sealing.VILVOORDE.encryption_key))

    found = seals.verify_record(published(record(ring, version=2), newer), federation_keys=ANCHOR, known=record())

    assert found.known is False
    assert found.signed_by == newer.public


def test_a_compromised_key_signs_no_record_of_its_own():
    newer = seals.make_signing_key(sealing.AT)
    stolen = sealing.VILVOORDE.signing_key
    ring = KeyRing((newer, state(stolen, COMPROMISED), sealing.VILVOORDE.encryption_key))
    signed = seals.sign_record(record(ring, version=2), stolen)

    with pytest.raises(seals.RecordInvalid) as refused:
        seals.countersign(signed, sealing.FEDERATION)

    assert refused.value.facts == {"rule": "signature"}


def test_a_key_that_was_known_as_compromised_makes_nothing_known():
    newer, stolen = seals.make_signing_key(sealing.AT), sealing.VILVOORDE.signing_key
    known = record(KeyRing((newer, state(stolen, COMPROMISED), sealing.VILVOORDE.encryption_key)), version=2)

    # who has the stolen key says in the next record that all is well
    found = seals.verify_record(published(record(version=3), stolen), federation_keys=ANCHOR, known=known)

    assert found.known is False


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "é",
        b"\xff",
        b"a" * (records.LONGEST + 1),
        seals.sign_record(record(), sealing.VILVOORDE.signing_key),
        seals.sign(b"x", sealing.FEDERATION),
        signatures.sign(
            seals.sign_record(record(), sealing.VILVOORDE.signing_key).encode(),
            sealing.MOLENBEEK.signing_key,
            purpose=signatures.COUNTERSIGNED,
        ),
    ],
)
def test_a_record_without_the_federations_signature_is_refused(text):
    with pytest.raises(seals.RecordInvalid) as refused:
        seals.verify_record(text, federation_keys=ANCHOR)

    assert refused.value.facts["rule"] in {"size", "countersignature"}


def test_a_federation_key_that_is_compromised_countersigns_nothing():
    stolen = dataclasses.replace(sealing.FEDERATION.public, state=COMPROMISED)

    with pytest.raises(seals.RecordInvalid):
        seals.verify_record(published(record()), federation_keys=[stolen])


@pytest.mark.parametrize(
    ("signed", "rule"),
    [
        ("nonsense", "signature"),
        (signatures.sign(b"{}", sealing.VILVOORDE.signing_key, purpose=signatures.RECORD), "record"),
        (seals.sign(directory.encode(record()), sealing.VILVOORDE.signing_key), "signature"),
        (seals.sign_record(record(), sealing.MOLENBEEK.signing_key), "signature"),
    ],
)
def test_the_federation_countersigns_only_what_its_participant_signed(signed, rule):
    with pytest.raises(seals.RecordInvalid) as refused:
        seals.countersign(signed, sealing.FEDERATION)

    assert refused.value.facts["rule"] == rule
    countersigned = signatures.sign(signed.encode(), sealing.FEDERATION, purpose=signatures.COUNTERSIGNED)
    with pytest.raises(seals.RecordInvalid):
        seals.verify_record(countersigned, federation_keys=ANCHOR)


def test_an_older_record_never_comes_back():
    known = record(version=5)

    with pytest.raises(records.RecordOutdated) as refused:
        seals.verify_record(published(record(version=4)), federation_keys=ANCHOR, known=known)

    assert refused.value.facts == {"version": 4}


def test_a_second_record_of_the_same_version_is_refused_and_the_same_one_is_not():
    known = record()
    other = dataclasses.replace(known, holidays="NL")

    with pytest.raises(records.RecordOutdated):
        seals.verify_record(published(other), federation_keys=ANCHOR, known=known)
    assert seals.verify_record(published(known), federation_keys=ANCHOR, known=known).known is True


def test_the_record_of_another_participant_follows_nothing():
    with pytest.raises(seals.RecordInvalid) as refused:
        seals.verify_record(published(record(version=2)), federation_keys=ANCHOR, known=record(participant="molenbeek"))

    assert refused.value.facts == {"rule": "participant"}


def test_every_changed_character_of_a_published_record_is_refused():
    text = published(record())

    for place in range(0, len(text), 7):
        letter = "A" if text[place] != "A" else "B"
        with pytest.raises(seals.RecordInvalid):
            seals.verify_record(text[:place] + letter + text[place + 1 :], federation_keys=ANCHOR)
