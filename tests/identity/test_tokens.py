"""The table of tokens: what the town's own realm gives is let in, everything else is refused, and for which reason."""

import base64
import datetime
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

import realm as realms
from federation.identity import tokens
from federation.identity.actor import Actor


@dataclass(frozen=True)
class Scene:
    """What an attacker, and the realm, have to make tokens with."""

    own: realms.Realm
    other: realms.Realm
    stranger: realms.Key
    now: float

    def token(self, **claims: Any) -> str:
        """Return a right token but for these claims."""
        return self.own.token(self.now, **claims)

    def headed(self, **header: Any) -> str:
        """Return a right token but for these names of the header."""
        return realms.compact(self.own.header(**header), self.claims(), self.own.key.sign)

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Return right claims but for these."""
        return self.own.claims(self.now, **changed)

    def signed(self, sign: Callable[[bytes], bytes], **header: Any) -> str:
        """Return right claims under a signature made by `sign`."""
        return realms.compact(self.own.header(**header), self.claims(), sign)

    @property
    def private(self) -> RSAPrivateKey:
        """The realm's own private key."""
        return self.own.key.private


@pytest.fixture
def scene(vilvoorde: realms.Realm, molenbeek: realms.Realm, stranger: realms.Key, at: datetime.datetime) -> Scene:
    return Scene(own=vilvoorde, other=molenbeek, stranger=stranger, now=at.timestamp())


Make = Callable[[Scene], str]

GOOD: dict[str, Make] = {
    "as the realm gives it": lambda s: s.token(),
    "audience as a list of one": lambda s: s.token(aud=["municipal"]),
    "type of header in capitals": lambda s: s.headed(typ="AT+JWT"),
    "not before a moment ago": lambda s: s.token(nbf=int(s.now) - 1),
    "clock of the realm 4 s ahead": lambda s: s.token(iat=int(s.now) + 4),
    "ended 4 s ago": lambda s: s.token(iat=int(s.now) - 300, exp=int(s.now) - 4),
    "claims that mean nothing here": lambda s: s.token(acr="1", sid="x", realm_access={"roles": ["admin"]}),
}  # fmt: skip


def _flip(token: str, part: int) -> str:
    """Return the token with one character of one part changed to another."""
    parts = token.split(".")
    middle = len(parts[part]) // 2
    parts[part] = parts[part][:middle] + ("A" if parts[part][middle] != "A" else "B") + parts[part][middle + 1 :]
    return ".".join(parts)


def _mutated_payload(s: Scene) -> str:
    header, _, signature = s.token().split(".")
    payload = realms.b64(json.dumps(s.claims(roles=["manager"])).encode())
    return f"{header}.{payload}.{signature}"


def _other_spelling(s: Scene) -> str:
    """Return a right token whose header ends in bits that base64 throws away: another text, the same bytes."""
    header, payload, signature = s.headed(kid=s.own.key.kid).split(".")
    raw = base64.urlsafe_b64decode(header + "=" * (-len(header) % 4))
    while len(raw) % 3 == 0:
        raw = raw[:-1] + b" }"
    header = realms.b64(raw)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return f"{header[:-1]}{alphabet[alphabet.index(header[-1]) + 1]}.{payload}.{signature}"


