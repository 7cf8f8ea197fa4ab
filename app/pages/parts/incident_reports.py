"""Making a report of an incident and saving it, and the captions and events of its videos for others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.incidents.events_out import ExportForm, write_export
from app.incidents.jobs import ZIP, ReportJob
from app.incidents.model import Incident, Moment
from app.incidents.writing import file_stem
from app.pages.parts.incident_author import author_of_session, show_author
from app.pages.parts.text import plain
from indexer.errors import VideoNotFound

if TYPE_CHECKING:
    from app.state import AppState
    from indexer.library.records import VideoRecord

_POLL_SECONDS = 0.7
_FORMS = {
    ".html": ("Web page (HTML)", "text/html", "For reading: frames and clips are inside."),
    ".pdf": ("PDF", "application/pdf", "For printing and filing."),
    ".json": ("JSON", "application/json", "For checking with `witness verify`, and for programs."),
    ZIP: ("Everything (ZIP)", "application/zip", "All three, and the clips as files."),
}


def show_report(state: AppState, incident: Incident, moments: list[Moment]) -> None:
    """Show how the report stands, and its files when it is made."""
    if not moments:
        st.caption("A report can be made once there is a moment in the incident.")
        return
    job = state.incidents.reports.of(incident.incident_id)
    running = job is not None and job.running
    label = "Make the report" if job is None else "Make the report again"
    if st.button(label, type="primary", disabled=running, icon=":material/description:"):
        job = state.incidents.reports.start(incident.incident_id, author_of_session())
        st.rerun()
    show_author()
    if job is None:
        st.caption("It reads every video once to hash it, so large ones take a while. The page stays usable.")
    elif running:
        st.fragment(_show_progress, run_every=_POLL_SECONDS)(job)
    elif job.error:
        st.error(plain(job.error))
    else:
        _show_files(job, incident)


def _show_progress(job: ReportJob) -> None:
    if not job.running:
        st.rerun()
    st.progress(min(1.0, job.share), text=plain(job.doing or "beginning"))


def _show_files(job: ReportJob, incident: Incident) -> None:
    if job.changed_at < incident.changed_at:
        st.info("The incident was changed since this report was made.", icon=":material/update:")
    stem = file_stem(incident.name)
    for suffix, path in job.files.items():
        label, kind, told = _FORMS[suffix]
        st.download_button(
            label,
            path.read_bytes,
            f"{stem}{suffix}",
            kind,
            key=f"save-{incident.incident_id}{suffix}",
            help=told,
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )
    for remark in job.remarks:
        st.warning(plain(remark))
    st.caption(
        f"Its seal, to be kept apart from it: {plain(job.seal)}. Anybody can check the report and its "
        "sources with `witness verify FILE`, given its HTML or JSON."
    )


def show_events_export(state: AppState, moments: list[Moment]) -> None:
    """Offer what the index says of the incident's videos as subtitles and as a table."""
    videos = _videos(state, moments)
    if not videos:
        st.caption("The videos of this incident are no longer in the library.")
        return
    _save(state, list(videos.values()), ExportForm.CSV, "Events of all its videos (CSV)", "events")
    chosen = st.selectbox(
        "Subtitles of", list(videos), format_func=lambda each: videos[each].name, key="subtitles-of"
    )
    with st.container(horizontal=True):
        for form in (ExportForm.SRT, ExportForm.VTT):
            record = videos[chosen]
            _save(state, [record], form, form.value.upper(), file_stem(Path(record.name).stem))


def _save(state: AppState, videos: list[VideoRecord], form: ExportForm, label: str, stem: str) -> None:
    def write() -> bytes:
        mark = "\ufeff" if form is ExportForm.CSV else ""  # spreadsheets know UTF-8 by it
        return (mark + write_export(state.library, videos, form)).encode("utf-8", "backslashreplace")

    st.download_button(
        label, write, f"{stem}.{form}", "text/csv" if form is ExportForm.CSV else "text/plain",
        key=f"save-{form}", on_click="ignore", icon=":material/download:",
    )  # fmt: skip


def _videos(state: AppState, moments: list[Moment]) -> dict[str, VideoRecord]:
    found: dict[str, VideoRecord] = {}
    for moment in moments:
        try:
            found[moment.video_id] = state.library.video(moment.video_id)
        except VideoNotFound:
            continue
    return found
