"""Topics and access rules of the bus, brought in line with what the tenant files allow."""

import contextlib
import logging
import pathlib
import socket
import ssl
from collections.abc import Iterator, Mapping

import kafka.errors
from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)

from steward.changes import Journal, Refused
from steward.rules import Access, Topic

OURS = "zenne."
"""Topics with this beginning belong to steward; the broker's own topics do not."""
REPLIES_WITHIN = 30.0

ANYTHING = ACLFilter(
    principal=None,
    host=None,
    operation=ACLOperation.ANY,
    permission_type=ACLPermissionType.ANY,
    resource_pattern=ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
)


def tls_context(ca: pathlib.Path, certificate: pathlib.Path) -> ssl.SSLContext:
    """Return the TLS settings of steward's own connection; a missing or wrong file fails here, at once."""
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(ca))
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(str(certificate))
    except (OSError, ssl.SSLError) as error:
        message = f"the bus certificate files do not load: {error}"
        raise Refused(message) from None
    return context


def reachable(servers: str) -> None:
    """Will refuse with one clear sentence when no broker listens: the client library would wait and say less."""
    for server in servers.split(","):
        host, _, port = server.rpartition(":")
        with contextlib.suppress(OSError, ValueError), socket.create_connection((host, int(port)), timeout=5):
            return
    message = f"no broker answers at {servers}"
    raise Refused(message)


@contextlib.contextmanager
def connected(servers: str, context: ssl.SSLContext) -> Iterator[KafkaAdminClient]:
    """Yield a connection as the broker's administrator."""
    reachable(servers)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # errors come back as exceptions; the log repeats them
    try:
        admin = KafkaAdminClient(
            bootstrap_servers=servers.split(","),
            security_protocol="SSL",
            ssl_context=context,
            bootstrap_timeout_ms=int(REPLIES_WITHIN * 1000),
        )
    except kafka.errors.KafkaError as error:
        message = f"the broker at {servers} does not accept steward: {type(error).__name__}"
        raise Refused(message) from None
    try:
        yield admin
    except kafka.errors.KafkaError as error:
        message = f"the broker refused: {error}"
        raise Refused(message) from None
    finally:
        admin.close()


def reconcile_topics(admin: KafkaAdminClient, wanted: Mapping[str, Topic], journal: Journal) -> None:
    """Will make the topics that are missing, mend those that differ and remove those that nobody owns any more."""
    existing = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics() if _is_ours(topic["name"])}
    for name, topic in wanted.items():
        if name not in existing:
            journal.make(f"topic {name}", _create, admin, topic)
        elif existing[name] != topic.partitions:
            # More partitions would break the one order of an inbox, and Kafka cannot take one away.
            message = f"topic {name} has {existing[name]} partitions, not {topic.partitions}: remove it by hand"
            raise Refused(message)
    _reconcile_configs(admin, [topic for name, topic in wanted.items() if name in existing], journal)
    for name in sorted(set(existing) - set(wanted)):
        journal.remove(f"topic {name}", admin.delete_topics, [name])


def reconcile_access(admin: KafkaAdminClient, wanted: frozenset[Access], journal: Journal) -> None:
    """Will grant what is missing and take away every rule that does not follow from the tenant files."""
    there, error = admin.describe_acls(ANYTHING)
    if error is not kafka.errors.NoError:
        message = f"the broker does not show its access rules: {error}"
        raise Refused(message)
    expected = {_line(_acl(access)): _acl(access) for access in wanted}
    found = {_line(acl): acl for acl in there}
    # First take away, then grant: a run that ends half-way has given too little, never too much.
    for line in sorted(set(found) - set(expected)):
        journal.remove(f"access {line}", revoke, admin, found[line])
    for line in sorted(set(expected) - set(found)):
        journal.make(f"access {line}", _grant, admin, expected[line])


def _is_ours(name: str) -> bool:
    return name.startswith(OURS)


def _create(admin: KafkaAdminClient, topic: Topic) -> None:
    admin.create_topics(
        {topic.name: {"num_partitions": topic.partitions, "configs": dict(topic.configs)}}, wait_for_metadata=True
    )


def _reconcile_configs(admin: KafkaAdminClient, topics: list[Topic], journal: Journal) -> None:
    if not topics:
        return
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    described = admin.describe_configs(resources, config_filter="modified")["topic"]
    for topic in topics:
        own = {key: setting["value"] for key, setting in described.get(topic.name, {}).items() if _is_of_topic(setting)}
        wanted = dict(topic.configs)
        differing = sorted(key for key in {*own, *wanted} if own.get(key) != wanted.get(key))
        if differing:
            journal.change(f"topic {topic.name}", differing, _set_configs, admin, topic, set(own) - set(wanted))


def _is_of_topic(setting: Mapping[str, object]) -> bool:
    """Say whether a setting was made on the topic itself, not on the broker."""
    return str(setting.get("config_source", "")).upper().endswith("TOPIC_CONFIG")


def _set_configs(admin: KafkaAdminClient, topic: Topic, superfluous: set[str]) -> None:
    operations: dict[str, tuple[str, str | None]] = {key: ("SET", value) for key, value in topic.configs}
    operations.update(dict.fromkeys(superfluous, ("DELETE", None)))
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=operations)])


def _acl(access: Access) -> ACL:
    return ACL(
        principal=f"User:{access.principal}",
        host="*",
        operation=ACLOperation[access.operation],
        permission_type=ACLPermissionType.ALLOW,
        resource_pattern=ResourcePattern(ResourceType.TOPIC, access.topic, ACLResourcePatternType.LITERAL),
    )


def _line(acl: ACL) -> str:
    pattern = acl.resource_pattern
    kind = pattern.resource_type.name.lower()
    exceptions = [
        word
        for word, usual in (
            (acl.permission_type.name.lower(), "allow"),
            (pattern.pattern_type.name.lower(), "literal"),
            (f"from {acl.host}", "from *"),
        )
        if word != usual
    ]
    return " ".join([acl.principal, acl.operation.name.lower(), kind, pattern.resource_name, *exceptions])


def _grant(admin: KafkaAdminClient, acl: ACL) -> None:
    # The client reports refusals in its result instead of raising them.
    failed = admin.create_acls([acl])["failed"]
    if failed:
        message = f"the broker did not grant {_line(acl)}: {failed}"
        raise Refused(message)


def revoke(admin: KafkaAdminClient, acl: ACL) -> None:
    """Will take one access rule away; Refused when the broker did not."""
    pattern = acl.resource_pattern
    exact = ACLFilter(
        principal=acl.principal,
        host=acl.host,
        operation=acl.operation,
        permission_type=acl.permission_type,
        resource_pattern=ResourcePatternFilter(pattern.resource_type, pattern.resource_name, pattern.pattern_type),
    )
    for _, removed, error in admin.delete_acls([exact]):
        if error is not kafka.errors.NoError or not removed:
            message = f"the broker did not take away {_line(acl)}: {error}"
            raise Refused(message)
