"""The sound of a file, decoded in the child: one channel of 16,000 samples a second, in bounded chunks.

A chunk is sound without a gap. Where sound is missing the next chunk begins later, so that a sample's time is
that of its picture whatever the file leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from indexer.media.beside import CHUNK_SAMPLES, SAMPLE_RATE, Sound
from indexer.media.tracks import TrackReader
from indexer.media.video_file import VideoFiles

_JITTER_SECONDS = 0.1
"""Containers round the times of sound; so much is no gap."""
_MAX_INPUT_RATE = 768_000
_MAX_CHANNELS = 64


def read_sound(files: VideoFiles, path: Path, beat: Callable[[], None]) -> Iterator[Sound]:
    """Decode the sound that players play beside the pictures; nothing where there is none.

    Raises:
        MediaError: As `VideoFiles.get`.
    """
    video = files.get(path)
    with files.opened_whole(path) as (container, pictures):
        track = _track(container, pictures)
        if track is not None:
            reader = TrackReader(container, pictures, video.index, beat)
            yield from _Chunks(video.info.duration_seconds).of(_heard(reader, track))


def _track(container: InputContainer, pictures: VideoStream) -> AudioStream | None:
    chosen = container.streams.best("audio", related=pictures)
    if not isinstance(chosen, AudioStream) or not _has_decoder(chosen):
        return None
    usable = 0 < chosen.rate <= _MAX_INPUT_RATE and 0 < chosen.channels <= _MAX_CHANNELS
    return chosen if usable else None


def _has_decoder(stream: Stream) -> bool:
    context: CodecContext | None = stream.codec_context
    return context is not None


def _heard(reader: TrackReader, track: AudioStream) -> Iterator[tuple[float | None, NDArray[np.int16]]]:
    """Yield the samples of each decoded frame, and when its first one is heard; None where it is not told."""
    resampler: AudioResampler | None = None
    form: tuple[str, int, str] | None = None
    for packet in reader.packets([track]):
        for frame in _decoded(packet):
            told = (frame.format.name, frame.sample_rate, frame.layout.name)
            if resampler is None or told != form:  # a recording may change its form on the way
                resampler, form = AudioResampler("s16", "mono", SAMPLE_RATE), told
            told_pts, time_base = frame.pts, frame.time_base
            start = reader.on_one_clock(told_pts, time_base) if told_pts is not None and time_base else None
            frame.pts = None
            parts = [part.to_ndarray().reshape(-1) for part in resampler.resample(frame)]
            yield start, np.concatenate(parts) if parts else np.empty(0, np.int16)


def _decoded(packet: Packet[Stream]) -> list[AudioFrame]:
    """Decode a packet; a damaged one is a gap."""
    try:
        return [frame for frame in packet.decode() if isinstance(frame, AudioFrame)]
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError):
        return []


class _Chunks:
    """Joins what follows without a gap, up to the length of a chunk, within the time of the pictures."""

    def __init__(self, duration_seconds: float) -> None:
        self._duration_seconds = duration_seconds
        self._start = 0.0
        self._parts: list[NDArray[np.int16]] = []
        self._count = 0

    @property
    def _end(self) -> float:
        return self._start + self._count / SAMPLE_RATE

    def of(self, heard: Iterator[tuple[float | None, NDArray[np.int16]]]) -> Iterator[Sound]:
        """Yield chunks, rising in time."""
        for start, samples in heard:
            at = self._end if start is None else start
            if at >= self._duration_seconds:
                continue
            if at > self._end + _JITTER_SECONDS:
                yield from self._let_go(at)
            elif at < self._end - _JITTER_SECONDS:  # heard before, or before the first picture
                samples = samples[round((self._end - at) * SAMPLE_RATE) :]
            room = max(0, round((self._duration_seconds - self._end) * SAMPLE_RATE))
            self._parts.append(samples[:room])
            self._count += len(samples[:room])
            while self._count >= CHUNK_SAMPLES:
                yield self._whole_chunk()
        yield from self._let_go(self._end)

    def _whole_chunk(self) -> Sound:
        samples = np.concatenate(self._parts)
        chunk = Sound(self._start, samples[:CHUNK_SAMPLES])
        self._parts, self._start = [samples[CHUNK_SAMPLES:]], chunk.end_seconds
        self._count -= CHUNK_SAMPLES
        return chunk

    def _let_go(self, next_start: float) -> Iterator[Sound]:
        """Give what is left before a gap."""
        if self._count:
            yield Sound(self._start, np.concatenate(self._parts))
        self._parts, self._start, self._count = [], next_start, 0
