"""Brings Kafka, Keycloak and PostgreSQL in line with the tenant files, and shows first what it would do.

`steward federation` works on what the participants share and opens no participant; `steward tenant ID` works on one
participant and opens no other. `steward bootstrap ID` is the one step that needs the administrator of a server: it
makes an empty database and an empty realm, and hands each over to credentials that open nothing else. Only who runs
several participants on one server (the local stack) uses it; a municipality with its own servers does the same by hand.
"""
