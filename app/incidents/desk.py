"""Where incidents are worked on: what is kept of them, and the decoder that looks at their videos."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.incidents.frames import frames_to_take, take_frames
from app.incidents.jobs import ReportJobs
from app.incidents.model import AlreadyMarked, Incident, NewFrame, NewMoment
from app.incidents.snapshot import kept_answer, snapshot
from app.incidents.store import INCIDENTS_FILE, IncidentStore
from assistant.answer import Answer
from indexer.errors import MediaError, TimeOutsideVideo
from indexer.media.evidence import EvidenceDecoder
from indexer.settings import Settings
from indexer.timeline import Span, format_seconds

if TYPE_CHECKING:
    from indexer.library.library import Library


class IncidentDesk:
    """The incidents of one library; safe to share between threads."""

    def __init__(self, library: Library, settings: Settings, decoder: EvidenceDecoder | None = None) -> None:
        """Open the library's incidents.

        Args:
            library: The videos.
            settings: Told in reports.
            decoder: Closed with the desk; by default one of its own, so that the pages' frames do not wait
                for a clip that is being cut.

        Raises:
            LibraryError: Their file cannot be opened.
        """
        self.library = library
        self.settings = settings
        self.store = IncidentStore(library.folder / INCIDENTS_FILE)
        self.decoder = decoder or EvidenceDecoder()
        self.reports = ReportJobs(self)

    def close(self) -> None:
        """Stop the decoder and close the file; the library stays open."""
        self.decoder.close()
        self.store.close()

    def open_named(self, name: str) -> Incident | None:
        """Return the open incident of this name, in small or large letters, the one changed last."""
        wanted = " ".join(name.split()).casefold()
        found = self.store.incidents(limit=-1, words=wanted, open_only=True) if wanted else []
        return next((each for each in found if each.name.casefold() == wanted), None)

    def mark(
        self,
        incident_id: str,
        video_id: str,
        span: Span,
        *,
        author: str,
        frame_seconds: Sequence[float] = (),
        question: str = "",
        answer: Answer | str = "",
        note: str = "",
    ) -> int:
        """Add a moment to an incident, with its frames as they are now.

        A moment whose frames cannot be decoded is added without, and says why.

        Args:
            incident_id: The incident.
            video_id: The video.
            span: The moment; cut off at the video's end.
            author: Who marks it.
            frame_seconds: Seconds of the frames to keep; by default the one in the middle.
            question: What was asked, where it comes from an answer.
            answer: What was answered.
            note: What the person has to say about it.

        Returns:
            The moment's id.

        Raises:
            VideoNotFound: There is no such video.
            TimeOutsideVideo: The moment begins after its end.
            AlreadyMarked: The same stretch of the same video is in the incident already.
            LibraryError: There is no such incident, or the note is too long.
        """
        video = self.library.video(video_id)
        inside = span.intersect(video.span) if video.duration_seconds > 0 else None
        if inside is None:
            raise TimeOutsideVideo(
                f"{span} lies outside of {video.name}, which lasts {format_seconds(video.duration_seconds)}"
            )
        kept = self.store.moments(incident_id)
        if any((each.video_id, each.span) == (video.video_id, inside) for each in kept):
            name = self.store.incident(incident_id).name
            raise AlreadyMarked(f"{video.name} {inside} is in {name} already, and was not added again")
        frames: tuple[NewFrame, ...] = ()
        remark = ""
        try:
            wanted = frames_to_take(inside, frame_seconds)
            frames = take_frames(self.library, self.decoder, video.video_id, wanted)
        except MediaError as error:
            remark = f"No frames were kept when this was marked: {error}"
        known = snapshot(self.library, video, inside)
        new = NewMoment(video.video_id, inside, known, question, kept_answer(answer), note, frames, remark)
        return self.store.add(incident_id, new, author)

    def add_frame(self, moment_id: int, seconds: float) -> None:
        """Keep one more frame of a moment, the one displayed at this second of its video.

        Raises:
            MediaError: The file is gone or ends before; nothing was changed.
            LibraryError: The moment was removed.
        """
        moment = self.store.moment(moment_id)
        wanted = [*(frame.asked_seconds for frame in moment.frames), seconds]
        self.store.replace_frames(moment_id, take_frames(self.library, self.decoder, moment.video_id, wanted))


def person_at_this_machine() -> str:
    """Return the name that this account has on this machine, for who made or marked something."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "a person"
