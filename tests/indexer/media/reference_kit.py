"""Files whose containers name other files, byte by byte, and a watch over which files are opened."""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path
from types import TracebackType

_IN_OPEN = 0x20
_SEGMENT, _INFO, _TRACKS, _CHAPTERS = map(bytes.fromhex, ("18538067", "1549A966", "1654AE6B", "1043A770"))
_UID, _PREVIOUS, _NEXT = map(bytes.fromhex, ("73A4", "3CB923", "3EB923"))
_PREVIOUS_NAME, _NEXT_NAME = map(bytes.fromhex, ("3C83AB", "3E83BB"))


class Watch:
    """Notes the names of the files of a folder that anybody opens, through the kernel's inotify."""

    def __init__(self, folder: Path) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._handle: int = self._libc.inotify_init1(os.O_NONBLOCK)
        if self._handle < 0 or self._libc.inotify_add_watch(self._handle, bytes(folder), _IN_OPEN) < 0:
            raise OSError(ctypes.get_errno(), "inotify")

    def opened(self) -> set[str]:
        """Return the names of what was opened since the last call."""
        names: set[str] = set()
        try:
            events = os.read(self._handle, 1 << 16)
        except BlockingIOError:
            return names
        place = 0
        while place < len(events):
            _, _, _, length = struct.unpack_from("iIII", events, place)
            names.add(events[place + 16 : place + 16 + length].rstrip(b"\0").decode())
            place += 16 + length
        return names - {""}

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._handle)


# -- Matroska ----------------------------------------------------------------------------------------------


def link_segment(
    path: Path, uid: bytes, *, before: tuple[bytes, str], after: tuple[bytes, str], chapters: list[bytes]
) -> None:
    """Make a Matroska file one part of a chain of files, as its specification's linked segments are.

    Args:
        path: Written without places in it (the muxer's option ``live``); it is overwritten.
        uid: The 16 bytes by which other files name it.
        before: UID and name of the file that is played before it.
        after: UID and name of the file that is played after it.
        chapters: UIDs of the segments whose first second each is played, one after the other.
    """
    data = path.read_bytes()
    segment = data.index(_SEGMENT) + len(_SEGMENT) + 8
    info = ebml(bytes.fromhex("2AD7B1"), (10**6).to_bytes(3, "big"))  # ticks of 1 ms
    info += ebml(bytes.fromhex("4D80"), b"kit") + ebml(bytes.fromhex("5741"), b"kit") + ebml(_UID, uid)
    info += ebml(_PREVIOUS, before[0]) + ebml(_PREVIOUS_NAME, before[1].encode())
    info += ebml(_NEXT, after[0]) + ebml(_NEXT_NAME, after[1].encode())
    atoms = b"".join(_chapter(number + 1, named) for number, named in enumerate(chapters))
    ordered = ebml(b"\x45\xbc", b"\1") + ebml(b"\x45\xdb", b"\1") + ebml(b"\x45\xdd", b"\1")
    edition = ebml(_CHAPTERS, ebml(b"\x45\xb9", ordered + atoms))
    path.write_bytes(data[:segment] + ebml(_INFO, info) + edition + data[data.rindex(_TRACKS) :])


def _chapter(number: int, segment: bytes) -> bytes:
    first_second = ebml(b"\x91", bytes(8)) + ebml(b"\x92", (10**9).to_bytes(8, "big"))
    return ebml(
        b"\xb6",
        ebml(b"\x73\xc4", bytes([number])) + first_second
        + ebml(b"\x98", b"\0") + ebml(b"\x45\x98", b"\1") + ebml(b"\x6e\x67", segment),
    )  # fmt: skip


def ebml(name: bytes, content: bytes) -> bytes:
    """An element of Matroska, its length in eight bytes."""
    return name + (1 << 56 | len(content)).to_bytes(8, "big") + content


# -- QuickTime and MP4 -------------------------------------------------------------------------------------


def refer_by_alias(path: Path, target: str) -> None:
    """Make an MP4's track take its samples from ``target``, as QuickTime's external references do.

    The MP4's index must come last: boxes before the media data would move it.
    """
    _replace_data_reference(path, _alias(target))


def refer_by_url(path: Path, url: str) -> None:
    """Make an MP4's track take its samples from a URL, as ISO's external references do: flags of 0."""
    _replace_data_reference(path, box(b"url ", bytes(4) + url.encode() + b"\0"))


def reference_movie(references: list[bytes]) -> bytes:
    """A QuickTime movie that is nothing but a list of other movies, of which a player takes one."""
    descriptors = b"".join(box(b"rmda", reference) for reference in references)
    return box(b"ftyp", b"qt  \0\0\0\0qt  ") + box(b"moov", box(b"rmra", descriptors))


def add_reference_movie(path: Path, references: list[bytes]) -> None:
    """Put such a list into a movie that has a track of its own; its index must come last."""
    data = path.read_bytes()
    moov = data.rindex(b"moov") - 4
    (size,) = struct.unpack_from(">I", data, moov)
    more = box(b"rmra", b"".join(box(b"rmda", reference) for reference in references))
    grown = struct.pack(">I", size + len(more)) + data[moov + 4 : moov + size] + more
    path.write_bytes(data[:moov] + grown + data[moov + size :])


def movie_by_url(url: str) -> bytes:
    """What stands in `reference_movie` for a movie at a URL, absolute or relative to the file."""
    text = url.encode() + b"\0"
    return box(b"rdrf", bytes(4) + b"url " + struct.pack(">I", len(text)) + text)


def movie_by_alias(target: str) -> bytes:
    """What stands in `reference_movie` for a movie at a path."""
    record = _alias(target)[12:]
    return box(b"rdrf", bytes(4) + b"alis" + struct.pack(">I", len(record)) + record)


def box(name: bytes, content: bytes) -> bytes:
    """A box of an MP4."""
    return struct.pack(">I", len(content) + 8) + name + content


def _replace_data_reference(path: Path, entry: bytes) -> None:
    data = path.read_bytes()
    place = data.index(b"dref") - 4
    (old_size,) = struct.unpack_from(">I", data, place)
    new = box(b"dref", struct.pack(">II", 0, 1) + entry)
    grown = bytearray(data[:place] + new + data[place + old_size :])
    for name in (b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        start = grown.rindex(name, 0, place) - 4
        (size,) = struct.unpack_from(">I", grown, start)
        struct.pack_into(">I", grown, start, size + len(new) - old_size)
    path.write_bytes(grown)


def _alias(target: str) -> bytes:
    """A Macintosh alias, in its box, whose type-2 part is an absolute path."""
    name = target.rpartition("/")[2].encode()[:63]
    path = target.encode()
    body = bytes(10) + bytes([4]) + b"disk".ljust(27, b"\0") + bytes(12)
    body += bytes([len(name)]) + name.ljust(63, b"\0") + bytes(16) + struct.pack(">hh", 1, 1) + bytes(16)
    body += struct.pack(">HH", 2, len(path)) + path + bytes(len(path) % 2) + struct.pack(">HH", 0xFFFF, 0)
    return box(b"alis", bytes(4) + body)
