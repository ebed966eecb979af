"""Only TLS that is still sound, and only for the name that the certificate bears."""

import socket
import ssl
import warnings

import httpx
import pytest
from cryptography import x509

import door
import gate as gates
import wire


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_sound_tls_is_spoken(version: ssl.TLSVersion, gate: gates.Gate) -> None:
    with wire.connect(gate.port, gate.ca_file, "vilvoorde.localhost", version=version) as stream:
        answer = wire.exchange(
            stream, b"GET /health HTTP/1.1\r\nHost: vilvoorde.localhost\r\nConnection: close\r\n\r\n"
        )

    assert answer.status == 200


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_broken_tls_is_not(version: str, gate: gates.Gate) -> None:
    context = door.trusting(gate.ca_file)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        # Python warns of the versions that this test is about.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion[version]
        context.maximum_version = ssl.TLSVersion[version]

    with (
        socket.create_connection(("127.0.0.1", gate.port), 5) as plain,
        pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"),
    ):
        context.wrap_socket(plain, server_hostname="vilvoorde.localhost")


def test_without_tls_nothing_is_answered(gate: gates.Gate) -> None:
    with socket.create_connection(("127.0.0.1", gate.port), 5) as plain:
        plain.sendall(b"GET /health HTTP/1.1\r\nHost: vilvoorde.localhost\r\n\r\n")
        plain.settimeout(10)

        try:
            answer = plain.recv(100)
        except ConnectionResetError:
            answer = b""

    assert answer == b""


def test_each_host_has_a_certificate_of_its_own_and_no_other_name_in_it(gate: gates.Gate) -> None:
    names = {}

    for host in ("vilvoorde.localhost", "molenbeek.localhost", "login.localhost"):
        with wire.connect(gate.port, gate.ca_file, host) as stream:
            certificate = x509.load_der_x509_certificate(stream.getpeercert(binary_form=True) or b"")
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names[host] = alternative.get_values_for_type(x509.DNSName)

    assert names == {host: [host] for host in names}


def test_our_own_client_goes_through_the_door(gate: gates.Gate) -> None:
    with door.client(f"https://vilvoorde.localhost:{gate.port}", gate.ca_file, token=gate.token()) as http:
        answer = http.post("/api/referral/v1/referrals", json={"a": 1})

    assert (answer.status_code, answer.json()["path"]) == (200, "/api/referral/v1/referrals")
    assert answer.url == f"https://vilvoorde.localhost:{gate.port}/api/referral/v1/referrals"


def test_our_own_client_trusts_no_other_authority(gate: gates.Gate, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    with gates.gate(other) as stranger:
        http = door.client(f"https://vilvoorde.localhost:{gate.port}", stranger.ca_file)
        with http, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            http.get("/health")

        assert stranger.reached == 0


@pytest.mark.parametrize("url", ["https://example.org/", "http://vilvoorde.localhost/", "https://127.0.0.1/"])
def test_our_own_client_goes_nowhere_else(url: str, gate: gates.Gate) -> None:
    http = door.client(f"https://vilvoorde.localhost:{gate.port}", gate.ca_file)

    with http, pytest.raises(door.NotBehindThisDoor):
        http.get(url)
