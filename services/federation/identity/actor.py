"""Who acts: the plain value that every action takes as `by`."""

import enum
from dataclasses import dataclass

from federation.errors import DomainError, Kind


class Role(enum.StrEnum):
    """A role that the tenant's own manager gives within the tenant (codes as in Keycloak and in APIs)."""

    CASEWORKER = "caseworker"
    COORDINATOR = "coordinator"
    DATA_PROTECTION_OFFICER = "dataProtectionOfficer"
    MANAGER = "manager"
    OPERATOR = "operator"
    REGIONAL_COORDINATOR = "regionalCoordinator"
    STATISTICS_USER = "statisticsUser"


class MissingPermission(DomainError):
    """Your role does not include this."""

    kind = Kind.NOT_ALLOWED


@dataclass(frozen=True)
class Actor:
    """A person who is logged in at this participant, or the participant's own automatic work.

    `subject` is the token's `sub` (a UUID as text), never a name. `team` is the id of the team in
    the tenant file, or "" for those who work for the whole tenant.
    """

    subject: str
    roles: frozenset[str]
    team: str
    participant: str

    def has(self, *roles: Role) -> bool:
        """Say whether the actor has at least one of `roles`."""
        return any(role in self.roles for role in roles)

    def check_role(self, *roles: Role) -> None:
        """Raise MissingPermission unless the actor has one of `roles`; asked before anything is looked up."""
        if not self.has(*roles):
            message = f"This needs one of the roles: {', '.join(roles)}."
            raise MissingPermission(message, requiredRoles=sorted(roles))


def system(participant: str, work: str) -> Actor:
    """Return the actor of automatic work, such as `system("vilvoorde", "consumer")`."""
    return Actor(subject=f"system:{work}", roles=frozenset(), team="", participant=participant)
