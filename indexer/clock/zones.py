"""Time zones: what a time without an offset means, and the reading of starts that a person gives."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from indexer.errors import SettingsError

_FORMS = '"2026-03-01 14:30:00", "2026-03-01T14:30:00+01:00" or "2026-03-01 14:30 Europe/Berlin"'


def find_zone(name: str) -> ZoneInfo | None:
    """Return the zone called ``name``; None, the machine's own, for "".

    Raises:
        SettingsError: There is no such zone.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(
            f"{name!r} is no time zone; give an IANA name such as Europe/Berlin, Asia/Shanghai or UTC"
        ) from None


def localise(moment: datetime, zone: ZoneInfo | None) -> datetime:
    """Return the same reading of a clock in that zone, or the same instant when it has an offset already.

    Args:
        moment: A time, with or without an offset.
        zone: The zone; None is the machine's.
    """
    if moment.tzinfo is not None or zone is None:
        return moment.astimezone(zone)
    return _fixed(moment.replace(tzinfo=zone))


def parse_start(text: str, zone: ZoneInfo | None) -> datetime:
    """Read a start that a person gives, with its offset from UTC.

    Args:
        text: Date and time of day, in ISO form, with or without an offset or the name of a zone.
        zone: What it means without one; None is the machine's zone.

    Raises:
        SettingsError: It is no such time.
    """
    found = re.fullmatch(r"\s*(?P<time>.*?\d)(?P<zulu> ?[Zz])?(?:\s+(?P<zone>[A-Za-z][\w/+-]*))?\s*", text)
    try:
        if found is None or not re.search(r"\d[ T]\d", found["time"]):
            raise ValueError
        moment = datetime.fromisoformat(found["time"] + ("+00:00" if found["zulu"] else ""))
    except ValueError:
        raise SettingsError(f"{text!r} is no date with a time of day; write {_FORMS}") from None
    if moment.tzinfo is not None:
        return _fixed(moment)
    named = found["zone"]
    return localise(moment, find_zone(named) if named else zone)


def _fixed(moment: datetime) -> datetime:
    """Return the instant with a plain offset, as it is stored: a zone's name does not outlive the row."""
    return datetime.fromisoformat(moment.isoformat())
