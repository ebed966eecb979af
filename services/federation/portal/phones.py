"""Telephone numbers as people in Belgium write and dial them."""

COUNTRY = "+32"
LARGE_ZONES = "2349"
"""Zones of one digit: Brussels, Antwerp, Liège, Ghent. The others have two, mobile numbers three."""
MOBILE = 9


def readable(number: str) -> str:
    """Return a Belgian number with its spaces, 02 000 11 01 for +3220001101; any other one as it is."""
    digits = number.removeprefix(COUNTRY)
    if digits == number or not digits.isdigit():
        return number
    if len(digits) == MOBILE:
        return f"0{digits[:3]} {digits[3:5]} {digits[5:7]} {digits[7:]}"
    if digits[0] in LARGE_ZONES:
        return f"0{digits[0]} {digits[1:4]} {digits[4:6]} {digits[6:]}"
    return f"0{digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:]}"
