"""Keycloak of an instance: one server, a realm a participant."""

import http.client
import string

from local import instances, kafka, postgres, processes, software, tenants

MAIN = "io.quarkus.bootstrap.runner.QuarkusEntryPoint"
THREADS = "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory"
OPENED = ("java.util", "java.util.concurrent", "java.security", "java.lang")
"""What kc.sh opens for Keycloak; we start Java ourselves, so that the process we keep is the server itself."""


def prepare(
    instance: instances.Instance, programs: software.Software, towns: list[tenants.Tenant]
) -> processes.Program:
    """Will write the settings and the names that Keycloak calls; return the process."""
    home = instance.folder / "keycloak"
    instances.own_folder(home)
    settings = string.Template((software.INFRA / "keycloak" / "keycloak.conf").read_text(encoding="utf-8"))
    configuration = settings.substitute(
        database_port=instance.ports["postgres"],
        database_password=instance.secret("keycloak_database_password"),
        gateway_port=instance.ports["gateway"],
        port=instance.ports["keycloak"],
        health_port=instance.ports["keycloak-health"],
        steward_secret=instance.secret("keycloak_steward_secret"),
        authority=instance.tls / "ca.pem",
    )
    instances.write_private(home / "keycloak.conf", configuration)
    # It tells pages when a session has ended, and not every resolver knows *.localhost. Java reads this at each call.
    names = ["localhost", *(town.host for town in towns)]
    instances.write_private(home / "hosts", "".join(f"127.0.0.1 {name}\n" for name in names))
    return processes.Program(
        name="keycloak",
        command=[
            programs.java / "bin" / "java",
            "-Xms64m",
            "-Xmx384m",
            "-XX:MaxMetaspaceSize=256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            *kafka.archive(instance.folder / "keycloak.jsa"),
            *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED),
            "--enable-native-access=ALL-UNNAMED",
            "-Duser.language=en",
            "-Duser.country=US",
            "-Dfile.encoding=UTF-8",
            "-Djdk.tls.rejectClientInitiatedRenegotiation=true",
            f"-Djdk.net.hosts.file={home / 'hosts'}",
            f"-Djava.io.tmpdir={home}",
            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
            f"-Djava.util.concurrent.ForkJoinPool.common.threadFactory={THREADS}",
            "-Dpicocli.disable.closures=true",
            f"-Dkc.home.dir={programs.keycloak}",
            f"-Djboss.server.config.dir={programs.keycloak / 'conf'}",
            "-cp",
            programs.keycloak / "lib" / "quarkus-run.jar",
            MAIN,
            f"--config-file={home / 'keycloak.conf'}",
            "start",
            "--optimized",
        ],
        # At its first end Java keeps the classes it loaded for the next start: that takes a while.
        stop_seconds=90,
        configuration=configuration,
    )


def make_database(instance: instances.Instance) -> None:
    """Will make Keycloak's database, which the server fills itself."""
    postgres.make_database(instance, "keycloak", password=instance.secret("keycloak_database_password"))


def is_ready(instance: instances.Instance) -> bool:
    """Return whether the server says that it is ready, database included."""
    connection = http.client.HTTPConnection("127.0.0.1", instance.ports["keycloak-health"], timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
