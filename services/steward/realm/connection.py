"""A connection to Keycloak's administration, for one realm, by a service account: never with a password."""

import contextlib
from collections.abc import Iterator

import requests
from keycloak import KeycloakAdmin
from keycloak.exceptions import KeycloakError

from steward.changes import Refused

ANSWERS_WITHIN = 30


@contextlib.contextmanager
def connected(url: str, realm: str, client: str, secret: str) -> Iterator[KeycloakAdmin]:
    """Yield a connection that works on `realm` as the service account of `client` in that realm."""
    admin = KeycloakAdmin(
        server_url=url,
        realm_name=realm,
        client_id=client,
        client_secret_key=secret,
        timeout=ANSWERS_WITHIN,
        max_retries=0,
    )
    try:
        yield admin
    except KeycloakError as error:
        # The body may quote what was sent: the status alone says enough together with the last line printed.
        message = f"Keycloak refused {client} in realm {realm}: {type(error).__name__}, status {error.response_code}"
        raise Refused(message) from None
    except requests.exceptions.RequestException as error:
        message = f"Keycloak does not answer at {url}: {type(error).__name__}"
        raise Refused(message) from None
