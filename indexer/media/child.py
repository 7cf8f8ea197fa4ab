"""The decoding child: ``python -m indexer.media.child LIMITS_AS_JSON``.

Reads requests from its standard input and answers on its standard output until the input closes. Nothing else
runs in this process, so a crash, a hang or a break-in by a crafted video ends here.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO

import av.subtitles.stream  # noqa: F401  # PyAV loads it late, when memory may be short already
import cv2
import numpy as np

from indexer.errors import DecoderFailed, MediaError
from indexer.media.beside import Sound
from indexer.media.clips import cut
from indexer.media.codec_log import CodecLog
from indexer.media.formats import printable_name
from indexer.media.frame_times import times_around
from indexer.media.levels.glance import glance
from indexer.media.levels.walker import LevelsWalk
from indexer.media.limits import DecoderLimits
from indexer.media.messages import Header, read_header, write_message
from indexer.media.planes import Planes
from indexer.media.prints import print_message, prints_at
from indexer.media.samples import Sample, WalkMode, WalkPlan
from indexer.media.sound import read_sound
from indexer.media.subtitles import read_subtitles
from indexer.media.video_file import VideoFiles, identity, size_of
from indexer.media.walking import frames_at, walk_full
from indexer.timeline import Frame, Span, Unseen

_BEAT_SECONDS = 1.0
_NO_BODY: tuple[memoryview, ...] = ()
Answer = tuple[Header, tuple[memoryview, ...]]


class Server:
    """Answers one request after the other."""

    def __init__(self, requests: IO[bytes], answers: IO[bytes], limits: DecoderLimits, log: CodecLog) -> None:
        self._requests = requests
        self._answers = answers
        self._limits = limits
        self._last_sign = time.monotonic()
        self._thread = threading.get_ident()
        self._log = log
        self._files = VideoFiles(limits, self._beat, log)

    def run(self) -> None:
        """Serve until the parent closes the pipe."""
        while (request := read_header(self._requests)) is not None:
            self._limits.allow_request(size_of(Path(request["path"])))
            self._send(*self._final_answer(request))

    def _final_answer(self, request: Header) -> Answer:
        name = printable_name(Path(request["path"]))
        try:
            for header, body in self._answer(request):
                self._send(header, body)
        except MediaError as error:
            return _failure(type(error).__name__, str(error))
        except MemoryError:
            limit = self._limits.memory_bytes / 1024**2
            return _failure(
                DecoderFailed.__name__,
                f"{name} needs more memory than the decoder may use ({limit:.0f} MiB): its pictures are too "
                "large, or it is made to exhaust memory. Scale it down with ffmpeg.",
            )
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001  # the parent must hear of it, whatever it is
            return _failure(
                DecoderFailed.__name__,
                f"{name} cannot be decoded ({type(error).__name__}: {error}).",
            )
        return {"kind": "done"}, _NO_BODY

    def _answer(self, request: Header) -> Iterator[Answer]:
        path = Path(request["path"])
        self._files.stream = request.get("stream")
        match request["do"]:
            case "probe":
                quick = request.get("quick", False)
                info = glance(self._files, path).info if quick else self._files.get(path).info
                yield {"kind": "info", **asdict(info)}, _NO_BODY
            case "walk":
                yield from self._walk(path, request)
            case "frames_at":
                found = frames_at(self._files, path, request["seconds"], request["max_side"])
                for frame, places in found:
                    yield _frame_message(frame, places=places)
            case "times":
                yield times_around(self._files, path, request["at"], request["count"]), _NO_BODY
            case "subtitles":
                yield read_subtitles(self._files, path, self._beat), _NO_BODY
            case "sound":
                for sound in read_sound(self._files, path, self._beat):
                    yield _sound_message(sound)
            case "prints":
                for taken, frame, places in prints_at(
                    self._files, path, request["seconds"], request["max_side"]
                ):
                    yield _frame_message(frame, places=places, **print_message(taken))
            case "clip":
                span = Span(request["start"], request["end"])
                header, clip = cut(self._files, path, span, self._beat, with_data=request["with_data"])
                yield header, (clip,)
            case other:
                raise ValueError(f"unknown request {other!r}")

    def _walk(self, path: Path, request: Header) -> Iterator[Answer]:
        began = identity(path)
        try:
            yield from self._walked(path, request)
        except MediaError:
            # What is cut off under the walk looks as if it had always been broken.
            _refuse_changed(path, began)
            raise
        _refuse_changed(path, began)
        yield {"kind": "info", **asdict(self._files.get(path).info)}, _NO_BODY

    def _walked(self, path: Path, request: Header) -> Iterator[Answer]:
        plan = WalkPlan(**request["plan"] | {"mode": WalkMode(request["plan"]["mode"])})
        seen = self._full_walk(path, plan) if plan.mode is WalkMode.FULL else self._levels_walk(path, plan)
        for one in seen:
            match one:
                case Sample():
                    yield _sample_message(one)
                case Unseen():
                    yield _damage_message(one)
                case None:
                    yield {"kind": "started"}, _NO_BODY

    def _full_walk(self, path: Path, plan: WalkPlan) -> Iterator[Sample | Unseen | None]:
        """Walk in full; the first thing is None, when it is known that the file can be walked."""
        self._files.get(path)
        yield None
        yield from walk_full(self._files, path, plan)

    def _levels_walk(self, path: Path, plan: WalkPlan) -> Iterator[Sample | Unseen | None]:
        with LevelsWalk(self._files, path, plan, self._limits, self._log.patched_up, self._beat) as walk:
            yield None
            yield from walk.seen()

    def _send(self, header: Header, body: tuple[memoryview, ...]) -> None:
        write_message(self._answers, header, body)
        self._last_sign = time.monotonic()

    def _beat(self) -> None:
        """Give a sign of life when the last one is long ago; called between packets, so a hang is silent."""
        if threading.get_ident() != self._thread:
            return  # a walk's own threads do not write to the pipe
        if time.monotonic() - self._last_sign > _BEAT_SECONDS:
            self._send({"kind": "working"}, _NO_BODY)


def _refuse_changed(path: Path, began: object) -> None:
    """Refuse a file that was written to since its walk began: its frames may be another video's."""
    if identity(path) not in (None, began):  # of one that is gone, its error tells
        raise MediaError(
            f"{printable_name(path)} changed while it was read. Index it again when it is finished."
        )


