"""Two realms of two towns, their key server, and the verifier of the first town."""

import datetime
from collections.abc import Iterator

import pytest

import realm as realms
from federation.identity import tokens

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
