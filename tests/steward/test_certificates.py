"""The bus CA signs the name of the folder for the key of the request, and nothing else."""

import datetime as dt
import pathlib
from dataclasses import dataclass, field

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from steward import certificates
from steward.changes import FilesContradict, Journal

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
FIVE_YEARS = dt.timedelta(days=1826)


def name(common: str, *more: x509.NameAttribute) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common), *more])


@dataclass
class Folder:
    """A participant's public folder and a CA beside it."""

    path: pathlib.Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def ask(self, common: str = "vilvoorde", *more: x509.NameAttribute, key=None) -> None:
        """Will put a request into the folder."""
        request = x509.CertificateSigningRequestBuilder().subject_name(name(common, *more))
        signed = request.sign(key or self.key, hashes.SHA256())
        (self.path / "bus.csr.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def answer(self, *, at: dt.datetime = NOW, dry_run: bool = False, life: dt.timedelta = FIVE_YEARS) -> list[str]:
        """Will let the CA answer; return what it says it did."""
        journal = Journal(dry_run)
        certificates.answer_request(authority(self.path.parent, life), "vilvoorde", self.path, at, journal)
        return journal.lines

    @property
    def certificate(self) -> x509.Certificate:
        """The answer."""
        return x509.load_pem_x509_certificate((self.path / "bus.crt.pem").read_bytes())


def authority(folder: pathlib.Path, life: dt.timedelta) -> certificates.Authority:
    certificate, key = folder / "ca.pem", folder / "ca.key.pem"
    if not key.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        signed = (
            x509.CertificateBuilder()
            .subject_name(name("bus"))
            .issuer_name(name("bus"))
            .public_key(made.public_key())
            .serial_number(1)
            .not_valid_before(NOW)
            .not_valid_after(NOW + life)
            .sign(made, hashes.SHA256())
        )
        certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        key.write_bytes(made.private_bytes(*form))
    return certificates.Authority(certificate, key)


@pytest.fixture
def folder(tmp_path) -> Folder:
    (tmp_path / "public").mkdir()
    return Folder(tmp_path / "public")


def test_a_request_is_answered_once(folder):
    folder.ask()

    assert folder.answer() == ["+ bus certificate of vilvoorde"]
    assert folder.answer() == []
    assert folder.certificate.subject == name("vilvoorde")
    assert folder.certificate.public_key() == folder.key.public_key()
    usage = folder.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [use.dotted_string for use in usage] == ["1.3.6.1.5.5.7.3.2"]
    assert folder.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False


def test_who_asks_for_nothing_gets_nothing(folder):
    assert folder.answer() == []
    assert not (folder.path / "bus.crt.pem").exists()


def test_a_dry_run_says_what_it_would_sign_and_signs_nothing(folder):
    folder.ask()

    assert folder.answer(dry_run=True) == ["+ bus certificate of vilvoorde"]
    assert not (folder.path / "bus.crt.pem").exists()


@pytest.mark.parametrize(
    ("common", "more"),
    [
        ("molenbeek", []),
        ("steward", []),
        ("broker", []),
        ("vilvoorde ", []),
        ("vilvoorde", [x509.NameAttribute(NameOID.COMMON_NAME, "molenbeek")]),
        ("vilvoorde", [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "broker")]),
    ],
)
def test_nobody_gets_a_certificate_in_another_name(folder, common, more):
    folder.ask(common, *more)

    with pytest.raises(FilesContradict, match="asks for the name of somebody else"):
        folder.answer()
    assert not (folder.path / "bus.crt.pem").exists()


def test_a_request_that_is_not_signed_with_its_own_key_is_refused(folder):
    folder.ask()
    path = folder.path / "bus.csr.pem"
    der = bytearray(x509.load_pem_x509_csr(path.read_bytes()).public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    path.write_bytes(x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM))

    with pytest.raises(FilesContradict, match="not signed with the key"):
        folder.answer()
    assert not (folder.path / "bus.crt.pem").exists()


def test_a_request_of_another_kind_of_key_or_of_no_kind_is_refused(folder):
    folder.ask(key=rsa.generate_private_key(public_exponent=65537, key_size=2048))
    with pytest.raises(FilesContradict, match="no elliptic-curve key"):
        folder.answer()

    (folder.path / "bus.csr.pem").write_bytes(b"please")
    with pytest.raises(FilesContradict, match="is no certificate request"):
        folder.answer()
    assert not (folder.path / "bus.crt.pem").exists()


def test_a_certificate_is_renewed_in_the_last_third_of_its_life_and_not_before(folder):
    folder.ask()
    folder.answer()
    first = folder.certificate

    assert folder.answer(at=NOW + dt.timedelta(days=243)) == []
    assert folder.answer(at=NOW + dt.timedelta(days=244)) == ["~ bus certificate of vilvoorde validity"]
    assert folder.certificate.not_valid_after_utc == NOW + dt.timedelta(days=244 + 365)
    assert folder.certificate.serial_number != first.serial_number


def test_a_certificate_never_outlives_its_authority_and_is_not_renewed_for_nothing(folder):
    folder.ask()
    folder.answer(life=dt.timedelta(days=30))

    assert folder.certificate.not_valid_after_utc == NOW + dt.timedelta(days=30)
    assert folder.answer() == []


def test_a_new_key_gets_a_new_certificate(folder):
    folder.ask()
    folder.answer()
    folder.key = ec.generate_private_key(ec.SECP256R1())
    folder.ask()

    assert folder.answer() == ["~ bus certificate of vilvoorde key"]
    assert folder.certificate.public_key() == folder.key.public_key()


def test_a_certificate_of_a_foreign_authority_is_replaced(folder, tmp_path):
    folder.ask()
    folder.answer()
    (tmp_path / "ca.key.pem").unlink()

    assert folder.answer() == ["~ bus certificate of vilvoorde authority"]


def test_a_key_that_is_not_the_authority_s_is_refused(folder, tmp_path):
    folder.ask()
    folder.answer()
    key = ec.generate_private_key(ec.SECP256R1())
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "ca.key.pem").write_bytes(key.private_bytes(*form))

    with pytest.raises(FilesContradict, match="is not the key of"):
        folder.answer()
