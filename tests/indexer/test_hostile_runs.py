"""Files that crash, hang, change or vanish cost themselves and nothing else, and nothing is lost by them."""

import os
import shutil
import signal
import sys
from dataclasses import replace

import pytest
from indexing_kit import RecordingVision, write_folder, write_video
from typer.testing import CliRunner

from app.cli import app
from indexer import identifying
from indexer.discovery import find_files, printable
from indexer.errors import DecoderFailed, WitnessError
from indexer.identifying import identify
from indexer.library.records import VideoStatus
from indexer.media.decoder import Decoder
from indexer.progress import FileFailed, FileIndexed, FileSkipped
from indexer.running import IndexRun

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux signals and file names")


def run(indexer, files, **options):
    events = []
    IndexRun(indexer, events.append).run(files, **options)
    return events


def names(events, kind):
    return sorted(event.path.name for event in events if isinstance(event, kind))


class CrashingDecoder(Decoder):
    """A decoder whose child really dies of one file, by a signal, as a bug in a codec would end it.

    Its pipe is narrower than one picture: a child that is through with the file before the signal comes would
    have left all its answers in a wide one, and died of nothing.
    """

    def __init__(self, deadly):
        super().__init__()
        self.deadly = deadly
        self.deaths = 0

    def walk(self, path, plan, **options):
        if path.name == self.deadly:
            import fcntl  # not on Windows

            fcntl.fcntl(self._running_child()._answers, fcntl.F_SETPIPE_SZ, 4096)
        walk = super().walk(path, plan, **options)
        if path.name == self.deadly:
            self.deaths += 1
            os.kill(self._child.pid, signal.SIGSEGV)
        return walk


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "footage", "bad.mp4", "good.mp4")


@pytest.fixture
def crashing(make_indexer):
    decoder = CrashingDecoder("bad.mp4")
    yield replace(make_indexer(), decoder=decoder)
    decoder.close()


@linux_only
def test_a_file_that_crashes_its_decoder_is_set_aside_and_the_others_go_on(crashing, library, folder):
    first = run(crashing, find_files([folder]))
    assert names(first, FileIndexed) == ["good.mp4"]
    assert "SIGSEGV" in library.video("bad.mp4").reason
    assert library.video("bad.mp4").reason.endswith("(attempt 1 of 3)")
    for _ in range(2):
        run(crashing, find_files([folder]))
    bad = library.video("bad.mp4")
    assert bad.set_aside
    assert bad.status is VideoStatus.FAILED
    assert bad.reason.startswith("set aside after 3 attempts: the isolated decoder was ended by SIGSEGV")
    assert "--retry" in bad.reason

    again = run(crashing, find_files([folder]))
    assert names(again, FileFailed) == ["bad.mp4"], "it is told each time, and not tried"
    assert crashing.decoder.deaths == 3


@linux_only
def test_what_was_set_aside_is_tried_again_when_asked_and_then_counts_from_zero(crashing, library, folder):
    for _ in range(3):
        run(crashing, [folder / "bad.mp4"])
    run(crashing, [folder / "bad.mp4"], retry=True)
    assert crashing.decoder.deaths == 4
    assert library.video("bad.mp4").reason.endswith("(attempt 1 of 3)")
    crashing.decoder.deadly = ""
    events = run(crashing, [folder / "bad.mp4"], retry=True)
    assert names(events, FileIndexed) == ["bad.mp4"]
    video = library.video("bad.mp4")
    assert (video.failure, video.set_aside) == ("", False)


@linux_only
def test_what_was_set_aside_is_tried_again_when_it_changes(crashing, library, folder):
    for _ in range(3):
        run(crashing, [folder / "bad.mp4"])
    write_video(folder / "bad.mp4", seconds=3, seed=9)
    run(crashing, [folder / "bad.mp4"])
    assert crashing.decoder.deaths == 4
    assert not library.video("bad.mp4").set_aside


def test_a_file_that_ended_the_whole_process_comes_last_and_is_tried_each_time(make_indexer, library, folder):
    """Each death leaves the queue as a dead owner does: the file was begun, and got no further."""
    bad, good = folder / "bad.mp4", folder / "good.mp4"
    bad_id = identify(library.catalog, bad)
    library.jobs.put(bad_id, bad)
    for _ in range(3):
        assert library.jobs.take().video_id == bad_id
        library.jobs.release_abandoned()
    events = run(make_indexer(), [bad, good])
    assert [event.path.name for event in events if isinstance(event, FileIndexed)] == ["good.mp4", "bad.mp4"]


