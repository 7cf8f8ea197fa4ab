"""Which demuxer of ffmpeg opens a file, and what is kept from it: other files, servers, large pictures."""

from __future__ import annotations

from functools import cache

from av.codec import Codec, codecs_available
from av.codec.codec import UnknownCodecError

_LATE_STREAMS = ("mpeg", "flv", "live_flv", "dhav")
"""Demuxers that learn of their streams from packets only, when no decoder can be told its limits any more."""

_EARLY_STREAMS = (
    "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "mpegts", "mpegvideo",
    "asf", "ogg", "mxf", "gxf", "dv", "nut", "ivf", "wtv", "h264", "hevc",
)  # fmt: skip
"""The others that may be used. None of them opens a second file."""


def opening_options(max_pixels: int, *, is_mp4: bool) -> list[dict[str, str]]:
    """Return ffmpeg's options for opening a container, and those for another attempt where that fails.

    Args:
        max_pixels: No decoder makes a picture larger than this to find out about a stream.
        is_mp4: The file begins as an MP4 does.
    """
    common = {
        "protocol_whitelist": "file",
        "enable_drefs": "0",  # samples of an MP4 that lie in another file; ffmpeg's default, which may change
        "use_absolute_path": "0",
    }
    early = common | {"format_whitelist": ",".join(_EARLY_STREAMS), "max_pixels": str(max_pixels)}
    if is_mp4:
        # ffmpeg collects an MP4's fragments first and gives up where one is cut off: then read in sequence.
        return [early, early | {"fflags": "+ignidx"}]
    # To find out about a stream ffmpeg decodes its first pictures, however large: where no limit reaches the
    # decoder, there is none. The parsers tell what is needed, but for a few codecs the size.
    return [early, common | {"format_whitelist": ",".join(_LATE_STREAMS), "codec_whitelist": _harmless()}]


@cache
def _harmless() -> str:
    """Return the names of the decoders that may look at a stream without a limit: they make no pictures.

    MPEG-1 and 2 must, or frames without a time get none; they only read headers then.
    """
    decoders = (Codec(name, "r") for name in sorted(codecs_available) if _can_decode(name))
    sound = {decoder.name for decoder in decoders if decoder.type == "audio"}
    return ",".join(sorted(sound | {"mpeg1video", "mpeg2video", "mpegvideo"}))


def _can_decode(name: str) -> bool:
    try:
        return Codec(name, "r").is_decoder
    except UnknownCodecError:
        return False  # it only encodes
