"""The real components on one machine, without Docker: what `make up` starts.

An instance has a name, a folder and a range of ports (`instances.toml`). `software` brings the
programs into the user's cache, `postgres`, `kafka`, `keycloak`, `gateway` and `participants` each
prepare one part of an instance and name its processes, `processes` keeps those by supervisor, and
`commands` strings them together.
"""
