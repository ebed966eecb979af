"""Numbers that people say to each other on the telephone."""

import uuid


def of_referral(referral_id: uuid.UUID) -> str:
    """Return the beginning of a referral's random id, as both towns and their regions show it: B0F9-7226."""
    text = referral_id.hex[:8].upper()
    return f"{text[:4]}-{text[4:]}"
