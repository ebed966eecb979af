"""OpenSearch of an instance: one node with its security plugin, mutual TLS, nothing without a right."""

import hashlib
import json
import os
import pathlib
import pwd
import shutil
import ssl
import string
import urllib.error
import urllib.request

from local import instances, kafka, machine, participants, postgres, processes, software, tenants, tls

FILES = software.INFRA / "opensearch"
EMPTY_AT_FIRST = {
    "action_groups": "actiongroups",
    "internal_users": "internalusers",
    "roles": "roles",
    "roles_mapping": "rolesmapping",
    "tenants": "tenants",
}
"""Kinds of rights of which there are none before steward has made the regions': file and type."""


def folder(instance: instances.Instance) -> pathlib.Path:
    """Return the folder of the server's settings and data: where the user it runs as can get to."""
    return postgres.folder(instance).with_name("opensearch")


def authority(instance: instances.Instance) -> tls.Authority:
    """Return the authority whose certificates open the search."""
    return tls.Authority(instance.folder / "search", name=f"Zenne search ({instance.name})")


def certificate(instance: instances.Instance, region: tenants.Tenant) -> pathlib.Path:
    """Return the file of a region's own key and certificate."""
    return participants.folder(instance, region) / "search.pem"


def prepare(
    instance: instances.Instance, programs: software.Software, towns: list[tenants.Tenant]
) -> processes.Program:
    """Will make certificates and settings; return the process."""
    home = folder(instance)
    signer = authority(instance)
    signer.issue(instance.folder / "search" / "node.pem", name="node", hosts=["localhost", "127.0.0.1"], server=True)
    signer.issue(instance.admin / "search.pem", name="steward", hosts=[], server=False)
    for region in towns:
        if region.level == "regional":
            signer.issue(certificate(instance, region), name=region.id, hosts=[], server=False)
    settings = string.Template((FILES / "opensearch.yml").read_text(encoding="utf-8")).substitute(
        home=home,
        port=instance.ports["opensearch"],
        transport_port=instance.ports["opensearch-transport"],
    )
    user = machine.server_user()
    configuration = _write_settings(instance, home, settings, user)
    return processes.Program(
        name="opensearch",
        command=_command(programs, home),
        environment={"LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(home / "temporary")},
        folder=home,
        user=user.pw_name if user else None,
        # At its first end Java keeps the classes it loaded for the next start: that takes a while.
        stop_seconds=90,
        configuration=configuration,
    )


def _write_settings(
    instance: instances.Instance, home: pathlib.Path, settings: str, user: pwd.struct_passwd | None
) -> str:
    """Will write what the node reads; return the text by which a changed one is known."""
    files = {
        "opensearch.yml": settings,
        "log4j2.properties": (FILES / "log4j2.properties").read_text(encoding="utf-8"),
        "certificates/ca.pem": (instance.folder / "search" / "ca.pem").read_text(encoding="utf-8"),
        "certificates/node.pem": (instance.folder / "search" / "node.pem").read_text(encoding="utf-8"),
        **{f"opensearch-security/{path.name}": path.read_text(encoding="utf-8") for path in _first_rights()},
        **{
            f"opensearch-security/{name}.yml": f"_meta: {{type: {kind}, config_version: 2}}\n"
            for name, kind in EMPTY_AT_FIRST.items()
        },
    }
    first = json.dumps({name: text for name, text in files.items() if name.startswith("opensearch-security/")})
    mark = home / "first-rights"
    if mark.exists() and mark.read_text(encoding="ascii") != _digest(first):
        # The node reads them once, into its data. An index can be made anew from the region's database.
        shutil.rmtree(home / "data", ignore_errors=True)
    folders = [home, *(home / name for name in ("config", "data", "logs", "temporary"))]
    folders += [home / "config" / name for name in ("certificates", "opensearch-security")]
    for path in folders:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in files.items():
        instances.write_private(home / "config" / name, text)
    instances.write_private(mark, _digest(first))
    if user:
        for path in (*folders, mark, *(home / "config" / name for name in files)):
            os.chown(path, user.pw_uid, user.pw_gid)
    return json.dumps(files)


def _first_rights() -> list[pathlib.Path]:
    return sorted((FILES / "security").glob("*.yml"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _command(programs: software.Software, home: pathlib.Path) -> list[str | pathlib.Path]:
    return [
        programs.java / "bin" / "java",
        "-Xms192m",
        "-Xmx192m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:+ExitOnOutOfMemoryError",
        *kafka.archive(home / "opensearch.jsa"),
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "-Djava.awt.headless=true",
        "-Dfile.encoding=UTF-8",
        "-Djna.nosys=true",
        "-Dio.netty.noUnsafe=true",
        "-Dio.netty.noKeySetOptimization=true",
        "-Dio.netty.recycler.maxCapacityPerThread=0",
        "-Dio.netty.allocator.numDirectArenas=0",
        "-Dlog4j.shutdownHookEnabled=false",
        "-Dlog4j2.disable.jmx=true",
        "-Djava.locale.providers=SPI,CLDR",
        f"-Djava.io.tmpdir={home / 'temporary'}",
        f"-Dopensearch.path.home={programs.opensearch}",
        f"-Dopensearch.path.conf={home / 'config'}",
        "-Dopensearch.distribution.type=tar",
        "-Dopensearch.bundled_jdk=false",
        "-cp",
        f"{programs.opensearch}/lib/*",
        "org.opensearch.bootstrap.OpenSearch",
    ]


def is_ready(instance: instances.Instance) -> bool:
    """Return whether the node answers steward's certificate and has read its rights."""
    context = ssl.create_default_context(cafile=str(instance.folder / "search" / "ca.pem"))
    context.load_cert_chain(instance.admin / "search.pem")
    address = f"https://127.0.0.1:{instance.ports['opensearch']}/_plugins/_security/health"
    try:
        with urllib.request.urlopen(address, timeout=5, context=context) as answer:
            return bool(json.load(answer)["status"] == "UP")
    except (OSError, urllib.error.URLError):
        return False
