"""Certificates of an instance: one authority for the gateway's hosts, another for the bus.

They are two, so that no certificate of a web host ever opens a connection to the bus.
"""

import datetime
import ipaddress
import pathlib
from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from federation import clock
from local import instances

AUTHORITY_LIFE = datetime.timedelta(days=1825)
LIFE = datetime.timedelta(days=200)
RENEWED_BEFORE_END = datetime.timedelta(days=40)


class Authority:
    """A certificate authority in a folder: `ca.pem` may be read by all who trust it, `ca.key.pem` by nobody else."""

    def __init__(self, folder: pathlib.Path, *, name: str) -> None:
        """Will read the authority in `folder`, and make it when there is none."""
        self.certificate_file = folder / "ca.pem"
        self.key_file = folder / "ca.key.pem"
        if not self.certificate_file.exists():
            instances.own_folder(folder)
            self._make(name)
        self.certificate = x509.load_pem_x509_certificate(self.certificate_file.read_bytes())
        key = serialization.load_pem_private_key(self.key_file.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(self.key_file)
        self.key = key

    def _make(self, name: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        builder = _builder(subject, subject, key.public_key(), AUTHORITY_LIFE)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(authority=True), critical=True)
        instances.write_private(self.key_file, _key_text(key))
        instances.write_private(self.certificate_file, _text(builder.sign(key, hashes.SHA256())))

    def issue(self, path: pathlib.Path, *, name: str, hosts: Sequence[str], server: bool) -> bool:
        """Will write a key and a certificate for it to `path`, unless a fitting one is there; return whether it did."""
        if path.exists() and self._fits(x509.load_pem_x509_certificate(path.read_bytes()), name, hosts):
            return False
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(name), self.certificate.subject, key.public_key(), LIFE)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(authority=False), critical=True)
        authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = builder.add_extension(authority_key, critical=False)
        uses = [ExtendedKeyUsageOID.CLIENT_AUTH] + ([ExtendedKeyUsageOID.SERVER_AUTH] if server else [])
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        if hosts:
            names = x509.SubjectAlternativeName([_host(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        instances.own_folder(path.parent)
        return instances.write_private(path, _key_text(key) + _text(builder.sign(self.key, hashes.SHA256())))

    def _fits(self, certificate: x509.Certificate, name: str, hosts: Sequence[str]) -> bool:
        try:
            certificate.verify_directly_issued_by(self.certificate)
            names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except x509.ExtensionNotFound:
            names = None
        except (ValueError, TypeError, InvalidSignature):
            return False
        found = set(names.get_values_for_type(x509.DNSName)) if names else set()
        wanted = {host for host in hosts if not _is_address(host)}
        in_time = certificate.not_valid_after_utc - clock.now() > RENEWED_BEFORE_END
        return in_time and found == wanted and certificate.subject == _name(name)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _is_address(host: str) -> bool:
    return host.replace(".", "").isdigit()


def _host(host: str) -> x509.GeneralName:
    return x509.IPAddress(ipaddress.ip_address(host)) if _is_address(host) else x509.DNSName(host)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, life: datetime.timedelta
) -> x509.CertificateBuilder:
    begins = clock.now() - datetime.timedelta(minutes=5)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(begins + life)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _key_text(key: ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
