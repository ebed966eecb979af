"""Two realms of two towns, their key server, and the verifier of the first town."""

import datetime
from collections.abc import Iterator

import pytest

import realm as realms
from federation import clock
from federation.identity import login, tokens
from federation.identity.person import LoggedIn

SID = "5c7c2b0e-6f0f-4f53-8f0e-9d402f2f3a6f"
AT = datetime.datetime(2026, 11, 23, 12, 0, 0, tzinfo=datetime.UTC)


@pytest.fixture(scope="session")
def vilvoorde() -> realms.Realm:
    return realms.Realm("https://login.localhost/realms/vilvoorde", realms.make_key("vilvoorde-1"))


@pytest.fixture(scope="session")
def molenbeek() -> realms.Realm:
    return realms.Realm("https://login.localhost/realms/molenbeek", realms.make_key("molenbeek-1"))


@pytest.fixture(scope="session")
def stranger() -> realms.Key:
    return realms.make_key("vilvoorde-1")


@pytest.fixture(scope="session")
def key_server(vilvoorde: realms.Realm) -> Iterator[realms.KeyServer]:
    with realms.key_server() as server:
        server.publish("vilvoorde", vilvoorde.key.jwk)
        yield server


@pytest.fixture(scope="session")
def verifier(key_server: realms.KeyServer, vilvoorde: realms.Realm) -> tokens.Verifier:
    return tokens.verifier(
        issuer=vilvoorde.issuer,
        jwks_url=key_server.url("vilvoorde"),
        audience="municipal",
        parties=["zenne-cli"],
        participant="vilvoorde",
    )


@pytest.fixture
def at() -> datetime.datetime:
    return AT


class Town:
    """A town whose realm says what a test wants it to say."""

    def __init__(self, server: realms.KeyServer, realm: realms.Realm) -> None:
        self.server, self.realm = server, realm
        self.at = clock.now()

    def says(self, *, nonce: str | None = None, status: int = 200, roles: tuple[str, ...] = ("caseworker",), **changed):
        """Will make the realm answer the next call for tokens so."""
        at = self.at.timestamp()
        access = self.realm.token(at, **{"azp": "municipal-web", "roles": list(roles), **changed})
        claims = {
            "iss": self.realm.issuer,
            "aud": "municipal-web",
            "typ": "ID",
            "sub": realms.SUBJECT,
            "sid": SID,
            "nonce": nonce,
            "given_name": "Els",
            "family_name": "Wouters",
            "iat": int(at),
            "exp": int(at) + 300,
        }
        who = realms.compact(self.realm.header(typ="JWT"), claims, self.realm.key.sign)
        answer = {"access_token": access, "id_token": who, "refresh_token": "a-proof", "expires_in": 300}
        self.server.answers["token"] = (status, answer if status == 200 else {"error": "invalid_grant"})

    def logs_in(self, **more) -> LoggedIn:
        """Return what a whole login brings."""
        begun = login.realm().begin(language="nl")
        self.says(nonce=begun.nonce, **more)
        return login.realm().finish(begun, {"state": begun.state, "code": "a-code"}, at=self.at)

    def later(self, time: datetime.timedelta) -> datetime.datetime:
        """Return a later instant, at which the town is from now on."""
        self.at += time
        return self.at


@pytest.fixture
def town(settings, key_server, vilvoorde):
    settings.TOKEN_ISSUER = vilvoorde.issuer
    settings.TOKEN_JWKS_URL = key_server.url("vilvoorde")
    key_server.forms.clear()
    key_server.answers.clear()
    key_server.answers["logout"] = (204, {})
    return Town(key_server, vilvoorde)


@pytest.fixture
def key(town):
    from federation.identity import sessions  # noqa: PLC0415 -- Django is set up after this file is read

    return sessions.begin(town.logs_in(), at=town.at)
