"""The real components as steward's commands see them, and a town of these tests alone."""

import pathlib

import pytest

from local import kafka, postgres
from steward_at_work import Components, Town, make_town


@pytest.fixture(scope="session")
def components(stack) -> Components:
    """The components of the running instance."""
    instance = stack.instance
    signer = kafka.authority(instance)
    known = stack.kafka_as_steward
    return Components(
        servers=known["servers"],
        ca=pathlib.Path(known["ca"]),
        steward=pathlib.Path(known["certificate"]),
        bus_ca=signer.certificate_file,
        bus_ca_key=signer.key_file,
        database_port=instance.ports["postgres"],
        database_admin=postgres.ADMIN,
        database_admin_password=instance.admin / "postgres_password",
        keycloak=f"http://127.0.0.1:{instance.ports['keycloak']}",
        keycloak_admin="steward",
        keycloak_admin_secret=instance.admin / "keycloak_steward_secret",
    )


@pytest.fixture
def paper(tmp_path) -> Town:
    """Two towns and a third, on paper: no component runs."""
    nowhere = pathlib.Path("/nonexistent")
    nothing = Components(
        "127.0.0.1:9", nowhere, nowhere, nowhere, nowhere, 9, "nobody", nowhere, "http://127.0.0.1:9", "nobody", nowhere
    )
    return make_town(tmp_path, nothing, ["tervuren"])