def test_a_run_that_a_person_stops_is_no_attempt(make_indexer, library, folder):
    def stop(look):
        raise KeyboardInterrupt

    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            run(make_indexer(RecordingVision(on_look=stop)), [folder / "bad.mp4"])
    assert names(run(make_indexer(), [folder / "bad.mp4"]), FileIndexed) == ["bad.mp4"]


# -- files that do not stay as they are ------------------------------------------------------------------


def test_a_file_that_changes_while_it_is_read_is_not_published(make_indexer, library, tmp_path):
    """The change comes with the first look: what is decoded after it may be of another content."""
    path = write_video(tmp_path / "long.mp4", seconds=8)

    def append(look):
        if look.span.start_seconds == 0:
            with path.open("ab") as file:
                file.write(b"\0" * 100)

    events = run(make_indexer(RecordingVision(on_look=append)), [path])
    assert names(events, FileIndexed) == []
    (failed,) = (event for event in events if isinstance(event, FileFailed))
    assert failed.reason.startswith("changed while it was read")
    assert library.search_words("forklift", limit=9) == []
    assert names(run(make_indexer(), [path]), FileIndexed) == ["long.mp4"]


def test_a_file_that_vanishes_while_it_is_read_goes_on_where_it_was_when_it_is_back(
    make_indexer, library, tmp_path
):
    path = write_video(tmp_path / "long.mp4", seconds=30)
    away = tmp_path / "away.bin"

    def unmount(look):
        if look.span.start_seconds == 4:
            path.rename(away)

    first = RecordingVision(on_look=unmount)
    (failed,) = (event for event in run(make_indexer(first), [path]) if isinstance(event, FileFailed))
    assert failed.reason.startswith("went away while it was read")
    away.rename(path)
    second = RecordingVision()
    assert names(run(make_indexer(second), [path]), FileIndexed) == ["long.mp4"]
    spans = [look.span for look in (*first.looks, *second.looks)]
    assert len(spans) == len(set(spans)) == len(library.segments(library.video("long.mp4").video_id))


def test_a_file_that_is_still_being_written_is_told_and_not_remembered(
    make_indexer, library, folder, monkeypatch
):
    path = folder / "good.mp4"
    hashing = identifying.content_id

    def grow(file):
        found = hashing(file)
        with path.open("ab") as end:
            end.write(b"more")
        return found

    monkeypatch.setattr(identifying, "content_id", grow)
    (failed,) = (event for event in run(make_indexer(), [path]) if isinstance(event, FileFailed))
    assert "still being written" in failed.reason
    assert library.videos() == []


def test_a_mount_that_vanishes_costs_nothing(make_indexer, library, folder):
    """Published work stays and answers, half-done work stays, with the drive gone or another one there."""

    def fail_late(look):
        if look.span.start_seconds >= 4:
            raise KeyboardInterrupt

    write_video(folder / "half.mp4", seconds=6, seed=5)
    run(make_indexer(), [folder / "good.mp4"])
    half_done = RecordingVision(on_look=fail_late)
    with pytest.raises(KeyboardInterrupt):
        run(make_indexer(half_done), [folder / "half.mp4"])
    drive = folder.with_name("unplugged")
    folder.rename(drive)

    with pytest.raises(WitnessError, match="no file or folder"):
        find_files([folder])
    folder.mkdir()  # an empty mount point, then another drive with other files of the same names
    with pytest.raises(WitnessError, match="no video files"):
        find_files([folder])
    write_video(folder / "half.mp4", seconds=2, seed=77)
    assert names(run(make_indexer(), find_files([folder])), FileIndexed) == ["half.mp4"]
    assert len(library.search_words("forklift", limit=9)) == 2, "the published one still answers"

    shutil.rmtree(folder)
    drive.rename(folder)
    rest = RecordingVision()
    events = run(make_indexer(rest), find_files([folder]))
    assert "half.mp4" in names(events, FileIndexed)
    looked = [look.span.start_seconds for look in rest.looks if look.span.end_seconds > 2.5]
    assert looked == [4.0], "the captions from before the drive was unplugged were kept"
    assert names(events, FileSkipped) == ["good.mp4"]


# -- names and links -------------------------------------------------------------------------------------


