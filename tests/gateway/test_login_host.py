"""Of the identity provider, people and services get what a login needs, and nothing else exists."""

import pytest

import gate as gates

REALM = "/realms/vilvoorde"
OIDC = f"{REALM}/protocol/openid-connect"

OPEN = [
    ("GET", f"{REALM}/.well-known/openid-configuration"),
    ("GET", f"{OIDC}/auth?client_id=zenne-cli&response_type=code"),
    ("POST", f"{OIDC}/token"),
    ("GET", f"{OIDC}/certs"),
    ("GET", f"{OIDC}/userinfo"),
    ("POST", f"{OIDC}/revoke"),
    ("GET", f"{OIDC}/logout"),
    ("POST", f"{OIDC}/logout/logout-confirm"),
    ("POST", f"{REALM}/login-actions/authenticate?session_code=x"),
    ("POST", f"{REALM}/login-actions/required-action"),
    ("GET", "/realms/molenbeek/protocol/openid-connect/certs"),
    ("GET", "/resources/abc12/login/keycloak.v2/css/styles.css"),
]

CLOSED = [
    ("GET", "/"),
    ("GET", "/admin"),
    ("GET", "/admin/"),
    ("GET", "/admin/master/console/"),
    ("GET", "/admin/vilvoorde/console/"),
    ("GET", "/admin/realms"),
    ("GET", "/admin/realms/vilvoorde/users"),
    ("POST", "/admin/realms/vilvoorde/users"),
    ("GET", "/admin/serverinfo"),
    ("GET", "/realms/master"),
    ("GET", "/realms/master/.well-known/openid-configuration"),
    ("POST", "/realms/master/protocol/openid-connect/token"),
    ("GET", "/realms/atlantis/protocol/openid-connect/certs"),
    ("GET", "/realms/vilvoorde-x/protocol/openid-connect/certs"),
    ("GET", REALM),
    ("GET", f"{REALM}/"),
    ("GET", f"{REALM}/account"),
    ("GET", f"{REALM}/account/?userProfileMetadata=true"),
    ("POST", f"{REALM}/account/credentials"),
    ("POST", f"{REALM}/clients-registrations/default"),
    ("POST", f"{REALM}/clients-registrations/openid-connect"),
    ("POST", f"{OIDC}/token/introspect"),
    ("POST", f"{OIDC}/auth/device"),
    ("POST", f"{OIDC}/ext/ciba/auth"),
    ("POST", f"{OIDC}/ext/par/request"),
    ("GET", f"{OIDC}/3p-cookies/step1.html"),
    ("GET", f"{OIDC}/auth/"),
    ("GET", f"{OIDC}/AUTH"),
    ("GET", f"{OIDC}/certs;x=y"),
    ("GET", f"{REALM}/broker/evil/login"),
    ("POST", f"{REALM}/protocol/saml"),
    ("POST", f"{REALM}/login-actions/registration"),
    ("POST", f"{REALM}/login-actions/reset-credentials"),
    ("GET", f"{REALM}/login-actions/action-token?key=x"),
    ("GET", "/metrics"),
    ("GET", "/health"),
    ("GET", "/health/ready"),
    ("GET", "/q/health"),
    ("GET", "/js/keycloak.js"),
    ("GET", "/robots.txt"),
    ("GET", "/resources"),
    ("GET", "/resources/../admin/realms"),
    ("GET", "/resources/%2e%2e/admin/realms"),
    ("GET", f"{OIDC}/certs/../../../../../admin/realms"),
    ("GET", "//admin/realms"),
    ("POST", "/resources/abc12/login/keycloak.v2/css/styles.css"),
]


@pytest.mark.parametrize(("method", "path"), OPEN)
def test_what_a_login_needs_reaches_the_identity_provider(method: str, path: str, gate: gates.Gate) -> None:
    gate.keycloak.others.clear()

    gate.ask(path, name="login.localhost", method=method, body=b"x=y" if method == "POST" else b"")

    assert gate.keycloak.others == [f"{method} {path}"]


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_nothing_else_of_the_identity_provider_exists(method: str, path: str, gate: gates.Gate) -> None:
    gate.keycloak.others.clear()

    answer = gate.ask(path, name="login.localhost", method=method, body=b"x=y" if method == "POST" else b"")

    assert (answer.status, answer.type) == (404, "resourceNotFound")
    assert gate.keycloak.others == []


@pytest.mark.parametrize("path", ["/resources%2f..%2fadmin", f"{OIDC}/certs%00", "/resources/%5c..%5cadmin"])
def test_a_path_in_disguise_is_refused(path: str, gate: gates.Gate) -> None:
    gate.keycloak.others.clear()

    answer = gate.ask(path, name="login.localhost")

    assert (answer.status, answer.type) == (400, "badRequest")
    assert gate.keycloak.others == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_a_login_needs_no_other_method(method: str, gate: gates.Gate) -> None:
    gate.keycloak.others.clear()

    answer = gate.ask(f"{OIDC}/token", name="login.localhost", method=method)

    assert (answer.status, answer.type) == (405, "methodNotAllowed")
    assert gate.keycloak.others == []


def test_the_identity_provider_is_not_told_a_forged_address(gate: gates.Gate) -> None:
    forged = ("X-Forwarded-Host: evil.example", "X-Forwarded-Port: 1", "X-Forwarded-For: 1.2.3.4", "Forwarded: for=x")

    gate.ask(f"{OIDC}/auth", name="login.localhost", host=f"login.localhost:{gate.port}", headers=forged)

    seen = gate.keycloak.headers
    assert (seen["host"], seen["x-forwarded-proto"]) == (f"login.localhost:{gate.port}", "https")
    assert "1.2.3.4" not in seen["x-forwarded-for"]
    assert not set(seen) & {"x-forwarded-host", "x-forwarded-port", "forwarded"}
