"""What the participants share: the federation's key, bus certificates, topics, access rules, the directory."""

import datetime as dt
import pathlib
from collections.abc import Mapping, Sequence

import yaml

from federation.contracts.tenant_file import TenantFile
from steward import broker, certificates, directory, rules, settings
from steward.changes import Journal

TOPICS = pathlib.Path(__file__).parents[2] / "infra" / "kafka" / "topics.yaml"


def run(tenants: Mapping[str, TenantFile], steps: Sequence[str], journal: Journal, at: dt.datetime) -> None:
    """Will take the named steps, in their order."""
    if "key" in steps:
        directory.make_key(settings.federation_folder(), journal, at)
    if "certificates" in steps:
        authority = certificates.Authority(*settings.bus_authority())
        for participant in tenants:
            public = settings.participants_folder() / participant / "public"
            certificates.answer_request(authority, participant, public, at, journal)
    if {"topics", "access", "directory"} & set(steps):
        _on_the_bus(tenants, steps, journal)


def _on_the_bus(tenants: Mapping[str, TenantFile], steps: Sequence[str], journal: Journal) -> None:
    wanted = yaml.safe_load(TOPICS.read_text(encoding="utf-8"))
    topic = wanted["topics"]["directory"]["name"]
    bus = settings.bus()
    context = broker.tls_context(bus.ca, bus.certificate)
    with broker.connected(bus.servers, context) as admin:
        if "topics" in steps:
            broker.reconcile_topics(admin, rules.topics(wanted, tenants), journal)
        if "access" in steps:
            broker.reconcile_access(admin, rules.accesses(wanted, tenants), journal)
        there = topic in admin.list_topics()
    if "directory" in steps:
        # Before the first run, in a dry run, there is no topic yet: then nothing is published.
        place = directory.Place(bus.servers, context, topic)
        directory.publish(place, tenants, directory.published(place) if there else {}, journal)
