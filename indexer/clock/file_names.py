"""The start of a recording, and its camera, from the name of its file and the folders around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from indexer.clock.name_forms import NameForm, compiled
from indexer.clock.stamps import valid_date

_FOLDERS = 5
_NO_CAMERA = re.compile(
    r"(?:vid|video|img|mvi|rec|recording|clip|file|new|no|lo|pa|evt|event|main|sub|nvr|dvr|xvr|export|\d{1,2}|[^a-z]*)"
    r"(?:[-_. ]+(?:main|sub))?",
    re.IGNORECASE,
)
"""What stands before a time and names no camera."""
_CAMERA = re.compile(r"(?:cam(?:era)?|ch(?:annel)?|ipc)[-_ ]?[a-z0-9]{0,20}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamedStart:
    """A start as a file's name tells it."""

    readings: tuple[datetime, ...]
    """Usually one; two where it cannot be told day from month, day first. Without an offset: camera time."""
    maker: str
    error_seconds: float


def start_from_name(path: Path) -> NamedStart | None:
    """Return the start that a path tells; None when it tells none."""
    tail = _tail(path)
    for form, pattern in compiled():
        for found in pattern.finditer(tail):
            readings = _readings(form, found.groupdict())
            if readings:
                return NamedStart(readings, form.maker, form.error_seconds)
    return None


def camera_from_name(path: Path) -> str:
    """Return the camera's name as the file or its folder tells it; "" when neither does."""
    tail = _tail(path)
    for form, pattern in compiled():
        if (found := pattern.search(tail)) and _readings(form, found.groupdict()):
            named = (found.groupdict().get("camera") or "").strip(" -_.@")
            if named and not _NO_CAMERA.fullmatch(named):
                return named
            if named and form.maker in ("Hikvision", "Reolink", "Viofo", "BlackVue", "Thinkware"):
                return named
            break
    for part in (path.stem, *reversed(path.parent.parts)):
        if _CAMERA.fullmatch(part):
            return part
    return ""


def _tail(path: Path) -> str:
    return "/".join(path.parts[-_FOLDERS:])


def _readings(form: NameForm, parts: dict[str, str | None]) -> tuple[datetime, ...]:
    """Return the times that a match means; none when there is no such date."""
    if parts.get("epoch"):
        moment = datetime.fromtimestamp(int(parts["epoch"] or 0), UTC)
        return (moment + timedelta(milliseconds=int(parts.get("ms") or 0)),)
    year = int(parts.get("y") or f"20{parts.get('yy')}")
    if parts.get("a"):
        a, b = int(parts["a"] or 0), int(parts["b"] or 0)
        days = [valid_date(year, b, a), valid_date(year, a, b)]
    else:
        days = [valid_date(year, int(parts["m"] or 0), int(parts["d"] or 0))]
    hour = _hour(int(parts["h"] or 0), parts.get("half"))
    if hour is None:
        return ()
    minute, second, milli = (int(parts.get(name) or 0) for name in ("i", "s", "f"))
    zone = _offset(form, parts)
    return tuple(
        datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}:{second:02}.{milli:03}{zone}")
        for day in dict.fromkeys(days)
        if day is not None
    )


def _hour(hour: int, half: str | None) -> int | None:
    if not half:
        return hour
    return hour % 12 + (12 if half.lower() == "pm" else 0) if 1 <= hour <= 12 else None


def _offset(form: NameForm, parts: dict[str, str | None]) -> str:
    """Return the offset from UTC in ISO form, "" where the name leaves it open."""
    if hours := parts.get("hours"):
        return f"{int(hours):+03d}:00"
    return parts.get("zone") or ("+00:00" if form.utc else "")
