"""How does the browser app feel? Everything through a real server and a real Chromium.

python -m bench.app                          pages and sessions
python -m bench.app --only memory            an hour's scripted session
python -m bench.app --videos 5000 --rounds 3
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path

from bench.app.crowded import make_library
from bench.app.hour import measure_memory
from bench.app.pages import measure_pages
from bench.app.sessions import measure_sessions

PARTS = ("pages", "sessions", "memory")


def main() -> None:
    arguments = _arguments()
    print(f"{platform.machine()}, {os.cpu_count()} CPU cores, {platform.platform()}")
    print(f"{arguments.videos} videos in the library\n")
    with tempfile.TemporaryDirectory(prefix="witness-app-") as name:
        folder = Path(name)
        library = make_library(folder, arguments.videos)
        if "pages" in arguments.only:
            measure_pages(library, arguments.rounds)
        if "sessions" in arguments.only:
            measure_sessions(library, folder)
        if "memory" in arguments.only:
            measure_memory(library, arguments.minutes)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the memory session")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=("pages", "sessions"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
