"""What we tell all others about ourselves: our directory record, made from the tenant file and our keys."""

import dataclasses
import datetime
import pathlib
from collections.abc import Mapping

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import transaction

from federation.bus import local
from federation.bus.models import DirectoryEntry, OwnRecord
from federation.contracts import digests, directory, tenant_file
from federation.contracts.directory import DirectoryRecord, Names, Protocol, Team
from federation.contracts.keys import COMPROMISED
from federation.seals import keys, records

TLS_KEY = "bus.key.pem"
TLS_REQUEST = "bus.csr.pem"


def make_keys(at: datetime.datetime) -> bool:
    """Make this participant's own keys, and ask for its certificate of the bus; False when all are there.

    Private keys never leave the folder of keys; the request goes into `public/` beside it. A municipality
    also makes the secret that protects its counts.
    """
    folder = pathlib.Path(settings.KEYS_FOLDER)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = not any(folder.glob("*.jwk"))
    if made:
        keys.make_first_keys(folder, at)
    if local.tenant().level == "municipal":
        made = keys.make_statistics_key(folder) or made
    return _ask_for_certificate(folder) or made


def print_record(at: datetime.datetime) -> str:
    """Return our present record, signed by us; what is unchanged keeps its version.

    After a rotation it is signed with the key that our last published record names: so our peers
    believe the new one without another telephone call.
    """
    draft = _draft(version=1)
    content = digests.digest(directory.encode(draft))
    with transaction.atomic():
        last = OwnRecord.objects.select_for_update().order_by("version").last()
        if last is None or last.digest != content:
            last = OwnRecord.objects.create(
                version=max(last.version if last else 0, _published_version()) + 1, digest=content, made_at=at
            )
    return records.sign_record(dataclasses.replace(draft, version=last.version), _key_that_peers_know())


def _draft(version: int) -> DirectoryRecord:
    tenant, ring = local.tenant(), local.keyring()
    return DirectoryRecord(
        participant=tenant.id,
        version=version,
        level=tenant.level,
        nis=tenant.nis,
        region=tenant.region,
        names=_names(tenant.names),
        official_languages=tenant.official_languages,
        holidays=tenant.holidays,
        closures=tenant.closures,
        teams=tuple(Team(team.id, _names(team.names), team.phone) for team in tenant.teams),
        signing_keys=ring.public_signing_keys,
        encryption_keys=ring.public_encryption_keys,
        protocols=tuple(_protocol(protocol) for protocol in tenant.protocols),
    )


def _names(labels: Mapping[str, str]) -> Names:
    return Names(labels["nl"], labels["fr"], labels["de"], labels["en"])


def _protocol(protocol: tenant_file.Protocol) -> Protocol:
    # The file names the last day, the record the first day after.
    until = protocol.until and protocol.until + datetime.timedelta(days=1)
    return Protocol(with_=protocol.peer, kinds=tuple(sorted(protocol.kinds)), since=protocol.since, until=until)


def _published_version() -> int:
    published = DirectoryEntry.objects.filter(participant=local.participant()).order_by("version").last()
    return published.version if published else 0


def _key_that_peers_know() -> keys.PrivateKey:
    ring = local.keyring()
    entry = DirectoryEntry.objects.filter(participant=local.participant()).order_by("version").last()
    if entry is None:
        return ring.signing_key
    known = {key.kid for key in directory.decode(entry.content.encode()).signing_keys if key.state != COMPROMISED}
    usable = [key for key in ring.keys if key.kid in known and key.secret and key.public.state != COMPROMISED]
    signers = [key for key in usable if key.public.use == "sig"]
    if not signers or ring.signing_key.kid in known:
        return ring.signing_key
    return max(signers, key=lambda key: key.public.not_before)


def _ask_for_certificate(folder: pathlib.Path) -> bool:
    """Write our TLS key, and the request in which the federation finds its public half."""
    path, request = folder / TLS_KEY, folder.parent / "public" / TLS_REQUEST
    if path.exists() and request.exists():
        return False
    if path.exists():
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise keys.KeyUnreadable(file=path.name)
    else:
        key = ec.generate_private_key(ec.SECP256R1())
        path.touch(mode=0o600)
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, local.participant())])
    signed = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    request.parent.mkdir(parents=True, exist_ok=True)
    request.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return True
