"""A report file as it comes back, perhaps edited or damaged: nothing in it is believed unchecked."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.incidents.html import RECORD_ID, is_unchanged
from app.incidents.record import FORMAT, SCHEMA_VERSION
from indexer.discovery import printable
from indexer.errors import WitnessError

MAX_REPORT_BYTES = 512 * 1024**2

_RECORD = re.compile(rf'<script type="application/json" id="{RECORD_ID}">(.*?)</script>'.encode(), re.DOTALL)
_CLIP = re.compile(
    rb'data-clip="([^"<>]{1,80})" (?:src|href)="data:[a-z0-9/-]{1,40};base64,([A-Za-z0-9+/=]*)"'
)
_MEMBERS: dict[str, type] = {
    "incident": dict, "report": dict, "made_with": dict, "sources": list, "moments": list, "seals": dict,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report that has the form of one; whether it is as it was written is another question."""

    path: Path
    record: dict[str, Any]
    shown_unchanged: bool | None
    """For HTML, whether its last line holds the hash of the rest; None for JSON."""
    clip_hashes: dict[str, str]
    """SHA-256 of the clips inside the file, by name."""


def read_report(path: Path) -> ReadReport:
    """Read a report, JSON or HTML.

    Raises:
        WitnessError: It cannot be read or is no report of a version that this one knows.
    """
    name = printable(path)
    try:
        if path.stat().st_size > MAX_REPORT_BYTES:
            raise WitnessError(f"{name} is larger than any report: give the report's .json or .html")
        data = path.read_bytes()
    except OSError as error:
        raise WitnessError(f"{name} cannot be read: {error.strerror}") from None
    if data.startswith(b"%PDF"):
        raise WitnessError(
            f"{name} is a PDF, which is for people: verify the .json or .html of the same report"
        )
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        # Its members may lie in it as they are, so the page in it would be taken for a damaged one.
        raise WitnessError(f"{name} is a ZIP: unpack it, and verify the .json or .html that was in it")
    inside = _RECORD.search(data)
    record = _parse(name, inside[1] if inside else data)
    shown = is_unchanged(data) if inside else None
    return ReadReport(path, record, shown, _clips(data) if inside else {})


def _parse(name: str, data: bytes) -> dict[str, Any]:
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        raise WitnessError(
            f"{name} is no report, or too damaged to be read as JSON: get it again from where it came"
        ) from None
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise WitnessError(f"{name} is no report that `witness report` or the page Incidents made")
    if record.get("schema_version") != SCHEMA_VERSION:
        raise WitnessError(
            f"{name} has version {record.get('schema_version')!r} of the report's form, this Witness reads "
            f"{SCHEMA_VERSION}: verify it with the version that made it, or a newer one"
        )
    broken = [member for member, kind in _MEMBERS.items() if not isinstance(record.get(member), kind)]
    if broken:
        raise WitnessError(f"{name} is damaged: {', '.join(broken)} cannot be read. Get it again")
    return record


def _clips(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, content in _CLIP.findall(data):
        try:
            digest = hashlib.sha256(base64.b64decode(content, validate=True)).hexdigest()
        except binascii.Error:
            digest = ""
        found[name.decode("utf-8", "replace")] = digest
    return found
