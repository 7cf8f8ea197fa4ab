"""Frames of video files with their true times, decoded in an isolated child process.

The files come from anywhere and the decoders are C code, so none of it runs here: a crash, a hang or a
break-in stays in the child, and costs the one file.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from indexer.discovery import printable
from indexer.errors import DecoderFailed
from indexer.media.answers import (
    MOST_AROUND,
    read_damage,
    read_error,
    read_frame,
    read_info,
    read_places,
    read_sample,
    read_sound,
    read_subtitles,
    read_times,
)
from indexer.media.beside import Sound, Subtitles
from indexer.media.info import VideoInfo
from indexer.media.limits import DecoderLimits
from indexer.media.messages import Header
from indexer.media.process import ChildLost, ChildProcess
from indexer.media.samples import Damage, Sample, WalkPlan
from indexer.timeline import Frame, Unseen

__all__ = ["Decoder", "DecoderLimits", "Walk"]

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Decoder:
    """Handle on the decoding child: started at first use, started again after a crash.

    Threads may share it; requests wait for each other. A walk is one request until it is exhausted or closed.
    """

    def __init__(self, *, limits: DecoderLimits | None = None) -> None:
        self._limits = limits or DecoderLimits()
        self._turn = threading.Lock()
        self._walking_thread: int | None = None
        self._child: ChildProcess | None = None
        self._closed = threading.Event()

    def probe(self, path: Path, *, stream: int | None = None, quick: bool = False) -> VideoInfo:
        """Read what a video file is: all packets are read, only the first frame is decoded.

        Args:
            path: The video file.
            stream: Number of the video stream in the file; None for the one that players choose.
            quick: Read nothing but the header and the first frame: length, rate and number of frames are then
                what the container claims, and `Walk.info` tells the truth at the end of a walk.

        Raises:
            NotAVideo: It is no video that Witness opens, or has no such stream; the message lists them.
            DamagedVideo: Nothing in it can be decoded.
            DecoderFailed: The child crashed, hung or hit a limit.
            MediaError: The file is not there or cannot be read.
        """
        request: Header = {"do": "probe", "stream": stream, "quick": quick}
        found = self._ask(path, request, lambda header, _: read_info(header))
        if len(found) != 1:
            raise DecoderFailed(f"{_name(path)}: the decoder told nothing about it.")
        return found[0]

    def frames_at(
        self,
        path: Path,
        seconds: Sequence[float],
        *,
        max_side: int | None = None,
        stream: int | None = None,
    ) -> list[Frame]:
        """Decode the frames displayed at these times.

        Args:
            path: The video file.
            seconds: Times on the one clock, in any order, repeats allowed.
            max_side: Longer side of the frames in pixels; None keeps the displayed size.
            stream: As in `probe`.

        Returns:
            One frame per time, in the order asked. Times that show the same frame share one object. Where the
            frame of a time is damaged, the last good one before it; `Frame.pts_seconds` tells.

        Raises:
            TimeOutsideVideo: A time lies before 0 or at or past the end.
            MediaError: As `probe`.
        """
        times = [float(time) for time in seconds]
        if max_side is not None and max_side < 1:
            raise ValueError(f"max_side is at least 1 pixel, got {max_side}")
        if not times:
            return []

        def read(header: Header, child: ChildProcess) -> tuple[list[int], Frame]:
            places = read_places(header, len(times))
            return places, read_frame(header, child, self._limits, max_side)

        request: Header = {"do": "frames_at", "seconds": times, "max_side": max_side, "stream": stream}
        frames = {place: frame for places, frame in self._ask(path, request, read) for place in places}
        if len(frames) != len(times):
            raise DecoderFailed(f"{_name(path)}: the decoder left times unanswered.")
        return [frames[place] for place in range(len(times))]

    def frame_times(
        self, path: Path, seconds: float, *, count: int = 1, stream: int | None = None
    ) -> list[float]:
        """Return when the frame displayed at a time and its neighbours are displayed; nothing is decoded.

        Args:
            path: The video file.
            seconds: A time on the one clock; before the first frame means that one, past the end the last.
            count: Frames on each side, at most `indexer.media.answers.MOST_AROUND`.
            stream: As in `probe`.

        Returns:
            PTS on the one clock, ascending.

        Raises:
            MediaError: As `probe`.
        """
        count = min(count, MOST_AROUND)
        request: Header = {"do": "times", "at": seconds, "count": count, "stream": stream}
        found = self._ask(path, request, lambda header, _: read_times(header, 2 * count + 1))
        if len(found) != 1:
            raise DecoderFailed(f"{_name(path)}: the decoder told nothing about its frames.")
        return found[0]

    def walk(self, path: Path, plan: WalkPlan, *, stream: int | None = None) -> Walk:
        """Stream what changes in a video, sample by sample, with some of its pictures.

        Args:
            path: The video file.
            plan: From where, how densely pictures are handed over, and how much is decoded.
            stream: As in `probe`.

        Raises:
            RuntimeError: This thread has a walk open on this decoder, so waiting would be for ever.
            MediaError: As `probe`; while walking too.
        """

        def read(header: Header, child: ChildProcess) -> Sample | Unseen | VideoInfo | None:
            match header["kind"]:
                case "sample":
                    return read_sample(header, child, self._limits, plan.max_side)
                case "damage":
                    return read_damage(header)
                case "info":
                    return read_info(header)
                case _:
                    return None  # "started"

        self._take_turn()
        self._walking_thread = threading.get_ident()
        request: Header = {
            "do": "walk",
            "plan": asdict(plan),
            "start_seconds": plan.start_seconds,
            "stream": stream,
        }
        answers = self._exchange(path, request, read)
        try:
            next(answers)  # that it started, or why it cannot
        except BaseException:
            self._end_walk()
            raise
        return Walk(answers, self._end_walk)

    def subtitles(self, path: Path, *, stream: int | None = None) -> Subtitles:
        """Read the subtitle tracks of a file, those that hold text.

        Args:
            path: The video file.
            stream: As in `probe`; its first frame is second 0.

        Raises:
            MediaError: As `probe`.
        """
        request: Header = {"do": "subtitles", "stream": stream}
        found = self._ask(path, request, lambda header, _: read_subtitles(header))
        if len(found) != 1:
            raise DecoderFailed(f"{_name(path)}: the decoder told nothing about its subtitles.")
        return found[0]

    def sound(self, path: Path, *, stream: int | None = None) -> Generator[Sound]:
        """Stream the sound of a file, one channel at `indexer.media.beside.SAMPLE_RATE`.

        It is one request until it is exhausted or closed: other requests wait for it meanwhile.

        Args:
            path: The video file.
            stream: As in `probe`; its first frame is second 0.

        Yields:
            Stretches without gaps of at most 30 s, rising in time, within the time of the pictures.

        Raises:
            MediaError: As `probe`.
        """

        def read(header: Header, child: ChildProcess) -> Sound:
            return read_sound(header, child)

        self._take_turn()
        try:
            yield from self._exchange(path, {"do": "sound", "stream": stream}, read)
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the child; an open walk ends with `DecoderFailed`."""
        self._closed.set()
        child, self._child = self._child, None
        if child is not None:
            child.kill()

    def __enter__(self) -> Decoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def _ask(self, path: Path, request: Header, read: Callable[[Header, ChildProcess], T]) -> list[T]:
        self._take_turn()
        try:
            return list(self._exchange(path, request, read))
        finally:
            self._turn.release()

    def _exchange(
        self, path: Path, request: Header, read: Callable[[Header, ChildProcess], T]
    ) -> Iterator[T]:
        """Send a request and yield what ``read`` makes of each answer; a child left midway is ended."""
        child = self._running_child()
        complete = False
        try:
            child.send(request | {"path": str(path.absolute())})
            while (header := child.receive()).get("kind") != "done":
                if header.get("kind") == "error":
                    complete = True
                    raise read_error(header)
                if header.get("kind") != "working":
                    yield read(header, child)
            complete = True
        except ChildLost as lost:
            _log.warning("decoder of %s: %s", path, lost)
            raise DecoderFailed(
                f"{_name(path)}: the isolated decoder {lost}. The file may be broken or made to do harm; "
                "convert it with ffmpeg if you trust it."
            ) from None
        finally:
            if not complete:
                child.kill()

    def _running_child(self) -> ChildProcess:
        if self._child is None or not self._child.alive:
            if self._child is not None:
                self._child.kill()
            self._child = ChildProcess(self._limits)
        return self._child

    def _take_turn(self) -> None:
        if self._closed.is_set():
            raise RuntimeError("this Decoder is closed: make a new one")
        if self._walking_thread == threading.get_ident():
            raise RuntimeError(
                "this thread has a walk open on this Decoder: finish or close it, or use another Decoder"
            )
        self._turn.acquire()
        if self._closed.is_set():  # while waiting
            self._turn.release()
            raise RuntimeError("this Decoder was closed: make a new one")

    def _end_walk(self) -> None:
        self._walking_thread = None
        self._turn.release()


