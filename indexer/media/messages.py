"""How the parent and the decoding child talk: 4 bytes of length, a JSON object, then raw bytes.

There is no pickle in it on purpose: unpickling runs code, and a child that a crafted video has taken over
must not be able to run any in the parent. Whatever arrives is checked before it is used.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import IO, Any

import numpy as np

Header = dict[str, Any]

MAX_HEADER_BYTES = 16 * 1024**2
_LENGTH = struct.Struct(">I")


class BrokenMessage(Exception):
    """What arrived is no message of this protocol."""


def write_message(stream: IO[bytes], header: Header, body: Sequence[memoryview] = ()) -> None:
    """Send one message and flush it.

    Lone surrogates, which stand for the odd bytes of file names, survive JSON's escapes.
    """
    text = json.dumps(header).encode("ascii")
    stream.write(_LENGTH.pack(len(text)) + text)
    for part in body:
        stream.write(part)
    stream.flush()


def read_header(stream: IO[bytes]) -> Header | None:
    """Receive the JSON part of one message; None at the end of the stream.

    Raises:
        BrokenMessage: The length is out of bounds, or the text is no JSON object.
    """
    prefix = stream.read(_LENGTH.size)
    if not prefix:
        return None
    if len(prefix) < _LENGTH.size:
        raise BrokenMessage("the stream ends inside a message")
    (length,) = _LENGTH.unpack(prefix)
    if length > MAX_HEADER_BYTES:
        raise BrokenMessage(f"a header of {length} bytes")
    try:
        header = json.loads(bytes(read_body(stream, length)))
    except (ValueError, RecursionError) as error:
        raise BrokenMessage(f"a header that is no JSON: {error}") from None
    if not isinstance(header, dict):
        raise BrokenMessage("a header that is no JSON object")
    return header


def read_body(stream: IO[bytes], size: int) -> memoryview:
    """Receive exactly ``size`` raw bytes.

    Raises:
        BrokenMessage: The stream ends before.
    """
    view = np.empty(size, np.uint8).data  # a bytearray would be filled with zeros first
    filled = 0
    while filled < size:
        count = stream.readinto(view[filled:])  # type: ignore[attr-defined]
        if not count:
            raise BrokenMessage("the stream ends inside a message")
        filled += count
    return view
