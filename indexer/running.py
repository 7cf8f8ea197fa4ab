"""Index many files: skip what is known, queue the rest, and work the queue off, or watch its owner do it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexer.discovery import Unchanged, content_id, printable
from indexer.errors import DecoderFailed, FingerprintMismatch, MediaError, WitnessError
from indexer.library.jobs import Job
from indexer.library.library import Library
from indexer.library.ownership import Ownership
from indexer.library.records import VideoRecord
from indexer.parts import Indexer
from indexer.pipeline import index_jobs
from indexer.progress import FileFailed, FileIndexed, FileProgress, FileSkipped, FilesQueued, IndexEvent

_POLL_SECONDS = 0.3
_NO_FILES_FAULT = (WitnessError, sqlite3.Error, OSError, KeyboardInterrupt)
"""What ends a run whatever it reads; anything else, memory that runs out say, may be a file's doing."""
Report = Callable[[IndexEvent], None]


@dataclass(slots=True)
class IndexRun:
    """One run over the files that a person named. Call `run` once."""

    indexer: Indexer
    report: Report
    _outcomes: set[str] = field(default_factory=set)
    """Ids of the videos of this run whose end was reported."""

    @property
    def _library(self) -> Library:
        return self.indexer.library

    def run(
        self,
        files: Sequence[Path],
        *,
        reindex: bool = False,
        retry: bool = False,
        stream: int | None = None,
    ) -> None:
        """Index ``files``, and with ``reindex`` also every video whose index was made with other settings.

        Args:
            files: The files; what is indexed already or was set aside is skipped.
            reindex: Also make anew what was indexed with other settings.
            retry: Also try again what was set aside after too many failed attempts.
            stream: Number of the video stream of ``files`` that is meant; None for the one chosen before,
                else the one that players choose. Another choice than before makes their index anew.

        Raises:
            FingerprintMismatch: The library was made with other settings and ``reindex`` is not set.
            LibraryError: The library cannot be written.
            VisionError: The vision model does not answer; the files stay queued.
        """
        if not reindex:
            self._check_fingerprint()
        if stream is not None:
            files = [path for path in files if self._choose_stream(path, stream)]
        wanted = self._queue(files, retry)
        if reindex:
            wanted |= self._queue([video.path for video in self._library.videos() if video.answerable], retry)
        if not wanted:
            return
        self._library.set_fingerprint(self.indexer.fingerprint)
        ownership = Ownership(self._library.folder)
        owned = ownership.try_acquire()
        self._announce(wanted, watching=not owned)
        while owned or self._watch(wanted):
            if owned or ownership.try_acquire():
                try:
                    self._work(wanted)
                except _NO_FILES_FAULT:
                    self._library.jobs.put_back()
                    raise
                finally:
                    ownership.release()
                owned = False
            else:
                time.sleep(_POLL_SECONDS)

    # -- what there is to do ----------------------------------------------------------------------------

    def _check_fingerprint(self) -> None:
        made_with, wanted = self._library.fingerprint, self.indexer.fingerprint
        others = self._library.catalog.published_fingerprints() - {wanted.key}
        if made_with is None or not others:
            return
        changes = "; ".join(made_with.differences(wanted)) or "an earlier re-index was not finished"
        raise FingerprintMismatch(
            f"this library was indexed with other settings ({changes}). Nothing was changed. "
            "Use the same settings, index into another folder with --library, or make the whole index anew "
            "with --reindex; until that is done the old index goes on answering"
        )

    def _queue(self, files: Sequence[Path], retry: bool) -> set[str]:
        """Queue what is not indexed yet; return the ids that this run waits for."""
        wanted: dict[str, Path] = {}
        for path in files:
            try:
                video_id = self._identify(path)
            except MediaError as error:
                self.report(FileFailed(path, _reason(error, path)))
                continue
            if video_id in wanted:
                self.report(FileSkipped(path, f"same content as {wanted[video_id].name}"))
            elif self._is_indexed(video_id):
                self.report(FileSkipped(path, "already indexed"))
            elif not retry and self._library.video(video_id).set_aside:
                self.report(FileFailed(path, self._library.video(video_id).failure))
            else:
                self._put(video_id, path, retry)
                wanted[video_id] = path
        return set(wanted)

    def _choose_stream(self, path: Path, stream: int) -> bool:
        """Note which video stream of a file is meant; report a file that has none of this number."""
        try:
            video = self._library.video(self._identify(path))
            if video.stream == stream:
                return True
            if any(job.running for job in self._library.jobs.outstanding([video.video_id])):
                raise MediaError("is being indexed. Choose another stream of it when that is done")
            self.indexer.decoder.probe(path, stream=stream)
        except MediaError as error:
            self.report(FileFailed(path, _reason(error, path)))
            return False
        self._library.catalog.choose_stream(video.video_id, stream)
        return True

    def _put(self, video_id: str, path: Path, retry: bool) -> None:
        if retry:
            self._library.catalog.forgive(video_id)
        self._library.jobs.put(video_id, path)

    def _identify(self, path: Path) -> str:
        """Return the id of the file's content, reading it only when its size or time is new."""
        catalog = self._library.catalog
        try:
            facts = path.stat()
        except OSError as error:
            raise MediaError(f"cannot be read: {error.strerror}") from error
        known = catalog.known_content(path, facts.st_size, facts.st_mtime_ns)
        video_id = known or _settled_id(path)
        if not known:
            catalog.note_file(path, video_id, facts.st_size, facts.st_mtime_ns)
        if catalog.video(video_id) is None:
            catalog.add_video(video_id, path, facts.st_size)
        return video_id

    def _is_indexed(self, video_id: str) -> bool:
        found = self._library.catalog.query(
            "SELECT 1 FROM videos WHERE video_id = ? AND fingerprint = ?",
            video_id,
            self.indexer.fingerprint.key,
        )
        return bool(found)

    def _announce(self, wanted: set[str], *, watching: bool) -> None:
        jobs = self._library.jobs.outstanding(wanted)
        videos = [self._library.video(job.video_id) for job in jobs]
        self.report(
            FilesQueued(tuple(job.path for job in jobs), sum(video.size_bytes for video in videos), watching)
        )

    # -- as the owner -----------------------------------------------------------------------------------

    def _work(self, wanted: set[str]) -> None:
        """Take files from the queue until it is empty, those that other processes put there too."""
        jobs = self._library.jobs
        jobs.release_abandoned()

        def ended(job: Job, error: MediaError | None) -> None:
            if error is not None:
                self._fail(job, error)
            self._tell_outcome(self._library.video(job.video_id))
            wanted.discard(job.video_id)

        def take() -> Job | None:
            while (job := jobs.take()) is not None and (refusal := self._refusal(job)) is not None:
                ended(job, refusal)
            return job

        index_jobs(self.indexer, take, self._progress, ended)
        self._library.catalog.drop_superseded()

    def _refusal(self, job: Job) -> MediaError | None:
        """Tell why a file whose turn has come is not begun; None when it is."""
        if not self._library.holds(job.path, job.video_id):
            # Another content lies there by now, a recording that was still being written, say.
            return MediaError("changed or went away while it waited. Run the same command again")
        return None

    def _fail(self, job: Job, error: MediaError) -> None:
        attempts = 1 if isinstance(error, DecoderFailed) else 0
        self._library.catalog.set_failure(job.video_id, _reason(error, job.path), attempts)
        self._library.jobs.finish(job.video_id)

    def _progress(self, job: Job, done_seconds: float) -> None:
        total = self._library.video(job.video_id).duration_seconds
        self._library.jobs.report(job.video_id, min(1.0, done_seconds / total) if total else 0.0)
        self.report(FileProgress(job.path, done_seconds, total))

    # -- while another process is the owner -------------------------------------------------------------

    def _watch(self, wanted: set[str]) -> bool:
        """Report how far the owner is with our files; tell whether there is anything left to wait for."""
        outstanding = {job.video_id: job for job in self._library.jobs.outstanding(wanted)}
        for video_id in sorted(wanted):
            video = self._library.catalog.video(video_id)
            job = outstanding.get(video_id)
            if video is None:
                continue  # the owner forgot it: another content lies at its path now
            if job is None:
                self._tell_outcome(video)
            elif job.running:
                total = video.duration_seconds
                self.report(FileProgress(job.path, job.progress * total, total))
        wanted &= set(outstanding)
        return bool(wanted)

    def _tell_outcome(self, video: VideoRecord) -> None:
        if video.video_id in self._outcomes:
            return
        self._outcomes.add(video.video_id)
        if video.failure or not video.answerable:
            self.report(FileFailed(video.path, video.failure))
        else:
            self.report(FileIndexed(video.path, video.duration_seconds, video.segment_count, video.reason))


def _reason(error: MediaError, path: Path) -> str:
    """Return an error's words without the file's name, which stands beside them wherever they are shown."""
    text = str(error)
    for name in (printable(path), printable(path.name)):
        text = text.removeprefix(f"{name}: ").removeprefix(f"{name} ")
    return text


def _settled_id(path: Path) -> str:
    """Return the id of a file's content, read while it stayed as it was.

    Raises:
        MediaError: It cannot be read, or changes meanwhile.
    """
    file = Unchanged(path)
    video_id = content_id(path)
    file.check()
    return video_id
