"""OpenSearch's folder as its own archive would have it, laid out from the files that Maven Central holds.

Only what the region needs: the server, its network module, and the security plugin. There is no module for scripts,
reindexing or templates of queries, so nobody can ask for any.
"""

import pathlib
import shutil
import zipfile

NETWORK = "transport-netty4"
OF_NETWORK = ("transport-netty4-client-", "netty-")
SECURITY = "opensearch-security"
MISSED_BY_SECURITY = "commons-collections4-"
"""The security plugin's archive leaves this out: it came with a plugin that Maven Central does not hold."""

DESCRIPTOR = """\
description=the network, from Maven Central
version={version}
name={name}
classname=org.opensearch.transport.Netty4ModulePlugin
java.version=21
opensearch.version={version}
extended.plugins=
has.native.controller=false
custom.foldername=
"""


def lay_out(files: pathlib.Path, home: pathlib.Path) -> None:
    """Will make `home` out of the jars and the security plugin's archive in `files`."""
    network, security = home / "modules" / NETWORK, home / "plugins" / SECURITY
    # `bin` stays empty, but the server looks for it.
    for folder in (home / "bin", home / "lib", network, security):
        folder.mkdir(parents=True)
    for jar in sorted(files.glob("*.jar")):
        place = home / "lib"
        if jar.name.startswith(OF_NETWORK):
            place = network
        elif jar.name.startswith(MISSED_BY_SECURITY):
            place = security
        shutil.move(jar, place / jar.name)
    archive = next(files.glob(f"{SECURITY}-*.zip"))
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(security)
    archive.unlink()
    version = next((home / "lib").glob("opensearch-core-*.jar")).stem.rpartition("-")[2]
    (network / "plugin-descriptor.properties").write_text(
        DESCRIPTOR.format(name=NETWORK, version=version), encoding="utf-8"
    )
    _without_extensions(security / "plugin-descriptor.properties")


def _without_extensions(descriptor: pathlib.Path) -> None:
    """Will take out the two plugins that the security plugin extends: neither is here, and it does without."""
    lines = descriptor.read_text(encoding="utf-8").splitlines()
    kept = ["extended.plugins=" if line.startswith("extended.plugins=") else line for line in lines]
    descriptor.write_text("\n".join(kept) + "\n", encoding="utf-8")
