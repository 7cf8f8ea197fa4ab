"""An index run whose output goes into a file: a line when a file begins, and one now and then."""

import io
from pathlib import Path

from rich.console import Console

from app.index_log import IndexLog
from app.index_progress import IndexDisplay
from indexer.discovery import LeftOut
from indexer.progress import FileIndexed, FileMoved, FileProgress, FileReplaced, FileSkipped, FilesQueued

HOUR = Path("/footage/a very long name of a recording from the front gate.mp4")


def written(write):
    console = Console(file=io.StringIO(), width=40)
    write(console)
    return console.file.getvalue().splitlines()


def test_a_long_file_has_a_line_for_each_tenth_and_at_least_every_five_minutes():
    now = [0.0]

    def write(console):
        log = IndexLog(console, clock=lambda: now[0])
        log.begin(FileProgress(HOUR, 0.0, 3600.0), "")
        for at, done in ((10, 720), (31, 730), (40, 1500), (62, 1500), (100, 1600), (370, 1601)):
            now[0] = at
            log.reach(FileProgress(HOUR, float(done), 3600.0), ", 1:00 left")

    name = f"indexing {HOUR.name}"
    assert written(write) == [
        f"{name} (1:00:00)",
        f"{name} (12:10 of 1:00:00, 20%, 1:00 left)",
        f"{name} (25:00 of 1:00:00, 42%, 1:00 left)",
        f"{name} (26:41 of 1:00:00, 44%, 1:00 left)",
    ]


def test_one_that_is_gone_on_with_says_from_where():
    lines = written(lambda console: IndexLog(console).begin(FileProgress(HOUR, 90.0, 3600.0), ""))
    assert lines == [f"indexing {HOUR.name} (1:00:00, from 1:30 on)"]


def test_a_run_into_a_file_tells_begin_end_and_what_was_left_out_each_in_one_line():
    def write(console):
        with IndexDisplay(console) as display:
            display.report(FileMoved(Path("/x/new.mp4"), Path("/x/old.mp4")))
            display.report(FileMoved(Path("/y/far.mp4"), Path("/x/far.mp4")))
            display.report(FileReplaced(Path("/x/dock.mp4"), "dock.mp4#abc123"))
            display.report(FileSkipped(Path("/x/new.mp4"), "already indexed"))
            for number in range(12):
                display.report(FileSkipped(Path(f"/x/{number}.mp4"), "same content as new.mp4"))
            display.report(FilesQueued((HOUR,), 10, watching=False))
            for done in (0.0, 1800.0, 3600.0):
                display.report(FileProgress(HOUR, done, 3600.0))
            display.report(FileIndexed(HOUR, 3600.0, 9, ""))
        display.print_summary()
        display.print_left_out(LeftOut([Path("/x/sound.wav")], [Path("/x/link.mp4")]))

    lines = written(write)
    assert lines[0] == "moved old.mp4 -> new.mp4"
    assert lines[1] == "moved /x/far.mp4 -> /y/far.mp4"
    assert lines[2].startswith("replaced /x/dock.mp4") and 'witness remove "dock.mp4#abc123"' in lines[2]
    assert sum(line.startswith("skipped ") for line in lines) == 10, "the rest of the copies is counted"
    assert f"indexing {HOUR.name} (1:00:00)" in lines
    assert f"indexed {HOUR.name} (1:00:00, 9 segments)" in lines
    assert any(
        line.startswith("1 indexed, 13 already indexed, 12 copies among them, 2 moved") for line in lines
    )
    assert lines[-2].startswith("left out 1 file that is no video by its name: sound.wav")
    assert lines[-1].startswith("left out 1 link: link.mp4")
    assert "" not in lines
