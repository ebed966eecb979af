"""A connection to OpenSearch by certificate, as its administrator."""

import contextlib
import pathlib
from collections.abc import Iterator

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NoAnswer, ImproperlyConfigured, TransportError

from steward.changes import Refused

ANSWERS_WITHIN = 30


@contextlib.contextmanager
def connected(url: str, ca: pathlib.Path, certificate: pathlib.Path) -> Iterator[OpenSearch]:
    """Yield a connection; `certificate` is one PEM, key and certificate."""
    client = None
    try:
        client = OpenSearch(
            url,
            use_ssl=True,
            verify_certs=True,
            ca_certs=str(ca),
            client_cert=str(certificate),
            client_key=str(certificate),
            timeout=ANSWERS_WITHIN,
            # An answer that was lost would be asked for again and come back as a conflict.
            max_retries=0,
        )
        yield client
    except NoAnswer as error:
        message = f"OpenSearch does not answer at {url}: {type(error).__name__}"
        raise Refused(message) from None
    except TransportError as error:
        # The body may quote what was sent: kind and status say enough together with the last line printed.
        message = (
            f"OpenSearch refused: {error.error if isinstance(error.error, str) else ''} (status {error.status_code})"
        )
        raise Refused(message[:300]) from None
    except (OSError, ImproperlyConfigured) as error:
        message = f"{certificate}: {type(error).__name__}"
        raise Refused(message) from None
    finally:
        if client is not None:
            client.close()
