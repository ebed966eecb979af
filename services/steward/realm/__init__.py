"""One municipality's Keycloak realm, brought in line with `infra/keycloak/realm.yaml` by that realm's own account."""
