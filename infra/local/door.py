"""The gateway of an instance: Envoy with the configuration that `gateway/` renders from the tenant files."""

import http.client
import json
import pathlib
import socket
import ssl

from gateway import render
from local import instances, processes, software, tenants, tls

LOGIN_HOST = "login.localhost"


def authority(instance: instances.Instance) -> tls.Authority:
    """Return the authority that browsers and programs of this instance trust."""
    return tls.Authority(instance.tls, name=f"Zenne {instance.name} on this machine")


def prepare(
    instance: instances.Instance, programs: software.Software, towns: list[tenants.Tenant]
) -> processes.Program:
    """Will make a certificate a host and the configuration; return the process."""
    signer = authority(instance)
    for host in [LOGIN_HOST, *(town.host for town in towns)]:
        signer.issue(instance.tls / f"{host}.pem", name=host, hosts=[host], server=True)
    rendered = render.envoy_config(
        towns,
        port=instance.ports["gateway"],
        sockets={town.id: str(instance.web(town.id)) for town in towns},
        keycloak_port=instance.ports["keycloak"],
        tls_folder=instance.tls,
        log_file=instance.log / "gateway-access.log",
        admin_socket=instance.run / "gateway-admin.sock",
    )
    path = instance.folder / "gateway.json"
    configuration = json.dumps(rendered, indent=1)
    instances.write_private(path, configuration)
    return processes.Program(
        name="gateway",
        command=[
            programs.envoy,
            "--config-path",
            path,
            "--disable-hot-restart",
            "--concurrency",
            "2",
            "--log-level",
            "warning",
        ],
        configuration=configuration + _dates(instance.tls),
    )


def _dates(folder: pathlib.Path) -> str:
    return ",".join(f"{path.name}:{path.stat().st_mtime_ns}" for path in sorted(folder.glob("*.pem")))


def is_ready(instance: instances.Instance) -> bool:
    """Return whether the gateway answers under the login host with a certificate of this instance."""
    try:
        ask(instance, LOGIN_HOST, "/")
    except OSError:
        return False
    return True


def ask(instance: instances.Instance, host: str, path: str) -> int:
    """Return the status of GET `path` at `host` through the gateway."""
    context = ssl.create_default_context(cafile=str(instance.tls / "ca.pem"))
    connection = _Named(host, instance.ports["gateway"], context=context)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


class _Named(http.client.HTTPSConnection):
    """A connection to 127.0.0.1 that names its host in TLS and HTTP: not every resolver knows *.localhost."""

    def __init__(self, host: str, port: int, *, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=5)
        self.trust = context

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        self.sock = self.trust.wrap_socket(plain, server_hostname=self.host)
