"""What ffmpeg alone makes of a file, decoding it from its start: the witness that the fuzz run calls on.

    python -m bench.media.plain FILE

Prints a JSON list of [PTS in seconds, number read from the pixels or -1]. A process of its own, for the
file may crash it. Raw streams carry no times; there the order of the pictures is all there is.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import av

sys.path.append(str(Path(__file__).parents[2] / "tests" / "indexer" / "media"))

from fuzz_kit import RATE, numbered

_SECONDS = 30
UNREADABLE = -1


def decode(path: Path, threads: str) -> list[tuple[float, int]]:
    """Decode everything that can be, going on after errors."""
    found, count = [], 0
    with av.open(str(path), options={"max_pixels": "4000000"}, metadata_errors="replace") as container:
        stream = container.streams.video[0]
        stream.thread_type, stream.thread_count = threads, 2
        for packet in _packets(container, stream):
            try:
                frames = stream.codec_context.decode(packet)
            except av.FFmpegError:
                continue
            for frame in frames:
                pts = frame.pts if frame.pts is not None else frame.dts
                number = None if frame.is_corrupt else numbered(frame.to_ndarray(format="rgb24"))
                seconds = float(pts * stream.time_base) if pts is not None else count / RATE
                found.append((seconds, UNREADABLE if number is None else number))
                count += 1
    return found


def _packets(container, stream):
    for _ in range(20):
        try:
            yield from container.demux(stream)
            return
        except av.FFmpegError:
            continue


def ask(path: Path) -> list[tuple[float, int]]:
    """Decode in a process of its own; nothing when it does not survive that."""
    command = [sys.executable, "-m", "bench.media.plain", str(path.absolute())]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
            cwd=Path(__file__).parents[2],
        )
    except (subprocess.SubprocessError, OSError):
        return []
    return [(seconds, number) for seconds, number in json.loads(done.stdout)]


if __name__ == "__main__":
    # What a damaged picture looks like depends on the buffer that it was put into, and so on the threads.
    file = Path(sys.argv[1])
    print(json.dumps(decode(file, "AUTO") + decode(file, "SLICE")))
