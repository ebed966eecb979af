"""What the realms of a real Keycloak let people do, and what steward refuses, gives once and leaves alone."""

import httpx
import pytest

from realm_at_work import PASSWORD, PERSON, REALM, STEPS
from steward.realm import template
from steward_at_work import add_level, make_town


def people_can_get_tokens_from(client: dict) -> list[str]:
    """Return the ways in which a person gets a token from a client, as far as its settings say."""
    if not client["enabled"] or client.get("bearerOnly"):
        return []
    attributes = client.get("attributes") or {}
    ways = {
        "password": client.get("directAccessGrantsEnabled"),
        "implicit": client.get("implicitFlowEnabled"),
        "device": attributes.get("oauth2.device.authorization.grant.enabled") == "true",
        "ciba": attributes.get("oidc.ciba.grant.enabled") == "true",
        "exchange": attributes.get("standard.token.exchange.enabled") == "true",
        "codeWithoutPkce": client.get("standardFlowEnabled") and attributes.get("pkce.code.challenge.method") != "S256",
    }
    return sorted(way for way, open_ in ways.items() if open_)


def test_no_client_of_any_realm_gives_people_tokens_but_by_code_with_pkce(components, made):
    realms = [found["realm"] for found in components.admin("master").get_realms()]
    clients = {
        f"{name}/{client['clientId']}": people_can_get_tokens_from(client)
        for name in realms
        for client in components.admin(name).get_clients()
    }

    assert {REALM, "master"} <= set(realms)
    assert {f"{name}/admin-cli" for name in realms} <= set(clients)
    assert {name: ways for name, ways in clients.items() if ways} == {}


def test_every_client_of_a_realm_answers_a_password_with_no(made):
    answers = {
        client["clientId"]: made.post(
            "token",
            grant_type="password",
            client_id=client["clientId"],
            username=PERSON["username"],
            password=PASSWORD,
            client_secret=client.get("secret") or "",
        )
        for client in made.admin.get_clients()
    }

    assert "admin-cli" in answers
    assert {name for name, answer in answers.items() if answer.status_code < 400} == set()
    assert all("access_token" not in answer.text for answer in answers.values())


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 200),
        ({"redirect_uri": "http://127.0.0.1/callback"}, 200),
        ({"redirect_uri": "http://127.0.0.1:43111/callback2"}, 400),
        ({"redirect_uri": "http://127.0.0.1:43111/callback/../x"}, 400),
        ({"redirect_uri": "http://localhost:43111/callback"}, 400),
        ({"redirect_uri": "http://127.0.0.1.example.org/callback"}, 400),
        ({"redirect_uri": "https://example.org/callback"}, 400),
        ({"client_id": "municipal"}, 403),
        ({"client_id": "admin-cli"}, 400),
        ({"client_id": "account-console"}, 400),
        ({"client_id": "security-admin-console"}, 400),
        ({"client_id": "reconcile"}, 400),
    ],
)
def test_the_login_page_comes_for_the_right_client_and_redirect_only(made, changed, status):
    answer = made.authorize(**changed)

    assert (answer.status_code == 200) == (status == 200), answer.text[-300:]
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "changed",
    [
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge": "x" * 43, "code_challenge_method": "plain"},
        {"code_challenge_method": ""},
        {"response_type": "token"},
        {"response_type": "id_token token"},
        {"response_type": "code token"},
    ],
)
def test_a_login_without_pkce_s256_or_by_another_flow_goes_back_with_an_error(made, changed):
    answer = made.authorize(**changed)

    assert answer.status_code == 302
    assert "error=" in answer.headers["location"]
    assert "code=" not in answer.headers["location"].replace("error_description=", "").split("?")[0]


