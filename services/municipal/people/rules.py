"""What may be said about a person. Plain Python: no Django, no clock."""

import dataclasses
import datetime
import re
from dataclasses import dataclass

from federation.errors import DomainError, Kind

LANGUAGE = re.compile(r"[a-z]{2,3}")
"""A language that the person wishes to be spoken to in: ISO 639 code."""
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
NIS_CODE = re.compile(r"[0-9]{5}")
NAME_LENGTH = 100
OLDEST = 120
"""Years: a birth date before that is a slip of the pen."""


class PersonInvalid(DomainError):
    """Something said about the person cannot be so."""

    kind = Kind.INVALID


@dataclass(frozen=True)
class Details:
    """What is known of a person."""

    first_name: str
    last_name: str
    birth_on: datetime.date
    contact_language: str
    interpreter_needed: bool = False
    phone: str = ""
    municipality: str = ""
    """NIS code of the municipality of stay, as text; "" when not known."""

    @property
    def short(self) -> str:
        """First name and initial: what stands in lists and on a screen that others may see."""
        return short_name(self.first_name, self.last_name)


def short_name(first_name: str, last_name: str) -> str:
    """Return first name and initial."""
    return f"{first_name} {last_name[:1]}."


FIELDS = tuple(field.name for field in dataclasses.fields(Details))


def check(details: Details, *, today: datetime.date) -> Details:
    """Return `details` with spaces and slashes of the telephone number removed; raise PersonInvalid.

    The refusal names the field and never quotes it: errors reach logs.
    """
    details = dataclasses.replace(
        details,
        first_name=details.first_name.strip(),
        last_name=details.last_name.strip(),
        phone=re.sub(r"[ ./()-]", "", details.phone),
    )
    wrong = {
        "firstName": not 0 < len(details.first_name) <= NAME_LENGTH,
        "lastName": not 0 < len(details.last_name) <= NAME_LENGTH,
        "birthOn": not today.year - OLDEST <= details.birth_on.year or details.birth_on > today,
        "contactLanguage": not LANGUAGE.fullmatch(details.contact_language),
        "phone": bool(details.phone) and not PHONE.fullmatch(details.phone),
        "municipality": bool(details.municipality) and not NIS_CODE.fullmatch(details.municipality),
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            message = f"`{field}` is not as the API's description says."
            raise PersonInvalid(message, field=f"person.{field}")
    return details


def age(birth_on: datetime.date, *, on: datetime.date) -> int:
    """Return the age in full years on a day; who was born on 29 February gets older on 1 March."""
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))