def _ec(data: bytes) -> bytes:
    r, s = utils.decode_dss_signature(ec.generate_private_key(ec.SECP256R1()).sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _hmac(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda data: hmac.new(secret, data, hashlib.sha256).digest()


def _twice(s: Scene, name: str, first: str) -> bytes:
    right = json.dumps(s.claims())
    return f'{{"{name}": "{first}", {right[1:]}'.encode()


TWO_ALGORITHMS = b'{"alg": "none", "alg": "RS256", "typ": "at+jwt", "kid": "vilvoorde-1"}'
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)

REFUSED: dict[str, tuple[Make, str]] = {
    # not a token
    "nothing": (lambda _: "", "malformed"),
    "a word": (lambda _: "abc", "malformed"),
    "two parts": (lambda s: s.token().rsplit(".", 1)[0], "malformed"),
    "five parts, as encrypted tokens have": (lambda s: s.token() + ".AAAA.AAAA", "malformed"),
    "an empty signature": (lambda s: s.token().rsplit(".", 1)[0] + ".", "malformed"),
    "a blank inside": (lambda s: s.token().replace(".", ". ", 1), "malformed"),
    "a line end at the end": (lambda s: s.token() + "\n", "malformed"),
    "padding": (lambda s: s.token().replace(".", "=.", 1), "malformed"),
    "two tokens": (lambda s: f"{s.token()},{s.token()}", "malformed"),
    "longer than any of ours": (lambda s: s.token(filling="x" * 8192), "malformed"),
    "header is no JSON": (lambda s: realms.compact(b"RS256", s.claims(), s.own.key.sign), "malformed"),
    "header is a list": (lambda s: realms.compact(b"[]", s.claims(), s.own.key.sign), "malformed"),
    "header is nested without end": (lambda s: realms.compact(b"[" * 3000, b"{}", s.own.key.sign), "malformed"),
    "header is not UTF-8": (lambda s: realms.compact(b"\xff\xfe{}", s.claims(), s.own.key.sign), "malformed"),
    "header in another spelling of base64": (_other_spelling, "malformed"),
    "algorithm named twice": (
        lambda s: realms.compact(TWO_ALGORITHMS, s.claims(), s.own.key.sign),
        "malformed",
    ),
    "issuer named twice": (
        lambda s: realms.compact(s.own.header(), _twice(s, "iss", s.other.issuer), s.own.key.sign),
        "malformed",
    ),
    "claims are a list": (lambda s: realms.compact(s.own.header(), b"[]", s.own.key.sign), "malformed"),
    "claims are no JSON": (lambda s: realms.compact(s.own.header(), b"iss", s.own.key.sign), "malformed"),
    # algorithm
    "algorithm none": (lambda s: s.signed(lambda _: b"x", alg="none"), "algorithm"),
    "algorithm nOnE": (lambda s: s.signed(lambda _: b"x", alg="nOnE"), "algorithm"),
    "algorithm in small letters": (lambda s: s.headed(alg="rs256"), "algorithm"),
    "no algorithm": (lambda s: s.headed(alg=None), "algorithm"),
    "HS256 with the public key as secret": (lambda s: s.signed(_hmac(s.own.key.pem), alg="HS256"), "algorithm"),
    "HS256 named RS256": (lambda s: s.signed(_hmac(s.own.key.pem)), "signature"),
    "RS384": (
        lambda s: s.signed(lambda d: s.private.sign(d, padding.PKCS1v15(), hashes.SHA384()), alg="RS384"),
        "algorithm",
    ),
    "PS256": (lambda s: s.signed(lambda d: s.private.sign(d, PSS, hashes.SHA256()), alg="PS256"), "algorithm"),
    "PSS signature named RS256": (lambda s: s.signed(lambda d: s.private.sign(d, PSS, hashes.SHA256())), "signature"),
    "ES256": (lambda s: s.signed(_ec, alg="ES256"), "algorithm"),
    # header: keys and rules of the token's own
    "own key in jwk": (lambda s: s.signed(s.stranger.sign, jwk=s.stranger.jwk), "header"),
    "own key server in jku": (lambda s: s.signed(s.stranger.sign, jku="http://127.0.0.1:9/keys"), "header"),
    "own certificate in x5c": (lambda s: s.signed(s.stranger.sign, x5c=["MIIB"]), "header"),
    "own certificate at x5u": (lambda s: s.signed(s.stranger.sign, x5u="http://127.0.0.1:9/c"), "header"),
    "critical extension": (lambda s: s.headed(crit=["exp"]), "header"),
    "payload not encoded": (lambda s: s.headed(b64=False, crit=["b64"]), "header"),
    "compressed": (lambda s: s.headed(zip="DEF"), "header"),
    "typ JWT, as ID tokens have": (lambda s: s.headed(typ="JWT"), "type"),
    "typ logout+jwt": (lambda s: s.headed(typ="logout+jwt"), "type"),
    "no typ": (lambda s: s.headed(typ=None), "type"),
    "no kid": (lambda s: s.headed(kid=None), "unknownKey"),
    "kid is a number": (lambda s: s.headed(kid=1), "unknownKey"),
    "kid that nobody has": (lambda s: s.headed(kid="vilvoorde-9"), "unknownKey"),
    "kid that is a path": (lambda s: s.headed(kid="../../dev/null"), "unknownKey"),
    "kid that is a query": (lambda s: s.headed(kid="' or '1'='1"), "unknownKey"),
    # signature
    "key of a stranger under our kid": (lambda s: s.signed(s.stranger.sign), "signature"),
    "key of the other town under our kid": (lambda s: s.signed(s.other.key.sign), "signature"),
    "claims changed after signing": (_mutated_payload, "signature"),
    "header changed after signing": (lambda s: _flip(s.headed(typ="AT+JWT"), 1), "signature"),
    "signature changed": (lambda s: _flip(s.token(), 2), "signature"),
    "signature cut off": (lambda s: s.token()[:-8], "signature"),
    # for whom and from whom
    "token of the other town": (lambda s: s.other.token(s.now), "unknownKey"),
    "issuer is the other town": (lambda s: s.token(iss=s.other.issuer), "issuer"),
    "issuer with a slash more": (lambda s: s.token(iss=s.own.issuer + "/"), "issuer"),
    "issuer that begins as ours": (lambda s: s.token(iss=s.own.issuer + "-x"), "issuer"),
    "issuer over http": (lambda s: s.token(iss=s.own.issuer.replace("https", "http")), "issuer"),
    "issuer as a list": (lambda s: s.token(iss=[s.own.issuer]), "issuer"),
    "no issuer": (lambda s: s.token(iss=None), "issuer"),
    "audience of another service": (lambda s: s.token(aud="regional"), "audience"),
    "audiences, ours among them": (lambda s: s.token(aud=["account", "municipal"]), "audience"),
    "audience that begins as ours": (lambda s: s.token(aud="municipal-test"), "audience"),
    "no audience": (lambda s: s.token(aud=None), "audience"),
    "empty audience": (lambda s: s.token(aud=[]), "audience"),
    "audience is an object": (lambda s: s.token(aud={"municipal": True}), "audience"),
    "ID token": (lambda s: s.token(typ="ID"), "type"),
    "refresh token": (lambda s: s.token(typ="Refresh"), "type"),
    "logout token": (lambda s: s.token(typ="Logout"), "type"),
    "no typ claim": (lambda s: s.token(typ=None), "type"),
    "got by another client": (lambda s: s.token(azp="municipal"), "authorizedParty"),
    "got by no client": (lambda s: s.token(azp=None), "authorizedParty"),
    "client as a list": (lambda s: s.token(azp=["zenne-cli"]), "authorizedParty"),
    "bound to a key": (lambda s: s.token(cnf={"jkt": "x"}), "confirmation"),
    # when
    "without end": (lambda s: s.token(exp=None), "exp"),
    "end as text": (lambda s: s.token(exp=str(int(s.now) + 300)), "exp"),
    "end as a fraction": (lambda s: s.token(exp=s.now + 300.5), "exp"),
    "end as true": (lambda s: s.token(exp=True), "exp"),
    "end before its begin": (lambda s: s.token(exp=int(s.now) - 1), "exp"),
    "end beyond all time": (lambda s: s.token(exp=10**400), "exp"),
    "without begin": (lambda s: s.token(iat=None), "iat"),
    "begins in a minute": (lambda s: s.token(iat=int(s.now) + 60), "iat"),
    "not before in a minute": (lambda s: s.token(nbf=int(s.now) + 60), "nbf"),
    "not before as text": (lambda s: s.token(nbf="now"), "nbf"),
    # who
    "nobody": (lambda s: s.token(sub=None), "subject"),
    "nobody, said so": (lambda s: s.token(sub=""), "subject"),
    "a name": (lambda s: s.token(sub="els.caseworker"), "subject"),
    "our own automatic work": (lambda s: s.token(sub="system:consumer"), "subject"),
    "another spelling of a subject": (lambda s: s.token(sub=realms.SUBJECT.upper()), "subject"),
    "roles as one text": (lambda s: s.token(roles="manager"), "roles"),
    "roles as an object": (lambda s: s.token(roles={"manager": True}), "roles"),
    "roles as numbers": (lambda s: s.token(roles=[1]), "roles"),
    "team as a list": (lambda s: s.token(team=["prevention"]), "team"),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_good_token_says_who_acts(name: str, scene: Scene, verifier: tokens.Verifier, at: datetime.datetime) -> None:
    token = GOOD[name](scene)

    actor = verifier.actor(token, at=at)

    assert actor == Actor(
        subject=realms.SUBJECT, roles=frozenset({"caseworker"}), team="prevention", participant="vilvoorde"
    )


@pytest.mark.parametrize("name", REFUSED)
def test_every_other_token_is_refused_for_its_own_reason(
    name: str, scene: Scene, verifier: tokens.Verifier, at: datetime.datetime
) -> None:
    make, reason = REFUSED[name]
    token = make(scene)

    with pytest.raises(tokens.InvalidAccessToken) as refused:
        verifier.actor(token, at=at)

    assert refused.value.facts == {"reason": reason}
    assert (refused.value.http, refused.value.code) == (401, "invalidAccessToken")


@pytest.mark.parametrize("ended", [5, 6, 86_400])
def test_a_token_that_has_ended_is_said_to_have_expired(
    ended: int, scene: Scene, verifier: tokens.Verifier, at: datetime.datetime
) -> None:
    token = scene.token(iat=int(scene.now) - 100_000, exp=int(scene.now) - ended)

    with pytest.raises(tokens.ExpiredAccessToken) as refused:
        verifier.actor(token, at=at)

    assert (refused.value.http, refused.value.facts) == (401, {})


def test_that_a_token_expired_is_not_told_about_one_that_is_wrong_otherwise(
    scene: Scene, verifier: tokens.Verifier, at: datetime.datetime
) -> None:
    token = scene.token(iat=int(scene.now) - 600, exp=int(scene.now) - 300, azp="municipal")

    with pytest.raises(tokens.InvalidAccessToken) as refused:
        verifier.actor(token, at=at)

    assert refused.value.facts == {"reason": "authorizedParty"}


def test_a_refusal_repeats_nothing_of_the_token(scene: Scene, verifier: tokens.Verifier, at: datetime.datetime) -> None:
    token = scene.token(sub="els.caseworker", name="Els Peeters")

    with pytest.raises(tokens.InvalidAccessToken) as refused:
        verifier.actor(token, at=at)

    assert "els" not in f"{refused.value!r}{refused.value}{refused.value.facts}".lower()


@pytest.mark.parametrize(
    ("roles", "known"),
    [
        (None, set()),
        ([], set()),
        (["admin", "offline_access"], set()),
        (["caseworker", "caseworker"], {"caseworker"}),
        (["Caseworker", "dataProtectionOfficer", "manager"], {"dataProtectionOfficer", "manager"}),
    ],
)  # fmt: skip
def test_only_roles_that_zenne_knows_are_taken_over(
    roles: list[str] | None, known: set[str], scene: Scene, verifier: tokens.Verifier, at: datetime.datetime
) -> None:
    actor = verifier.actor(scene.token(roles=roles, team=None), at=at)

    assert (set(actor.roles), actor.team) == (known, "")


def test_the_table_is_as_long_as_it_has_to_be() -> None:
    assert len(GOOD) + len(REFUSED) >= 90