def test_a_dry_run_of_a_new_realm_writes_nothing(realm, components):
    settings = realm.admin.get_realm(REALM)
    clients = realm.admin.get_clients()
    realm.admin.update_realm(REALM, {"accessTokenLifespan": 86400})
    realm.admin.delete_client(realm.client("zenne-cli"))
    realm.admin.create_client({"clientId": "stranger", "publicClient": True})
    before = (realm.admin.get_realm(REALM), realm.admin.get_clients(), realm.admin.get_client_scopes())

    dry = realm.steward("--dry-run")

    assert (realm.admin.get_realm(REALM), realm.admin.get_clients(), realm.admin.get_client_scopes()) == before
    assert realm.steward() == dry
    assert "~ realm accessTokenLifespan" in dry
    assert "+ client zenne-cli" in dry
    assert "- client stranger" in dry
    assert realm.admin.get_realm(REALM) == settings
    assert {client["clientId"] for client in realm.admin.get_clients()} == {client["clientId"] for client in clients}


def test_a_second_run_changes_nothing(realm):
    assert realm.steward() == []
    assert realm.steward("--dry-run") == []


def test_a_role_that_changes_in_the_file_changes_in_the_realm(realm, tmp_path, monkeypatch):
    changed = template.FILE.read_text().replace("Works with people and keeps their files", "Keeps files")
    (tmp_path / "realm.yaml").write_text(changed)
    monkeypatch.setattr(template, "FILE", tmp_path / "realm.yaml")

    assert realm.steward() == ["~ role municipal/caseworker description"]
    assert realm.admin.get_client_role(realm.client("municipal"), "caseworker")["description"] == "Keeps files"


def test_a_password_is_given_once_and_never_again(realm):
    credential = realm.admin.get_credentials(realm.person)
    realm.write_users(password="another-long-password-for-tests")

    assert realm.steward() == []
    assert realm.admin.get_credentials(realm.person) == credential
    assert [one["type"] for one in credential] == ["password"]


def test_roles_and_team_of_a_person_follow_the_file(realm):
    realm.write_users(roles=["coordinator"], team="youth")

    assert realm.steward() == [
        "~ user els.caseworker attributes.team",
        "+ user els.caseworker: municipal/coordinator",
        "- user els.caseworker: municipal/caseworker",
    ]


def test_people_whom_the_file_does_not_name_are_left_alone(realm):
    realm.admin.create_user({"username": "hired.yesterday", "enabled": True})

    assert realm.steward() == []
    assert realm.admin.get_user_id("hired.yesterday") is not None
    realm.admin.delete_user(realm.admin.get_user_id("hired.yesterday"))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"roles": ["mayor"]}, "els.caseworker: there is no role mayor"),
        ({"roles": "caseworker"}, "users.json: users[0].roles: must be a list"),
        ({"admin": True}, "users.json: users[0]: admin is missing or unknown"),
    ],
)
def test_a_file_of_people_that_is_wrong_is_refused_before_anything_changes(made, changed, reason):
    made.write_users(**changed)
    before = made.admin.get_users()

    answer = made.town.steward(*STEPS, "--users", str(made.users), of=REALM)

    assert (answer.code, answer.errors) == (1, f"tenant: {reason}\n")
    assert made.admin.get_users() == before
    assert PASSWORD not in answer.errors


def test_passwords_that_others_may_read_are_refused(made):
    made.users.chmod(0o644)

    answer = made.town.steward(*STEPS, "--users", str(made.users), of=REALM)
    made.users.chmod(0o600)

    assert (answer.code, answer.changes) == (1, [])
    assert "others may read it" in answer.errors


def test_the_secret_of_one_realm_opens_no_other(made, components):
    secret = made.town.secret(REALM, "keycloak_reconcile_secret")
    right = {"grant_type": "client_credentials", "client_id": "reconcile", "client_secret": secret}
    token = made.post("token", **right).json()["access_token"]

    answers = {
        place: httpx.get(
            f"{components.keycloak}/admin/{place}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,
        ).status_code
        for place in (
            f"realms/{REALM}",
            f"realms/{REALM}/clients",
            "realms/master",
            "realms/master/users",
            "serverinfo",
        )
    }
    in_master = httpx.post(
        f"{components.keycloak}/realms/master/protocol/openid-connect/token", data=right, timeout=30, trust_env=False
    )
    others = httpx.get(
        f"{components.keycloak}/admin/realms",
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
        trust_env=False,
    )

    assert answers[f"realms/{REALM}"] == answers[f"realms/{REALM}/clients"] == 200
    assert answers["realms/master"] in {403, 404}
    assert answers["realms/master/users"] in {403, 404}
    assert in_master.status_code == 401
    assert [found["realm"] for found in others.json()] == [REALM]