class Walk(Iterator[Sample]):
    """Samples in the order of time; ends by itself, or early with `close` or a ``with`` block."""

    def __init__(
        self, answers: Iterator[Sample | Unseen | VideoInfo | None], on_end: Callable[[], None]
    ) -> None:
        self._answers = answers
        self._on_end: Callable[[], None] | None = on_end
        self._noted = Damage()
        self.damage = self._noted.told
        """Spans that could not be decoded, with the reason; filled while walking, whole at the end."""
        self.info: VideoInfo | None = None
        """The facts about the video, once all its packets were read: at the latest when the walk ended."""

    def __next__(self) -> Sample:
        if self._on_end is None:
            raise StopIteration
        try:
            for seen in self._answers:
                if isinstance(seen, Sample):
                    return seen
                if isinstance(seen, Unseen):
                    self._noted.add(seen)
                if isinstance(seen, VideoInfo):
                    self.info = seen
        except BaseException:
            self.close()
            raise
        self.close()
        raise StopIteration

    def close(self) -> None:
        """Stop; the decoder is free for the next request."""
        on_end, self._on_end = self._on_end, None
        if on_end is not None:
            self._answers.close()  # type: ignore[attr-defined]  # a generator: its child is ended if still at work
            on_end()

    def __enter__(self) -> Walk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


def _name(path: Path) -> str:
    return printable(path.name)
