"""Certificates of an instance: right for their host, for nothing else, and renewed when that is due."""

import socket
import ssl
import threading

import pytest
from cryptography import x509

from local import tls


@pytest.fixture
def authority(tmp_path):
    return tls.Authority(tmp_path / "authority", name="Tried authority")


def greet(certificate, authority_file, host: str) -> str:
    """Return the TLS version that a client agrees on with a server of that certificate, verified for `host`."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    client = ssl.create_default_context(cafile=authority_file)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with theirs:
            try:
                server.wrap_socket(theirs, server_side=True).close()
            except (ssl.SSLError, OSError):
                return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with ours, client.wrap_socket(ours, server_hostname=host) as greeted:
            return str(greeted.version())
    finally:
        thread.join()


def test_a_strict_client_accepts_the_certificate_for_its_host(authority, tmp_path):
    path = tmp_path / "town.pem"
    authority.issue(path, name="vilvoorde.localhost", hosts=["vilvoorde.localhost"], server=True)

    assert greet(path, authority.certificate_file, "vilvoorde.localhost") == "TLSv1.3"


def test_no_client_accepts_it_for_another_host(authority, tmp_path):
    path = tmp_path / "town.pem"
    authority.issue(path, name="vilvoorde.localhost", hosts=["vilvoorde.localhost"], server=True)

    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        greet(path, authority.certificate_file, "molenbeek.localhost")


def test_no_client_of_another_instance_accepts_it(authority, tmp_path):
    path, other = tmp_path / "town.pem", tls.Authority(tmp_path / "other", name="Tried authority")
    authority.issue(path, name="vilvoorde.localhost", hosts=["vilvoorde.localhost"], server=True)

    with pytest.raises(ssl.SSLCertVerificationError):
        greet(path, other.certificate_file, "vilvoorde.localhost")


def test_a_fitting_certificate_is_kept(authority, tmp_path):
    path = tmp_path / "town.pem"
    assert authority.issue(path, name="town", hosts=["town.localhost"], server=True)
    before = path.read_bytes()

    assert not authority.issue(path, name="town", hosts=["town.localhost"], server=True)

    assert path.read_bytes() == before


def test_a_certificate_is_made_anew_for_other_hosts_and_by_another_authority(authority, tmp_path):
    path, other = tmp_path / "town.pem", tls.Authority(tmp_path / "other", name="Tried authority")
    authority.issue(path, name="town", hosts=["town.localhost"], server=True)

    assert authority.issue(path, name="town", hosts=["city.localhost"], server=True)
    assert other.issue(path, name="town", hosts=["city.localhost"], server=True)


def test_a_certificate_near_its_end_is_made_anew(authority, tmp_path, monkeypatch):
    path = tmp_path / "town.pem"
    authority.issue(path, name="town", hosts=["town.localhost"], server=True)
    monkeypatch.setattr(tls, "RENEWED_BEFORE_END", tls.LIFE)

    assert authority.issue(path, name="town", hosts=["town.localhost"], server=True)


def test_keys_are_for_their_owner_alone_and_leaves_sign_nothing(authority, tmp_path):
    path = tmp_path / "town.pem"
    authority.issue(path, name="town", hosts=[], server=False)

    leaf = x509.load_pem_x509_certificate(path.read_bytes())
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not leaf.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    assert {file.stat().st_mode & 0o777 for file in (path, authority.key_file)} == {0o600}


def test_an_authority_is_made_once(authority):
    again = tls.Authority(authority.certificate_file.parent, name="Tried authority")

    assert again.certificate == authority.certificate
