"""Kafka of an instance: one node, mutual TLS, nothing without a right."""

import pathlib
import shutil
import socket
import ssl
import string
import subprocess

from local import instances, machine, processes, software, tls

CLUSTER = "WmVubmUgbG9jYWwgYnVzMQ"
"""The cluster's id (16 bytes, base64url): an id of its own would only make a wiped broker refuse to start."""


def folder(instance: instances.Instance) -> pathlib.Path:
    """Return the folder of the broker's settings and data."""
    return instance.folder / "kafka"


def authority(instance: instances.Instance) -> tls.Authority:
    """Return the authority whose certificates open the bus."""
    return tls.Authority(instance.folder / "bus", name=f"Zenne bus ({instance.name})")


def prepare(instance: instances.Instance, programs: software.Software) -> processes.Program:
    """Will make certificates, settings and an empty log; return the process."""
    home = folder(instance)
    instances.own_folder(home)
    signer = authority(instance)
    signer.issue(home / "broker.pem", name="broker", hosts=["localhost", "127.0.0.1"], server=True)
    signer.issue(instance.admin / "steward.pem", name="steward", hosts=[], server=False)
    settings = string.Template((software.INFRA / "kafka" / "server.properties").read_text(encoding="utf-8"))
    # safe_substitute: a rule of Kafka's own has a $ in it.
    configuration = settings.safe_substitute(
        data=home / "data",
        port=instance.ports["kafka"],
        controller_port=instance.ports["kafka-controller"],
        certificate=home / "broker.pem",
        authority=signer.certificate_file,
    )
    instances.write_private(home / "server.properties", configuration)
    options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    log4j = f"-Dlog4j2.configurationFile={software.INFRA / 'kafka' / 'log4j2.properties'}"
    java = programs.java / "bin" / "java"
    if not (home / "data" / "meta.properties").exists():
        _format([java, "-Xmx128m", *options, log4j, "-cp", f"{programs.kafka}/*"], home)
    return processes.Program(
        name="kafka",
        command=[
            java,
            "-Xmx256m",
            *options,
            *archive(instance.folder / "kafka.jsa"),
            log4j,
            "-cp",
            f"{programs.kafka}/*",
            "kafka.Kafka",
            home / "server.properties",
        ],
        # At its first end Java keeps the classes it loaded for the next start: that takes a while.
        stop_seconds=90,
        configuration=configuration + str((home / "broker.pem").stat().st_mtime),
    )


def archive(file: pathlib.Path) -> list[str]:
    """Return the options by which Java keeps its loaded classes in `file` from one start to the next."""
    return ["-XX:+AutoCreateSharedArchive", f"-XX:SharedArchiveFile={file}"]


def _format(java: list[str | pathlib.Path], home: pathlib.Path) -> None:
    shutil.rmtree(home / "data", ignore_errors=True)
    command = [*java, "kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER]
    answer = subprocess.run([*command, "-c", home / "server.properties"], capture_output=True, text=True, check=False)
    if answer.returncode:
        message = f"Kafka's data folder could not be made: {(answer.stdout + answer.stderr).strip().splitlines()[-1]}"
        raise machine.CannotGoOn(message)


def is_ready(instance: instances.Instance) -> bool:
    """Return whether the broker greets steward's certificate; its port for clients opens last."""
    context = ssl.create_default_context(cafile=str(instance.folder / "bus" / "ca.pem"))
    context.load_cert_chain(instance.admin / "steward.pem")
    try:
        with (
            socket.create_connection(("127.0.0.1", instance.ports["kafka"]), 2) as plain,
            context.wrap_socket(plain, server_hostname="localhost"),
        ):
            return True
    except OSError:
        return False


def wipe(instance: instances.Instance) -> None:
    """Will delete everything the broker ever stored, topics included; it must not run."""
    if "kafka" in processes.running(instance):
        message = "The broker runs; stop it before its data is deleted."
        raise machine.CannotGoOn(message)
    shutil.rmtree(folder(instance) / "data", ignore_errors=True)
