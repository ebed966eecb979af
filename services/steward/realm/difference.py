"""Where a thing on the server is not as its file says."""

from collections.abc import Mapping
from typing import Any


def differences(wanted: Any, found: Any, path: str = "") -> list[str]:
    """Return the paths at which `found` is not as `wanted`; the server may know more than the file says.

    An empty list or mapping means empty: what somebody added there is a difference.
    """
    if isinstance(wanted, Mapping):
        if not wanted:
            return [path] if found else []
        known = found if isinstance(found, Mapping) else {}
        return [
            place
            for key, value in wanted.items()
            for place in differences(value, known.get(key), f"{path}.{key}".lstrip("."))
        ]
    if isinstance(wanted, list):
        return [] if _same_list(wanted, found) else [path]
    # The server turns numbers and booleans of attributes into text.
    same = wanted == found or _text(wanted) == _text(found)
    return [] if same else [path]


def merged(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is sent: the server's own fields with the file's above them, attributes one by one."""
    sent = {**found, **wanted}
    if isinstance(wanted.get("attributes"), Mapping):
        sent["attributes"] = {**(found.get("attributes") or {}), **wanted["attributes"]}
    return sent


def _same_list(wanted: list[Any], found: Any) -> bool:
    if not isinstance(found, list):
        return not wanted and not found
    if any(isinstance(value, (Mapping, list)) for value in wanted):
        return len(wanted) == len(found) and not any(
            differences(one, other) for one, other in zip(wanted, found, strict=True)
        )
    return sorted(map(str, wanted)) == sorted(map(str, found))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