def test_a_wrong_secret_is_one_clear_line_that_quotes_nothing(made):
    folder = made.town.participant("vilvoorde") / "secrets"
    (folder / "keycloak_reconcile_secret").touch(mode=0o600)
    (folder / "keycloak_reconcile_secret").write_text("not-the-secret")

    answer = made.town.steward(*STEPS, of="vilvoorde")

    assert (answer.code, answer.lines) == (1, [])
    assert answer.errors.startswith(f"tenant: Keycloak refused reconcile in realm {REALM}: ")
    assert "not-the-secret" not in answer.errors


def test_bootstrap_again_changes_nothing_and_gives_a_lost_secret_anew(realm):
    call = ("bootstrap", REALM, "--only", "realm")
    path = realm.town.participant(REALM) / "secrets" / "keycloak_reconcile_secret"
    before = path.read_text()
    again = realm.town.steward(*call, of=REALM)
    path.unlink()

    lost = realm.town.steward(*call, of=REALM)

    assert again.changes == []
    assert lost.changes == ["+ secret keycloak_reconcile_secret", "~ client reconcile secret"]
    assert path.read_text() != before
    assert path.stat().st_mode & 0o777 == 0o600
    assert realm.steward() == []


def test_bootstrap_closes_the_ways_of_people_into_the_master_realm(realm, components):
    master = components.admin("master")
    client = next(one for one in master.get_clients() if one["clientId"] == "admin-cli")
    master.update_client(client["id"], {**client, "enabled": True, "directAccessGrantsEnabled": True})

    answer = realm.town.steward("bootstrap", REALM, "--only", "realm", of=REALM)

    assert answer.changes == ["~ client master/admin-cli enabled, directAccessGrantsEnabled"]


def test_the_realm_s_file_holds_no_secret_and_leaves_no_placeholder(paper):
    content = template.FILE.read_text()

    assert "secret:" not in content
    assert "password:" not in content
    assert set(template.PLACEHOLDER.findall(content)) == {"label", "locale", "level", "api", "address"}


def test_the_secret_of_the_pages_is_the_one_in_the_participants_folder(realm):
    path = realm.town.participant(REALM) / "secrets" / "keycloak_web_secret"
    client = realm.client("municipal-web")
    realm.admin.update_client(client, {**realm.admin.get_client(client), "secret": "known-to-somebody"})

    assert realm.steward("--dry-run") == ["~ client municipal-web secret"]
    assert realm.steward() == ["~ client municipal-web secret"]
    assert realm.admin.get_client_secrets(client)["value"] == path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("level", "roles"),
    [("regional", {"regionalCoordinator", "operator"}), ("national", {"statisticsUser", "operator"})],
)
def test_the_realm_of_another_level_has_the_roles_of_that_level_alone(components, tmp_path, level, roles):
    town, name = make_town(tmp_path, components), f"tried-{level}"
    add_level(town, name, level)
    try:
        assert town.steward("bootstrap", name, "--only", "realm", of=name).code == 0
        assert town.steward("tenant", name, "--only", "realm", of=name).code == 0
        again = town.steward("tenant", name, "--only", "realm", of=name)
        admin = components.admin(name)
        clients = {client["clientId"]: client for client in admin.get_clients()}
        found = {role["name"] for role in admin.get_client_roles(clients[level]["id"])}
    finally:
        components.admin("master").delete_realm(name)

    assert again.changes == []
    assert found == roles
    assert "municipal" not in clients
    assert clients[f"{level}-web"]["redirectUris"] == [f"https://{name}.localhost/account/callback"]