@linux_only
def test_names_of_any_bytes_are_indexed_and_shown(tmp_path, monkeypatch):
    """Not UTF-8, a line break, an escape sequence for the terminal, a leading dash."""
    monkeypatch.setattr("app.commands.index.make_vision", lambda settings: RecordingVision())
    monkeypatch.chdir(tmp_path)
    library = ("--library", str(tmp_path / "library"))

    def witness(*arguments):
        return CliRunner().invoke(
            app, [*map(str, arguments), *library], env={"WITNESS_VISION": "observer", "COLUMNS": "160"}
        )

    folder = tmp_path / "odd"
    folder.mkdir()
    odd = ["caf\udce9.mp4", "two\nlines.mp4", "\x1b[31mred.mp4", "-v.mp4", "[bold].mp4"]
    for seed, name in enumerate(odd):
        write_video(folder / name, seconds=1, seed=seed)
    (folder / "bad\udcff\x07.mp4").write_text("text")
    done = witness("index", folder)
    assert done.exit_code == 1, done.stderr
    assert "5 indexed, 1 failed" in done.stderr
    for shown in (r"caf\xe9.mp4", r"two\nlines.mp4", r"\x1b[31mred.mp4", "-v.mp4", "[bold].mp4"):
        assert shown in done.stderr
    assert "\x1b" not in done.stderr
    assert "\x07" not in done.stderr
    for arguments in (("library",), ("library", "--json"), ("show", r"caf\xe9.mp4", "--json")):
        shown = witness(*arguments)
        assert shown.exit_code == 0, shown.stderr
        assert r"caf\xe9.mp4" in shown.stdout or r"caf\\xe9.mp4" in shown.stdout


def test_a_printable_name_is_left_alone():
    assert printable("Überfahrt 第5.mp4") == "Überfahrt 第5.mp4"


@pytest.fixture
def linked(tmp_path, folder):
    """A folder with a link to a file and to a folder outside, a loop, and a link to nothing."""
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.copy(folder / "good.mp4", outside / "far.mp4")
    (folder / "link.mp4").symlink_to(outside / "far.mp4")
    (folder / "door").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere.mp4").symlink_to(tmp_path / "absent.mp4")
    return folder


def test_links_are_followed_only_when_asked_and_loops_end(linked):
    assert [path.name for path in find_files([linked])] == ["bad.mp4", "good.mp4"]
    followed = find_files([linked], follow_links=True)
    assert sorted(path.name for path in followed) == [
        "bad.mp4", "far.mp4", "good.mp4", "link.mp4", "nowhere.mp4",
    ]  # fmt: skip
    assert [path.name for path in find_files([linked / "link.mp4"])] == ["link.mp4"]


def test_a_link_to_nothing_and_a_pipe_fail_with_words_and_do_not_wait(make_indexer, linked):
    if hasattr(os, "mkfifo"):
        os.mkfifo(linked / "pipe.mp4")
    events = run(make_indexer(), find_files([linked], follow_links=True))
    reasons = {event.path.name: event.reason for event in events if isinstance(event, FileFailed)}
    assert "cannot be read: No such file" in reasons["nowhere.mp4"]
    assert "no regular file" in reasons.get("pipe.mp4", "no regular file")
    assert names(events, FileIndexed) == ["bad.mp4", "good.mp4"] or "far.mp4" in names(events, FileIndexed)


def test_a_folder_that_cannot_be_listed_is_told(make_indexer, folder, monkeypatch):
    """As root nothing is forbidden, so the refusal is put in."""
    locked = folder / "locked"
    locked.mkdir()
    scan = os.scandir

    def refuse(path):
        if str(path) == str(locked):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find_files([folder])
    monkeypatch.undo()
    assert locked in found
    failed = [event for event in run(make_indexer(), [locked]) if isinstance(event, FileFailed)]
    assert len(failed) == 1


def test_a_read_only_folder_is_indexed_and_left_as_it_was(make_indexer, folder):
    folder.chmod(0o555)
    before = {path: path.stat().st_mtime_ns for path in [folder, *folder.iterdir()]}
    try:
        assert len(names(run(make_indexer(), find_files([folder])), FileIndexed)) == 2
        assert {path: path.stat().st_mtime_ns for path in [folder, *folder.iterdir()]} == before
    finally:
        folder.chmod(0o755)


def test_a_limit_counts_as_an_attempt_and_a_refusal_does_not(make_indexer, library, folder):
    """What is no video is no danger: it is looked at again each time, and never set aside."""
    (folder / "text.mp4").write_text("text")
    for _ in range(4):
        run(make_indexer(), [folder / "text.mp4"])
    assert library.video("text.mp4").reason.startswith("is a text file")
    library.catalog.set_failure(library.video("text.mp4").video_id, str(DecoderFailed("hung.")), attempts=3)
    assert library.video("text.mp4").set_aside
