"""A participant's own keys: in files that only it can read, rotated without losing what was said."""

import datetime
import json
import os
import pathlib
import stat

import pytest

import sealing
from federation import seals
from federation.contracts import codec
from federation.contracts.keys import COMPROMISED, CURRENT, RETIRED, thumbprint
from federation.seals import KeyRing, keys

AT = sealing.AT
LATER = AT + datetime.timedelta(days=90)


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    made = tmp_path / "keys"
    keys.make_first_keys(made, AT)
    return made


def states(ring: KeyRing, use: str) -> list[str]:
    return sorted(key.public.state for key in ring.keys if key.public.use == use)


def test_first_keys_are_made_where_only_their_owner_can_read(folder):
    ring = KeyRing.load(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert len(list(folder.iterdir())) == 2
    assert ring.signing_key.public.alg == "Ed25519"
    assert ring.encryption_key.public.alg == "ECDH-ES+A256KW"
    assert ring.signing_key.kid == thumbprint("Ed25519", ring.signing_key.public.x)
    assert keys.make_encryption_key(AT).kid != ring.encryption_key.kid


def test_first_keys_are_made_once(folder):
    before = sorted(path.name for path in folder.iterdir())

    with pytest.raises(keys.KeysExist):
        keys.make_first_keys(folder, AT)

    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_secret_is_never_printed(folder):
    key = KeyRing.load(folder).signing_key

    assert key.secret
    assert key.secret not in repr(key)
    assert key.secret not in repr(KeyRing.load(folder))
    assert "d" not in keys.to_jwk(key.public)


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o710, 0o777])
def test_a_folder_that_others_may_enter_is_refused(folder, mode):
    folder.chmod(mode)

    with pytest.raises(keys.KeysExposed) as refused:
        KeyRing.load(folder)

    assert refused.value.facts == {"file": "keys"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o700])
def test_a_key_that_others_may_read_is_refused(folder, mode):
    path = min(folder.iterdir())
    path.chmod(mode)

    with pytest.raises(keys.KeysExposed) as refused:
        KeyRing.load(folder)

    assert refused.value.facts == {"file": path.name}


def test_a_link_is_no_key(folder, tmp_path):
    path = min(folder.iterdir())
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(keys.KeysExposed):
        KeyRing.load(folder)


def test_without_keys_nothing_is_loaded(tmp_path, folder):
    with pytest.raises(keys.KeysMissing):
        KeyRing.load(tmp_path / "nowhere")
    next(iter(folder.glob("enc-*"))).unlink()
    with pytest.raises(keys.KeysMissing) as refused:
        KeyRing.load(folder)

    assert refused.value.facts == {"use": "enc"}


@pytest.mark.parametrize(
    "change",
    [
        lambda value: {**value, "kid": "A" * 43},
        lambda value: {**value, "alg": "EdDSA"},
        lambda value: {**value, "use": "enc"},
        lambda value: {**value, "crv": "P-256"},
        lambda value: {**value, "x": "AA"},
        lambda value: {**value, "d": keys.make_signing_key(AT).secret},
        lambda value: {**value, "d": 7},
        lambda value: {**value, "notBefore": "yesterday"},
        lambda value: {name: part for name, part in value.items() if name != "state"},
        lambda value: [value],
        lambda _value: None,
    ],
)
def test_a_file_that_is_not_a_key_of_ours_is_refused_by_its_name_alone(folder, change):
    path = next(iter(folder.glob("sig-*")))
    path.write_text(json.dumps(change(json.loads(path.read_text()))))

    with pytest.raises(keys.KeyUnreadable) as refused:
        KeyRing.load(folder)

    assert refused.value.facts == {"file": path.name}


def test_a_rotated_signing_key_verifies_what_it_signed(folder):
    before = KeyRing.load(folder)
    jws = seals.sign(b"{}", before.signing_key)

    after = keys.rotate(folder, "sig", LATER)

    assert after.signing_key.kid != before.signing_key.kid
    assert states(after, "sig") == [CURRENT, RETIRED]
    assert seals.verify(jws, after.public_signing_keys) == b"{}"
    assert after.public_signing_keys[0] == after.signing_key.public


