"""The real Keycloak is brought in line with the realm's file; what somebody changed there is found and mended."""

from collections.abc import Callable

from realm_at_work import REALM, Realm


def _settings(realm: Realm) -> None:
    realm.admin.update_realm(
        REALM, {"bruteForceProtected": False, "accessTokenLifespan": 36000, "registrationAllowed": True}
    )


def _password_grant(realm: Realm) -> None:
    client_id = realm.client("admin-cli")
    found = realm.admin.get_client(client_id)
    realm.admin.update_client(client_id, {**found, "enabled": True, "directAccessGrantsEnabled": True})


def _mapper(realm: Realm) -> None:
    scope = realm.admin.get_client_scope(realm.scope("municipal"))
    mapper = next(one for one in scope["protocolMappers"] if one["name"] == "team")
    changed = {**mapper, "config": {**mapper["config"], "user.attribute": "locale"}}
    realm.admin.update_mapper_in_client_scope(scope["id"], mapper["id"], changed)


def _forged_claim(realm: Realm) -> None:
    realm.admin.add_mapper_to_client_scope(
        realm.scope("basic"),
        {
            "name": "everybody a manager",
            "protocol": "openid-connect",
            "protocolMapper": "oidc-hardcoded-claim-mapper",
            "config": {"claim.name": "roles", "claim.value": "manager", "access.token.claim": "true"},
        },
    )


def _forged_claim_at_the_client(realm: Realm) -> None:
    realm.admin.add_mapper_to_client(
        realm.client("zenne-cli"),
        {
            "name": "any",
            "protocol": "openid-connect",
            "protocolMapper": "oidc-hardcoded-claim-mapper",
            "config": {"claim.name": "team", "claim.value": "youth", "access.token.claim": "true"},
        },
    )


def _role(realm: Realm) -> None:
    client_id = realm.client("municipal")
    realm.admin.update_client_role(client_id, "manager", {"name": "manager", "description": "may do anything"})


def _composite(realm: Realm) -> None:
    client_id = realm.client("municipal")
    manager = realm.admin.get_client_role(client_id, "manager")
    realm.admin.add_composite_client_roles_to_role(client_id, "caseworker", [manager])


def _roles_of_a_person(realm: Realm) -> None:
    client_id = realm.client("municipal")
    roles = [realm.admin.get_client_role(client_id, name) for name in ("manager", "caseworker")]
    realm.admin.assign_client_role(realm.person, client_id, roles[:1])
    realm.admin.delete_client_roles_of_user(realm.person, client_id, roles[1:])


def _administrator(realm: Realm) -> None:
    management = realm.client("realm-management")
    realm.admin.assign_client_role(realm.person, management, [realm.admin.get_client_role(management, "realm-admin")])


def _identity_provider(realm: Realm) -> None:
    realm.admin.create_idp(
        {"alias": "elsewhere", "providerId": "oidc", "config": {"authorizationUrl": "https://example.org/a",
         "tokenUrl": "https://example.org/t", "clientId": "x", "clientSecret": "y"}}
    )  # fmt: skip


def _profile(realm: Realm) -> None:
    profile = realm.admin.get_realm_users_profile()
    for attribute in profile["attributes"]:
        if attribute["name"] == "team":
            attribute["permissions"]["edit"] = ["admin", "user"]
    realm.admin.update_realm_users_profile({**profile, "unmanagedAttributePolicy": "ENABLED"})


def _default_role(realm: Realm) -> None:
    client_id = realm.client("municipal")
    default = f"default-roles-{REALM}"
    realm.admin.add_composite_realm_roles_to_role(default, [realm.admin.get_client_role(client_id, "manager")])


def _team(realm: Realm) -> None:
    found = realm.admin.get_user(realm.person)
    realm.admin.update_user(realm.person, {**found, "attributes": {"team": ["youth"]}})


def _zenne_cli(realm: Realm) -> None:
    client_id = realm.client("zenne-cli")
    found = realm.admin.get_client(client_id)
    attributes = {**found["attributes"], "pkce.code.challenge.method": "plain", "access.token.lifespan": "86400"}
    opened = {"directAccessGrantsEnabled": True, "implicitFlowEnabled": True, "webOrigins": ["*"]}
    redirects = {"redirectUris": ["http://127.0.0.1/*"]}
    realm.admin.update_client(client_id, {**found, **opened, **redirects, "attributes": attributes})
    realm.admin.delete_client_default_client_scope(client_id, realm.scope("municipal"))


def _strangers(realm: Realm) -> None:
    realm.admin.create_client({"clientId": "other"})
    realm.admin.create_realm_role({"name": "mayor"})
    realm.admin.create_client_role(realm.client("municipal"), {"name": "mayor"})
    realm.admin.create_client_scope({"name": "more", "protocol": "openid-connect"})
    realm.admin.create_group({"name": "friends"})


def _missing(realm: Realm) -> None:
    realm.admin.delete_client_role(realm.client("municipal"), "coordinator")


DAMAGE: list[tuple[Callable[[Realm], None], list[str]]] = [
    (_settings, ["~ realm registrationAllowed, bruteForceProtected, accessTokenLifespan"]),
    (
        _zenne_cli,
        [
            (
                "~ client zenne-cli redirectUris, webOrigins, implicitFlowEnabled, directAccessGrantsEnabled, "
                "attributes.pkce.code.challenge.method, attributes.access.token.lifespan"
            ),
            "+ default scope zenne-cli/municipal",
        ],
    ),
    (_password_grant, ["~ client admin-cli enabled, directAccessGrantsEnabled"]),
    (
        _strangers,
        ["- client other", "- realm role mayor", "- role municipal/mayor", "- scope more", "- group friends"],
    ),
    (_missing, ["+ role municipal/coordinator", "+ scope municipal carries municipal/coordinator"]),
    (_role, ["~ role municipal/manager description"]),
    (_composite, ["~ role municipal/caseworker composites"]),
    (_mapper, ["~ mapper municipal/team config.user.attribute"]),
    (_forged_claim, ["- mapper basic/everybody a manager"]),
    (_forged_claim_at_the_client, ["- mapper zenne-cli/any"]),
    (_profile, ["~ user profile team, unmanagedAttributePolicy"]),
    (_default_role, ["- default role gives manager"]),
    (_identity_provider, ["- identity provider elsewhere"]),
    (
        _roles_of_a_person,
        ["+ user els.caseworker: municipal/caseworker", "- user els.caseworker: municipal/manager"],
    ),
    (_team, ["~ user els.caseworker attributes.team"]),
]


def test_drift_of_every_kind_is_shown_then_mended_and_then_there_is_none(realm):
    for damage, _ in DAMAGE:
        damage(realm)
    _administrator(realm)
    lines = [line for _, shown in DAMAGE for line in shown] + [f"- administrator {realm.person}: realm-admin"]

    assert sorted(realm.steward("--dry-run")) == sorted(lines)
    assert sorted(realm.steward("--dry-run")) == sorted(lines)
    assert sorted(realm.steward()) == sorted(lines)
    assert realm.steward() == []
