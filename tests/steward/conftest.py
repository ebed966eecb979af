"""The real components as steward's commands see them, and a town of these tests alone."""

import pathlib
from collections.abc import Iterator

import pytest

import search_at_work
from broker import Broker, broker
from local import kafka, opensearch, postgres
from realm_at_work import REALM, Realm
from search_at_work import INDEX, REGION, Search
from steward_at_work import Components, Town, add_level, make_town

__all__ = ["broker"]


@pytest.fixture(scope="session")
def components(stack, broker: Broker) -> Components:
    """The components of the running instance, but for the bus: a test takes away who has no tenant file of its own."""
    instance = stack.instance
    signer = kafka.authority(broker.instance)
    return Components(
        servers=broker.servers[0],
        ca=signer.certificate_file,
        steward=broker.instance.admin / "steward.pem",
        bus_ca=signer.certificate_file,
        bus_ca_key=signer.key_file,
        database_port=instance.ports["postgres"],
        database_admin=postgres.ADMIN,
        database_admin_password=instance.admin / "postgres_password",
        keycloak=f"http://127.0.0.1:{instance.ports['keycloak']}",
        keycloak_admin="steward",
        keycloak_admin_secret=instance.admin / "keycloak_steward_secret",
        search=f"https://127.0.0.1:{instance.ports['opensearch']}",
        search_ca=opensearch.authority(instance).certificate_file,
        search_steward=instance.admin / "search.pem",
    )


@pytest.fixture
def paper(tmp_path) -> Town:
    """Two towns and a third, on paper: no component runs."""
    nowhere = pathlib.Path("/nonexistent")
    nothing = Components(
        "127.0.0.1:9", nowhere, nowhere, nowhere, nowhere, 9, "nobody", nowhere, "http://127.0.0.1:9", "nobody", nowhere
    )
    return make_town(tmp_path, nothing, ["tervuren"])


@pytest.fixture(scope="session")
def made(components, tmp_path_factory) -> Iterator[Realm]:
    """A realm that bootstrap and tenant have made; gone afterwards."""
    town = make_town(tmp_path_factory.mktemp("realm"), components, [REALM])
    admin = components.admin("master")
    if REALM in [found["realm"] for found in admin.get_realms()]:
        admin.delete_realm(REALM)
    answer = town.steward("bootstrap", REALM, "--only", "realm", of=REALM)
    assert answer.code == 0, answer.errors
    realm = Realm(town, components.admin(REALM), town.folder / "users.json")
    realm.write_users()
    realm.steward()
    yield realm
    components.admin("master").delete_realm(REALM)


@pytest.fixture
def realm(made) -> Realm:
    """The realm in line with its file."""
    made.write_users()
    made.steward()
    return made


@pytest.fixture(scope="session")
def searched(stack, components, tmp_path_factory) -> Iterator[Search]:
    """The real OpenSearch with the real regions and one of these tests, which is gone afterwards."""
    town = make_town(tmp_path_factory.mktemp("search"), components)
    for real in stack.towns:
        if real.level == "regional":
            add_level(town, real.id, "regional")
    add_level(town, REGION, "regional")
    certificate = town.participant(REGION) / "search.pem"
    opensearch.authority(stack.instance).issue(certificate, name=REGION, hosts=[], server=False)
    admin = search_at_work.client(components, components.search_steward)
    search = Search(town, admin, search_at_work.client(components, certificate))
    search.steward()
    search.make_index()
    yield search
    # whichever test ran last: there is an index to take away
    search.steward()
    search.make_index()
    (town.tenants / f"{REGION}.yaml").unlink()
    assert f"- index {INDEX}" in search.steward()


@pytest.fixture
def search(searched) -> Iterator[Search]:
    """OpenSearch in line with the files, before and after."""
    searched.steward()
    yield searched
    searched.steward()
