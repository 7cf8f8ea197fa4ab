"""Does an index survive kills, crowds and a full disk? Compares each library with an undisturbed one.

    python -m bench.crash                      100 kills, two runs at once beside an open chat, a full disk
    python -m bench.crash --kills 20 --only kills

Everything goes through the command line. The captions come from a server of the bench that derives them from
the very frames it is shown. Exit status 1 when anything differs.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path

from bench.crash.captioner import captioning
from bench.crash.footage import write_footage
from bench.crash.full_disk import fill_disks
from bench.crash.kills import kill_again_and_again, print_outcome
from bench.crash.runs import Bench
from bench.crash.together import run_together

PARTS = ("kills", "together", "full-disk")


def main() -> None:
    arguments = parse_arguments()
    print(f"{platform.machine()}, {os.cpu_count()} CPU cores, {platform.platform()}")
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="witness-crash-") as name:
        folder = Path(name)
        with captioning(arguments.caption_seconds) as captioner:
            bench = Bench(folder, write_footage(folder / "footage"), captioner.url)
            troubles = []
            if "kills" in arguments.only:
                outcome = kill_again_and_again(bench, captioner, arguments.kills, arguments.seed)
                print_outcome(outcome)
                troubles += outcome.troubles
            if "together" in arguments.only:
                troubles += run_together(bench, captioner)
            if "full-disk" in arguments.only:
                troubles += fill_disks(bench, captioner)
    raise SystemExit(1 if troubles else 0)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--caption-seconds", type=float, default=0.03, help="how long a caption takes")
    parser.add_argument("--folder", type=Path, help="where to work; default: the folder for temporary files")
    return parser.parse_args()


if __name__ == "__main__":
    main()
