"""Reports that are being made, each in its own thread, so that no page waits for a large file to be read."""

from __future__ import annotations

import logging
import tempfile
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.incidents.record import Report, build_report
from app.incidents.writing import FORMS, write_form, write_zip
from indexer.errors import WitnessError

if TYPE_CHECKING:
    from app.incidents.desk import IncidentDesk

ZIP = ".zip"
MOST_ZIPPED_BYTES = 400 * 1024**2
"""Clips of more bytes than this are left to ``witness report``: an archive is sent from memory."""

_KEPT_REPORTS = 6
_log = logging.getLogger(__name__)


@dataclass
class ReportJob:
    """One report on its way; the fields are written by its thread and read by the pages."""

    incident_id: str
    changed_at: datetime
    """When the incident was changed last before it was begun."""
    folder: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="witness-report-")
    )
    share: float = 0.0
    doing: str = ""
    error: str = ""
    files: dict[str, Path] = field(default_factory=dict)
    """The finished files by suffix; empty until all are there."""
    remarks: tuple[str, ...] = ()
    """What could not be put into it."""
    seal: str = ""
    made_at: datetime | None = None

    @property
    def running(self) -> bool:
        """Whether it is neither finished nor failed."""
        return not self.files and not self.error

    def tell(self, share: float, doing: str) -> None:
        """Note how far it is."""
        self.share, self.doing = share, doing


class ReportJobs:
    """The latest report of each incident; a few are kept until the server stops. Safe to share."""

    def __init__(self, desk: IncidentDesk) -> None:
        self._desk = desk
        self._jobs: dict[str, ReportJob] = {}
        self._lock = threading.Lock()

    def of(self, incident_id: str) -> ReportJob | None:
        """Return the latest report of an incident, made or being made."""
        return self._jobs.get(incident_id)

    def start(self, incident_id: str, author: str) -> ReportJob:
        """Make a report, unless one of this incident is being made already.

        Raises:
            LibraryError: There is no such incident.
        """
        changed_at = self._desk.store.incident(incident_id).changed_at
        with self._lock:
            running = self._jobs.get(incident_id)
            if running is not None and running.running:
                return running
            job = ReportJob(incident_id, changed_at)
            self._jobs.pop(incident_id, None)
            self._jobs[incident_id] = job
            finished = [key for key, each in self._jobs.items() if not each.running]
            for key in finished[: max(0, len(self._jobs) - _KEPT_REPORTS)]:
                del self._jobs[key]  # its folder goes with it
        threading.Thread(target=self._make, args=(job, author), name="report", daemon=True).start()
        return job

    def _make(self, job: ReportJob, author: str) -> None:
        folder = Path(job.folder.name)
        try:
            report = build_report(self._desk, job.incident_id, folder, author=author, on_progress=job.tell)
            job.doing = "writing the files"
            files, job.remarks = _write(report, folder)
            job.seal, job.made_at = report.record["seals"]["whole"], datetime.now(UTC)
            job.files = files
        except WitnessError as error:
            job.error = str(error)
        except Exception as error:  # noqa: BLE001  # else a page would wait for ever for a thread that is gone
            _log.error("the report on incident %s failed", job.incident_id, exc_info=error)
            job.error = f"the report could not be made ({type(error).__name__}); the server's log says more"


def _write(report: Report, folder: Path) -> tuple[dict[str, Path], tuple[str, ...]]:
    files = {}
    for suffix in FORMS:
        files[suffix] = folder / f"report{suffix}"
        files[suffix].write_bytes(write_form(report, suffix))
    remarks = [source["remark"] for source in report.record["sources"] if source["remark"]]
    remarks += [each["clip_remark"] for each in report.record["moments"] if each["clip_remark"]]
    if sum(path.stat().st_size for path in report.clips.values()) <= MOST_ZIPPED_BYTES:
        files[ZIP] = folder / f"report{ZIP}"
        files[ZIP].write_bytes(write_zip(report))
    else:
        remarks.append(
            "The clips are too large for an archive; `witness report` writes them beside the report."
        )
    return files, tuple(dict.fromkeys(remarks))
