"""Verify a report: is it as it was written, and do its sources still show the same?"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.incidents.canonical import seal
from app.incidents.checks import Check, Verdict
from app.incidents.reading import ReadReport
from app.incidents.record import SEALED, seals
from app.incidents.source_checks import SourceChecks
from indexer.media.evidence import EvidenceDecoder

_PART_NAMES = {"incident": "incident (name, status, notes)", "report": "report (when and by whom)",
               "made_with": "versions, settings, prompts and models"}  # fmt: skip


def verify(
    report: ReadReport,
    decoder: EvidenceDecoder,
    folders: list[Path],
    on_doing: Callable[[str], None] = lambda _: None,
) -> Iterator[Check]:
    """Check every item of a report, in its order.

    Args:
        report: As it was read.
        decoder: Reads the sources.
        folders: Where to look for sources that are not where they were; searched with their subfolders.
        on_doing: Told what is being read, as that takes long.
    """
    sources = SourceChecks(report, decoder, folders, on_doing)
    try:
        yield from _as_written(report)
        for place, source in enumerate(report.record["sources"]):
            yield from sources.source(place, source)
        for place, moment in enumerate(report.record["moments"]):
            yield from _pictures(place + 1, moment)
            yield from sources.moment(place + 1, moment)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        # Somebody wrote into it: a value is not even of its kind.
        yield Check("the report", Verdict.DIFFERS, f"it is damaged: a value cannot be read ({error!r:.120})")


def _as_written(report: ReadReport) -> Iterator[Check]:
    """Compare the seals, part by part, so that what was edited is named."""
    record, kept = report.record, report.record["seals"]
    edited = "it is not as it was written: the report was edited or damaged here"
    for name in SEALED:
        yield _sealed(_PART_NAMES[name], seal(record[name]) == kept.get(name), edited)
    for kind, parts in (("source", record["sources"]), ("moment", record["moments"])):
        known = kept.get(f"{kind}s")
        known = known if isinstance(known, list) else []
        for place, part in enumerate(parts):
            title = f"{kind} {place + 1} (text, times, notes, answer, hashes)"
            yield _sealed(title, place < len(known) and seal(part) == known[place], edited)
        if len(known) > len(parts):
            gone = f"{len(known) - len(parts)} of {len(known)} {kind}s were taken out of the report"
            yield Check(f"{kind}s", Verdict.DIFFERS, gone)
    yield _sealed("the record as a whole", seals(record)["whole"] == kept.get("whole"), edited)
    if report.shown_unchanged is not None:
        words = "what the page shows was edited or damaged after it was written"
        yield _sealed("the HTML as it is shown", report.shown_unchanged, words)


def _sealed(item: str, same: bool, otherwise: str) -> Check:
    return (
        Check(item, Verdict.MATCHES, "as it was written") if same else Check(item, Verdict.DIFFERS, otherwise)
    )


def _pictures(number: int, moment: dict[str, Any]) -> Iterator[Check]:
    """Compare the pictures inside the report with their hashes."""
    for place, frame in enumerate(moment["frames"], start=1):
        picture = frame["picture"]
        try:
            data = base64.b64decode(picture["base64"], validate=True)
        except binascii.Error:
            data = b""
        if hashlib.sha256(data).hexdigest() != picture["sha256"]:
            item = f"moment {number}, picture {place}"
            yield Check(item, Verdict.DIFFERS, "the picture in the report was exchanged or damaged")
