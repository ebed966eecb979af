"""Client certificates of the bus: a participant asks with a request, the federation's CA answers.

A participant makes its private key itself; only the request and the certificate travel. The broker takes the name of
who connects from the certificate's CN and from nothing else, so the CA signs one name for one folder and no other.
"""

import datetime as dt
import pathlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from steward.changes import FilesContradict, Journal

LIFE = dt.timedelta(days=365)
RENEWED_BEFORE = LIFE / 3
CLOCKS_DIFFER = dt.timedelta(hours=1)


class Authority:
    """The CA that signs bus client certificates."""

    def __init__(self, certificate: pathlib.Path, key: pathlib.Path) -> None:
        """Will read the CA's certificate and key, which must belong together."""
        self.certificate = x509.load_pem_x509_certificate(_read(certificate))
        loaded = serialization.load_pem_private_key(_read(key), password=None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            message = f"{key} is not an elliptic-curve key"
            raise FilesContradict(message)
        if loaded.public_key() != self.certificate.public_key():
            message = f"{key} is not the key of {certificate}"
            raise FilesContradict(message)
        self._key = loaded

    def issued(self, certificate: x509.Certificate) -> bool:
        """Say whether this CA signed `certificate`."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def issue(self, request: x509.CertificateSigningRequest, participant: str, at: dt.datetime) -> x509.Certificate:
        """Return a client certificate for the key in `request`; of the request nothing else is taken over."""
        key = request.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, participant)]))
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - CLOCKS_DIFFER)
            .not_valid_after(min(at + LIFE, self.certificate.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_signing_only(), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )


def answer_request(
    authority: Authority, participant: str, public: pathlib.Path, at: dt.datetime, journal: Journal
) -> None:
    """Will put `bus.crt.pem` beside the participant's `bus.csr.pem`, when it is missing, old or for another key."""
    asked = public / "bus.csr.pem"
    if not asked.is_file():
        return
    request = _request(asked, participant)
    answered = public / "bus.crt.pem"
    if not answered.is_file():
        journal.make(f"bus certificate of {participant}", _write, authority, request, participant, answered, at)
        return
    differing = _differences(authority, request, x509.load_pem_x509_certificate(answered.read_bytes()), participant, at)
    if differing:
        journal.change(
            f"bus certificate of {participant}", differing, _write, authority, request, participant, answered, at
        )


def _differences(
    authority: Authority,
    request: x509.CertificateSigningRequest,
    certificate: x509.Certificate,
    participant: str,
    at: dt.datetime,
) -> list[str]:
    life = min(certificate.not_valid_after_utc, authority.certificate.not_valid_after_utc) - at
    ca_life = authority.certificate.not_valid_after_utc - at
    return [
        name
        for name, differs in {
            "authority": not authority.issued(certificate),
            "key": certificate.public_key() != request.public_key(),
            "name": _names(certificate.subject) != [participant],
            # A certificate cannot outlive its CA: close to the CA's end a renewal would bring nothing.
            "validity": life < RENEWED_BEFORE and ca_life - life > CLOCKS_DIFFER,
        }.items()
        if differs
    ]


def _request(path: pathlib.Path, participant: str) -> x509.CertificateSigningRequest:
    try:
        request = x509.load_pem_x509_csr(path.read_bytes())
    except ValueError:
        message = f"{participant}: bus.csr.pem is no certificate request"
        raise FilesContradict(message) from None
    if not request.is_signature_valid:
        message = f"{participant}: bus.csr.pem is not signed with the key that it asks for"
        raise FilesContradict(message)
    if _names(request.subject) != [participant]:
        message = f"{participant}: bus.csr.pem asks for the name of somebody else"
        raise FilesContradict(message)
    if not isinstance(request.public_key(), ec.EllipticCurvePublicKey):
        message = f"{participant}: bus.csr.pem holds no elliptic-curve key"
        raise FilesContradict(message)
    return request


def _names(subject: x509.Name) -> list[str]:
    """Return the parts of a subject; anything beside the CN makes it another name to the broker."""
    return [
        str(part.value) if part.oid == NameOID.COMMON_NAME else f"{part.oid.dotted_string}={part.value!r}"
        for part in subject
    ]


def _write(
    authority: Authority,
    request: x509.CertificateSigningRequest,
    participant: str,
    path: pathlib.Path,
    at: dt.datetime,
) -> None:
    pem = authority.issue(request, participant, at).public_bytes(serialization.Encoding.PEM)
    beside = path.with_suffix(".new")
    beside.write_bytes(pem)
    beside.chmod(0o644)
    beside.replace(path)


def _signing_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _read(path: pathlib.Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise FilesContradict(message) from None
