"""Index many files: skip what is known, queue the rest, and work the queue off, or watch its owner do it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from indexer.discovery import printable
from indexer.errors import DecoderFailed, FingerprintMismatch, MediaError, WitnessError
from indexer.identifying import follow, identify
from indexer.library.jobs import Job
from indexer.library.library import Library
from indexer.library.ownership import Ownership
from indexer.library.places import content_at, place_of
from indexer.library.records import VideoRecord
from indexer.parts import Indexer
from indexer.pipeline import index_jobs
from indexer.prefetch import Stopped
from indexer.progress import (
    FileFailed,
    FileIndexed,
    FileMoved,
    FileProgress,
    FileReplaced,
    FileSkipped,
    FilesQueued,
    IndexEvent,
    RuleAsked,
)
from indexer.rules.asking import RuleRound

_POLL_SECONDS = 0.3
_NO_FILES_FAULT = (WitnessError, sqlite3.Error, OSError, KeyboardInterrupt, Stopped)
"""What ends a run whatever it reads; anything else, memory that runs out say, may be a file's doing."""
Report = Callable[[IndexEvent], None]


@dataclass(slots=True)
class IndexRun:
    """One run over the files that a person named, or over those that wait. Call `run` or `work_off` once."""

    indexer: Indexer
    report: Report
    stop: threading.Event = field(default_factory=threading.Event)
    """Set by another thread, it ends the run within seconds; what is not done goes on waiting."""
    _outcomes: set[str] = field(default_factory=set)
    """Ids of the videos of this run whose end was reported."""
    _replaced: set[str] = field(default_factory=set)
    """Ids of contents that lay where this run found others."""

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
            wanted |= self._queue(self._indexed_files(), retry)
        self._tell_replaced()
        if not wanted:
            self._ask_rules()
            return
        self._library.set_fingerprint(self.indexer.fingerprint)
        self._until_done(wanted)

    def work_off(self) -> None:
        """Index what waits in the queue, whoever put it there, or watch its owner do it.

        Raises:
            FingerprintMismatch: The library was made with other settings; the files stay queued.
            LibraryError: The library cannot be written.
            VisionError: The vision model does not answer; the files stay queued.
        """
        wanted = {job.video_id for job in self._library.jobs.all()}
        if wanted:
            self._until_done(wanted, self._adopt_library)

    def _until_done(self, wanted: set[str], as_owner: Callable[[], None] = lambda: None) -> None:
        """Work the queue off when this process is or becomes its owner, after what ``as_owner`` does."""
        ownership = Ownership(self._library.folder)
        owned = ownership.try_acquire()
        self._announce(wanted, watching=not owned)
        while not self.stop.is_set() and (owned or self._watch(wanted)):
            if owned or ownership.try_acquire():
                try:
                    as_owner()
                    self._work(wanted)
                except _NO_FILES_FAULT as fault:
                    # On a full disk this fails too: the next owner does it, and the first error is told.
                    with suppress(WitnessError, sqlite3.Error):
                        self._library.jobs.put_back()
                    if isinstance(fault, Stopped):
                        return
                    raise
                finally:
                    ownership.release()
                owned = False
            else:
                self.stop.wait(_POLL_SECONDS)
        if owned:
            ownership.release()

    def _adopt_library(self) -> None:
        self._check_fingerprint()
        self._library.set_fingerprint(self.indexer.fingerprint)

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
                self.report(FileSkipped(path, f"same content as {printable(wanted[video_id].name)}"))
            elif self._is_indexed(video_id):
                unseen = self._library.video(video_id).reason
                self.report(FileSkipped(path, self._why_skipped(video_id, path), unseen))
            elif not retry and self._library.video(video_id).set_aside:
                self.report(FileFailed(path, self._library.video(video_id).failure))
            else:
                self._put(video_id, path, retry)
                wanted[video_id] = path
        return set(wanted)

    def _identify(self, path: Path) -> str:
        """Return the id of the content at a path, and note what this tells of where contents lie now."""
        catalog = self._library.catalog
        before = content_at(catalog, path)
        video_id = identify(catalog, path)
        if before not in ("", video_id):
            self._replaced.add(before)
        if old := follow(catalog, video_id, path, zone_name=self._library.timezone):
            self.report(FileMoved(path, old))
        return video_id

    def _why_skipped(self, video_id: str, path: Path) -> str:
        known = place_of(self._library.catalog, video_id)
        with suppress(OSError):  # one of them went away just now
            if known is not None and not path.samefile(known):
                name = known.name if known.name != path.name else str(known)
                return f"same content as {printable(name)}, and known by that name"
        return "already indexed"

    def _tell_replaced(self) -> None:
        """Report which videos lost their place to others; those that were found elsewhere did not."""
        for video_id in sorted(self._replaced):
            video = self._library.catalog.video(video_id)
            if video is not None and video.answerable and video.replaced_by:
                self.report(FileReplaced(video.path, self._library.handle(video)))
        self._replaced.clear()

    def _indexed_files(self) -> list[Path]:
        """Return a file of every indexed video; where one was replaced, a copy has to serve."""
        files = []
        for video in filter(lambda each: each.answerable, self._library.videos()):
            try:
                files.append(self._library.file_of(video.video_id) if video.replaced_by else video.path)
            except MediaError:
                handle = self._library.handle(video)
                why = f"of {handle} was replaced by other content, so its index cannot be made anew. "
                self.report(FileFailed(video.path, f'the file {why}To forget it: witness remove "{handle}"'))
        return files

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
        self._ask_rules()

        def ended(job: Job, error: MediaError | None) -> None:
            if error is not None:
                self._fail(job, error)
            self._tell_outcome(self._library.video(job.video_id))
            wanted.discard(job.video_id)
            if error is None:
                self._ask_rules()

        def take() -> Job | None:
            while (job := jobs.take()) is not None and (refusal := self._refusal(job)) is not None:
                ended(job, refusal)
            return job

        index_jobs(self.indexer, take, self._progress, ended, self.stop)
        self._library.catalog.drop_superseded()

    def _ask_rules(self) -> None:
        """Ask the watch rules of what is new, an earlier run's rest included."""
        indexer = self.indexer
        if indexer.rules is not None:
            RuleRound(
                indexer.library,
                indexer.rules,
                indexer.vision,
                indexer.settings.language,
                lambda path, rule, done, total: self.report(RuleAsked(path, rule.name, done, total)),
            ).ask_pending()

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
            job = outstanding.get(video_id)
            if job is not None and not job.running:
                continue
            video = self._library.catalog.video(video_id)
            if video is None:
                continue  # the owner forgot it: another content lies at its path now
            if job is None:
                self._tell_outcome(video)
            else:
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
