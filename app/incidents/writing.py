"""A report as files: HTML, PDF or JSON, with its clips beside it, or all of it in one ZIP."""

from __future__ import annotations

import io
import json
import re
import shutil
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

from app.incidents.html import embedded_clips, write_html
from app.incidents.record import Report
from app.incidents.source_checks import clips_folder
from indexer.errors import SettingsError, WitnessError

FORMS = (".html", ".pdf", ".json")
_UNSAFE = re.compile(r"[^\w.-]+")


def write_json(record: dict[str, Any]) -> bytes:
    """Write the record as JSON."""
    return (json.dumps(record, ensure_ascii=True, indent=1) + "\n").encode("ascii")


def write_form(report: Report, suffix: str) -> bytes:
    """Write a report in one of `FORMS`.

    Raises:
        SettingsError: There is no such form.
    """
    match suffix.lower():
        case ".html":
            return write_html(report)
        case ".json":
            return write_json(report.record)
        case ".pdf":
            from app.incidents.pdf import write_pdf  # brings reportlab along

            return write_pdf(report.record)
        case other:
            raise SettingsError(f"a report cannot be written as {other or 'nothing'}: {', '.join(FORMS)}")


def save_report(report: Report, out: Path) -> list[Path]:
    """Write a report to ``out``, in the form of its suffix, with the clips that are not inside it beside it.

    Returns:
        The files written, the report first.

    Raises:
        SettingsError: The suffix is no form.
        WitnessError: The place cannot be written.
    """
    data = write_form(report, out.suffix)
    inside = embedded_clips(report) if out.suffix.lower() == ".html" else set()
    beside = {name: path for name, path in report.clips.items() if name not in inside}
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(data)
        if beside:
            clips_folder(out).mkdir(exist_ok=True)
        copies = [Path(shutil.copyfile(path, clips_folder(out) / name)) for name, path in beside.items()]
    except OSError as error:
        raise WitnessError(
            f"{out} cannot be written: {error.strerror}. Choose another place with --out"
        ) from None
    return [out, *copies]


def write_zip(report: Report) -> bytes:
    """Put all forms and the clips into one archive, laid out so that it verifies once it is unpacked."""
    file, stem = io.BytesIO(), "report"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for suffix in FORMS:
            archive.writestr(f"{stem}{suffix}", write_form(report, suffix))
        for name, path in report.clips.items():
            archive.write(path, f"{stem}-clips/{name}")
    return file.getvalue()


def file_stem(name: str) -> str:
    """Return a file name for an incident's name: letters, digits and hyphens of any script."""
    plain = _UNSAFE.sub("-", unicodedata.normalize("NFC", name)).strip("-._")
    return plain[:60].rstrip("-._") or "incident"
