"""Who acts: a Keycloak token becomes an Actor."""
