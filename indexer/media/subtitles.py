"""The subtitle tracks of a file, read in the child; nobody trusts the file, so all of it is bounded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
from av.codec.context import CodecContext
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.subtitles.subtitle import AssSubtitle

from indexer.media.beside import MAX_TRACKS
from indexer.media.messages import Header
from indexer.media.tracks import TrackReader
from indexer.media.video_file import VideoFiles
from indexer.texts.markup import ass_text
from indexer.texts.model import MAX_TEXTS

MAX_CHARACTERS = 1_000_000
"""Characters of all texts of one file together."""
_BITMAP, _TEXT = 1 << 16, 1 << 17
"""Properties of subtitle codecs, as libavcodec/codec_desc.h numbers them."""
_STAYS_SECONDS = 5.0
"""How long a subtitle without an end is taken to be shown."""


def read_subtitles(files: VideoFiles, path: Path, beat: Callable[[], None]) -> Header:
    """Return the message with a file's subtitles.

    It holds ``cues``, lists of track number, start, end and text, ``labels`` by track number, ``unreadable``
    tracks in words, and how many texts were ``skipped``.

    Raises:
        MediaError: As `VideoFiles.get`.
    """
    index = files.get(path).index
    with files.opened_whole(path) as (container, pictures):
        readable = {track.index: track for track in _tracks(container) if _is_text(track)}
        reader = TrackReader(container, pictures, index, beat)
        cues, skipped = _cues(reader, list(readable.values())) if readable else ([], 0)
        return {
            "kind": "subtitles",
            "cues": cues,
            "labels": {str(number): _label(track) for number, track in readable.items()},
            "unreadable": [_why_not(track) for track in _tracks(container) if track.index not in readable],
            "skipped": skipped,
        }


def _tracks(container: InputContainer) -> list[Stream]:
    return [stream for stream in container.streams if stream.type == "subtitle"][:MAX_TRACKS]


def _is_text(track: Stream) -> bool:
    context = track.codec_context
    return context is not None and _has(context, _TEXT)


def _has(context: CodecContext, kind: int) -> bool:
    return bool(context.codec.properties & kind)


def _label(track: Stream) -> str:
    language = track.metadata.get("language", "")[:20]
    return f"track {track.index}" + (f" ({language})" if language and language != "und" else "")


def _why_not(track: Stream) -> str:
    context = track.codec_context
    codec = context.codec.canonical_name if context is not None else "unknown codec"
    is_bitmap = context is not None and _has(context, _BITMAP)
    kind = f"{codec}, pictures of text" if is_bitmap else codec
    return f"{_label(track)}: {kind}"


def _cues(reader: TrackReader, tracks: list[Stream]) -> tuple[list[list[object]], int]:
    """Return track number, start, end and text of each subtitle, and how many could not be read."""
    cues: list[list[object]] = []
    skipped = characters = 0
    for packet in reader.packets(tracks):
        try:
            text = _text(packet)
        except (av.FFmpegError, ValueError):
            skipped += 1
            continue
        if not text:
            continue  # MP4 fills the time between two subtitles with empty ones
        characters += len(text)
        if packet.pts is None or len(cues) >= MAX_TEXTS or characters > MAX_CHARACTERS:
            skipped += 1
            continue
        time_base = packet.time_base
        start = reader.on_one_clock(packet.pts, time_base)
        seconds = float((packet.duration or 0) * time_base) or _STAYS_SECONDS
        cues.append([packet.stream.index, start, start + seconds, text])
    return cues, skipped


def _text(packet: Packet[Stream]) -> str:
    shown = [each for each in packet.decode() if isinstance(each, AssSubtitle)]
    return " ".join(filter(None, (ass_text(each.ass.decode("utf-8", "replace")) for each in shown)))