def _frame_message(frame: Frame, **more: object) -> Answer:
    height, width, _ = frame.pixels.shape
    header = {"kind": "frame", "pts_seconds": frame.pts_seconds, "width": width, "height": height, **more}
    return header, (frame.pixels.data.cast("B"),)


def _planes_message(picture: Planes) -> Answer:
    height, width = picture.planes[0].shape
    header: Header = {
        "width": width,
        "height": height,
        "colours": asdict(picture.colours),
        "quarter_turns": picture.quarter_turns,
        "mirrored": picture.mirrored,
    }
    return header, tuple(plane.data.cast("B") for plane in picture.planes)


def _sample_message(sample: Sample) -> Answer:
    header: Header = {
        "kind": "sample",
        "pts_seconds": sample.pts_seconds,
        "activity": sample.activity,
        "is_cut": sample.is_cut,
    }
    if sample.frame is None:
        return header, _NO_BODY
    picture = sample.frame.unpainted
    frame_header, body = (
        _planes_message(picture) if isinstance(picture, Planes) else _frame_message(sample.frame)
    )
    return frame_header | header, body


def _sound_message(sound: Sound) -> Answer:
    header: Header = {"kind": "sound", "pts_seconds": sound.start_seconds, "samples": len(sound.samples)}
    return header, (np.ascontiguousarray(sound.samples, dtype="<i2").data.cast("B"),)


def _damage_message(unseen: Unseen) -> Answer:
    start, end = unseen.span.start_seconds, unseen.span.end_seconds
    return {"kind": "damage", "start": start, "end": end, "reason": unseen.reason}, _NO_BODY


def _failure(error: str, message: str) -> Answer:
    return {"kind": "error", "error": error, "message": message}, _NO_BODY


def _private_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Take the two pipes for the protocol, so that nothing printed by a library gets between messages."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return requests, answers


def main() -> None:
    """Run the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, whose end closes the pipe
    requests, answers = _private_pipes()
    log = CodecLog()
    log.take_over_stderr()
    limits = DecoderLimits(**json.loads(sys.argv[1]))
    limits.bind_process()
    cv2.setNumThreads(1)  # the pictures are small: more threads would only wait for each other
    try:
        Server(requests, answers, limits, log).run()
    except BrokenPipeError:
        os._exit(0)  # the parent is gone; flushing the pipe again would only fail again


if __name__ == "__main__":
    main()