def test_a_rotated_encryption_key_opens_what_was_sealed_to_it_until_it_is_destroyed(folder):
    before = KeyRing.load(folder)
    raw = seals.seal(
        jws=seals.sign(codec.encode(sealing.advice()), sealing.VILVOORDE.signing_key),
        dossier=None,
        sender="vilvoorde",
        recipient_key=before.encryption_key.public,
        at=AT,
        event_id=sealing.EVENT,
    )

    after = keys.rotate(folder, "enc", LATER)
    opened = seals.open_seal(raw, after)
    gone = keys.destroy(folder, before.encryption_key.kid)

    assert seals.verify_message(opened, sealing.keys_of) == sealing.advice()
    assert states(after, "enc") == [CURRENT, RETIRED]
    assert states(gone, "enc") == [CURRENT]
    assert after.encryption_key == gone.encryption_key
    with pytest.raises(seals.EncryptionKeyUnknown):
        seals.open_seal(raw, gone)


def test_a_destroyed_signing_key_signs_no_more_and_verifies_for_ever(folder):
    before = KeyRing.load(folder).signing_key
    jws = seals.sign(b"{}", before)
    keys.rotate(folder, "sig", LATER)

    ring = keys.destroy(folder, before.kid)

    assert seals.verify(jws, ring.public_signing_keys) == b"{}"
    assert before.secret not in "".join(path.read_text() for path in folder.iterdir())


def test_the_current_key_cannot_be_destroyed(folder):
    ring = KeyRing.load(folder)

    for key in ring.keys:
        with pytest.raises(keys.KeyInUse) as refused:
            keys.destroy(folder, key.kid)
        assert refused.value.facts == {"kid": key.kid}
    assert KeyRing.load(folder) == ring


def test_a_compromised_current_key_is_replaced_at_once(folder):
    before = KeyRing.load(folder).signing_key
    jws = seals.sign(b"{}", before)

    ring = keys.mark_compromised(folder, before.kid, LATER)

    assert states(ring, "sig") == [COMPROMISED, CURRENT]
    assert ring.signing_key.kid != before.kid
    with pytest.raises(seals.SigningKeyCompromised):
        seals.verify(jws, ring.public_signing_keys)


def test_an_unknown_key_cannot_be_marked_or_destroyed(folder):
    for act in (lambda: keys.destroy(folder, "A" * 43), lambda: keys.mark_compromised(folder, "A" * 43, LATER)):
        with pytest.raises(keys.KeysMissing):
            act()


def test_a_crash_within_a_rotation_leaves_the_newest_key_current(folder):
    newer = keys.make_signing_key(LATER)
    keys.write_key(keys.path_of(folder, newer), newer)

    ring = KeyRing.load(folder)

    assert ring.signing_key == newer
    assert states(ring, "sig") == [CURRENT, RETIRED]


def test_a_draft_that_a_crash_left_is_no_key_and_in_nobodys_way(folder):
    ring = KeyRing.load(folder)
    draft = keys.path_of(folder, ring.signing_key).with_suffix(".new")
    draft.write_text("half a k")

    assert KeyRing.load(folder) == ring
    keys.set_state(folder, ring.signing_key.kid, CURRENT)
    assert not draft.exists()
    assert KeyRing.load(folder) == ring


def test_public_keys_go_out_and_come_back_as_a_set(folder):
    ring = KeyRing.load(folder)

    text = keys.jwks(ring.public_signing_keys)

    assert keys.from_jwks(text) == ring.public_signing_keys
    assert ring.signing_key.secret not in text


def test_a_file_of_another_user_is_refused(folder, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)

    with pytest.raises(keys.KeysExposed):
        KeyRing.load(folder)
