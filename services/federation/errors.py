"""The one shape of a refusal in Zenne.

An error is the fact that stands in the way (`ConsentMissing`), defined in the module that finds it.
`federation.problems` is the only place that turns it into HTTP; `federation.bus.consumer` the only
one that turns it into an answer on the bus.
"""

import enum
from collections.abc import Mapping
from typing import ClassVar


class Kind(enum.StrEnum):
    """What a caller can do about a refusal."""

    INVALID = "invalid"
    """The input is wrong; mend it and call again."""
    NOT_ALLOWED = "notAllowed"
    """This person may not do this; no repetition helps."""
    NOT_FOUND = "notFound"
    """There is no such thing for this caller; another tenant's object is always this."""
    CONFLICT = "conflict"
    """The state of the thing does not allow it; look again and decide anew."""
    UNAVAILABLE = "unavailable"
    """Something needed does not answer now; try again later."""


class DomainError(Exception):
    """Base of every refusal. Subclasses set `kind` and a docstring whose first line is the title.

    `facts` hold ids and codes only, never names or texts of a person: they reach logs and answers.
    `field` names the input that is wrong, in the caller's spelling (`validUntil`), where there is one.
    """

    kind: ClassVar[Kind]

    def __init__(self, detail: str = "", *, field: str | None = None, **facts: object) -> None:
        """Will say in `detail` (plain English, no personal data) what is wrong and the way out."""
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.field = field
        self.facts: Mapping[str, object] = facts

    @property
    def code(self) -> str:
        """The lowerCamelCase code of the refusal: the class's name."""
        name = type(self).__name__
        return name[0].lower() + name[1:]

    @property
    def title(self) -> str:
        """The first line of the class's docstring."""
        return (type(self).__doc__ or self.code).strip().splitlines()[0].rstrip(".")
