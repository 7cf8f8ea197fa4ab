"""Which files are opened: plain local files whose content is a video container, whatever their name says.

ffmpeg follows references by default: an ``.mp4`` that holds a playlist decodes *another* file, and URLs are
fetched. So text is refused unread, only some containers are tried, and the only protocol is ``file``.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import av
from av.codec.context import CodecContext
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from indexer.discovery import printable
from indexer.errors import MediaError, NotAVideo
from indexer.media.demuxers import opening_options

CONTAINER_WORDS = "MP4/MOV, Matroska/WebM, AVI, MPEG-TS/PS, FLV, WMV, Ogg, MXF and a few more"

_SNIFFED_BYTES = 4096
_TEXT_CONTROLS = frozenset(b"\t\n\f\r\x1b")
_REFERENCES = (
    b"#EXTM3U",
    b"ffconcat",
    b"<MPD",
    b"<SmoothStreamingMedia",
    b"v=0",
    b"[playlist]",
    b"[Reference]",
)
_POINTS_ELSEWHERE = "is a playlist or script that points at other files. Give the videos themselves."
_BEFORE_TEXT = b"\xef\xbb\xbf \t\r\n"
"""A byte order mark and white space."""
_OTHER_FILES = {
    b"\xff\xd8\xff": "a JPEG picture", b"\x89PNG": "a PNG picture", b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document", b"PK\x03\x04": "a ZIP archive (unpack it first)",
    b"ID3": "an audio file (MP3)",
    b"fLaC": "an audio file (FLAC)", b"\x1f\x8b": "a gzip archive (unpack it first)",
    b"7z\xbc\xaf": "a 7z archive (unpack it first)", b"Rar!": "a RAR archive (unpack it first)",
}  # fmt: skip
_NOT_THE_PICTURE = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


def printable_name(path: Path) -> str:
    """Name of the file for messages; what is no printable text stands as escapes."""
    return printable(path.name)


def open_container(path: Path, max_pixels: int) -> InputContainer:
    """Open a file's container, after a look at what the file is.

    Args:
        path: Absolute path.
        max_pixels: No decoder makes a picture larger than this to find out about a stream.

    Raises:
        MediaError: The file is gone or cannot be read.
        NotAVideo: It is no regular file, is empty, or holds no container that Witness opens.
    """
    head = _read_head(path)
    _refuse_other_files(path, head)
    errors: list[av.FFmpegError] = []
    for options in opening_options(max_pixels, is_mp4=_is_mp4(head)):
        try:
            return av.open(str(path), mode="r", options=options, metadata_errors="replace")
        except MemoryError:
            raise
        except av.FFmpegError as error:
            errors.append(error)
    # A format that is not on an attempt's list is an "invalid argument": another attempt knows better.
    told = [error for error in errors if not isinstance(error, av.ArgumentError)]
    raise NotAVideo(_why_unopened(path, head, (told or errors)[0]))


def video_stream(path: Path, container: InputContainer, number: int | None = None) -> VideoStream:
    """Choose the stream that players show, or the one that a person wants.

    Players take the default one, or of several the one with the largest picture, or of those the first; never
    a cover picture.

    Args:
        path: For messages.
        container: Open.
        number: Of the stream in the file, as ``ffprobe`` counts; None to choose as players do.

    Raises:
        NotAVideo: There is no video stream, no decoder for it, or no video stream of this number.
    """
    streams = [s for s in container.streams.video if not s.disposition & _NOT_THE_PICTURE]
    if not streams:
        kinds = {s.type for s in container.streams}
        if not kinds and b"rmra" in _read_head(path):  # QuickTime's reference movie
            raise NotAVideo(f"{printable_name(path)} {_POINTS_ELSEWHERE}")
        what = "holds only sound" if "audio" in kinds else "holds no video stream"
        raise NotAVideo(f"{printable_name(path)} {what}: there is no picture to look at.")
    if number is None:
        chosen = [s for s in streams if s.disposition & Disposition.default] or streams
        stream = max(chosen, key=_picture_pixels)  # the first of equals
    else:
        stream = _numbered(path, streams, number)
    if stream.codec_context is None:
        raise NotAVideo(
            f"{printable_name(path)}: there is no decoder for its video codec. "
            "Convert it to H.264 with ffmpeg and index that."
        )
    return stream


def _numbered(path: Path, streams: list[VideoStream], number: int) -> VideoStream:
    for stream in streams:
        if stream.index == number:
            return stream
    raise NotAVideo(
        f"{printable_name(path)} has no video stream {number}. Its video streams: "
        f"{'; '.join(map(_in_words, streams))}. Choose one of these with --stream, or leave it out."
    )


def _in_words(stream: VideoStream) -> str:
    decoder: CodecContext | None = stream.codec_context
    if decoder is None:
        return f"{stream.index} (unknown codec)"
    words = f"{stream.index} ({decoder.codec.canonical_name}"
    words += f", {stream.width}x{stream.height}" if stream.width else ""  # of some only a decoder learns it
    return words + (", default)" if stream.disposition & Disposition.default else ")")


def _picture_pixels(stream: VideoStream) -> int:
    return stream.width * stream.height if stream.codec_context is not None else 0


def _read_head(path: Path) -> bytes:
    name = printable_name(path)
    try:
        # A pipe without a writer would block a plain open for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise NotAVideo(f"{name} is no regular file. Give the path of a video file.")
        with path.open("rb") as file:
            head = file.read(_SNIFFED_BYTES)
    except FileNotFoundError:
        raise MediaError(f"{name} is not there any more: was it moved or deleted? ({path.parent})") from None
    except PermissionError:
        raise MediaError(f"{name} cannot be read: this user lacks the permission.") from None
    except OSError as error:
        raise MediaError(f"{name} cannot be read: {error.strerror or error}.") from None
    if not head:
        raise NotAVideo(f"{name} is empty (0 bytes): copy it again from where it came.")
    return head


def _refuse_other_files(path: Path, head: bytes) -> None:
    name = printable_name(path)
    is_text = _is_text(head)
    if head.lstrip(_BEFORE_TEXT).startswith(_REFERENCES) or (is_text and any(m in head for m in _REFERENCES)):
        raise NotAVideo(f"{name} {_POINTS_ELSEWHERE}")
    if is_text:
        raise NotAVideo(f"{name} is a text file, whatever its name says.")
    if not head.strip(b"\0"):
        raise NotAVideo(f"{name} begins with nothing but zeros: its copy or download never finished.")
    for magic, what in _OTHER_FILES.items():
        if head.startswith(magic):
            raise NotAVideo(f"{name} is {what}, not a video.")
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        raise NotAVideo(f"{name} is an audio file (WAV), not a video.")


def _is_text(head: bytes) -> bool:
    """Tell whether the first bytes are text in UTF-8 or UTF-16; no video container begins so."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # else the 4096 bytes only end inside a character
            return False
        text = head[: error.start].decode("utf-8")
    return all(ord(sign) >= 32 or ord(sign) in _TEXT_CONTROLS for sign in text)


def _is_mp4(head: bytes) -> bool:
    return head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


def _why_unopened(path: Path, head: bytes, error: av.FFmpegError) -> str:
    name = printable_name(path)
    if _is_mp4(head) and "moov" not in _top_boxes(path):
        return (
            f"{name}: its index (moov) is missing: the recording or copy was cut off before it was finished. "
            "Copy it again from the camera, or repair it with a tool such as untrunc."
        )
    return (
        f"{name} is no video container that Witness opens ({CONTAINER_WORDS}), or its header is damaged "
        f"(ffmpeg: {error.strerror})."
    )


def _top_boxes(path: Path) -> set[str]:
    """Names of an MP4's top-level boxes, as far as they can be followed."""
    names: set[str] = set()
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        position = 0
        while position + 8 <= size and len(names) < 1000:
            file.seek(position)
            header = file.read(16)
            length = int.from_bytes(header[:4], "big")
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            names.add(header[4:8].decode("latin-1"))
            if length < 8:
                break  # 0 means "to the end of the file"
            position += length
    return names
