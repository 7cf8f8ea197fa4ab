"""A run that is killed, a disk that fills and processes that meet leave the library whole."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from indexing_kit import RecordingVision, write_video

from indexer.errors import LibraryError, VisionError
from indexer.library import failures
from indexer.library.catalog import Catalog
from indexer.library.jobs import JobQueue
from indexer.library.library import Library
from indexer.library.ownership import Ownership
from indexer.library.vectors import Vectors
from indexer.running import IndexRun
from indexer.timeline import Caption, Segment, Span

SECONDS, SEGMENTS = 8.0, 4

OTHER_PROCESS = """
import sys, time
from pathlib import Path
from indexing_kit import RecordingVision
from indexer.embedding.lexical import LexicalEmbedder
from indexer.library.jobs import JobQueue
from indexer.library.library import Library
from indexer.media.decoder import Decoder
from indexer.parts import Indexer, make_fingerprint
from indexer.running import IndexRun
from indexer.settings import Settings

def stay(look):
    if sys.argv[3] == "stay" and look.span.start_seconds >= 4:
        while not indexer.library.catalog.query("SELECT 1 FROM segments"):
            time.sleep(0.01)  # the first one is on its way into the catalog, in another thread
        print("looking", flush=True)
        time.sleep(60)

settings = Settings(library=Path(sys.argv[1]), segment_seconds=2.0)
vision, embedder = RecordingVision(on_look=stay), LexicalEmbedder()
indexer = Indexer(Library.open(settings), vision, embedder, Decoder(),
                  make_fingerprint(settings, vision, embedder), settings)
IndexRun(indexer, lambda event: None).run([Path(sys.argv[2])])
"""
"""Indexes with the tests' vision model; told to stay, it stays in the third of four segments."""


def run(indexer, *files):
    IndexRun(indexer, lambda event: None).run(files)


def index_elsewhere(library: Path, clip: Path, behaviour: str) -> subprocess.Popen[bytes]:
    """Index in another process."""
    return subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(library), str(clip), behaviour],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": ":".join([str(Path(__file__).parent), *sys.path])},
    )


def rows(library: Library):
    """Everything that indexing leaves in the catalog, without the clocks."""
    tables = ("segments", "events", "words", "unseen", "jobs", "sqlite_sequence")
    videos = "SELECT video_id, duration_seconds, fingerprint, failure, failed_attempts FROM videos"
    statements = [videos, *(f"SELECT * FROM {table}" for table in tables)]
    return {each: [tuple(row) for row in library.catalog.query(each)] for each in statements}


@pytest.fixture
def clip(tmp_path):
    return write_video(tmp_path / "a.mp4", seconds=SECONDS, seed=1, scenes=1)


def test_a_killed_run_goes_on_and_ends_as_an_undisturbed_one(make_indexer, library, settings, clip, tmp_path):
    """Killed in its third segment: what was not written is captioned by the next run, and nothing else."""
    process = index_elsewhere(settings.library, clip, "stay")
    assert process.stdout.readline() == b"looking\n"
    process.kill()
    process.wait()
    assert library.search_words("forklift", limit=9) == [], "half an index is not visible"

    # The second one may have been on its way into the catalog.
    written = {row["start_seconds"] for row in library.catalog.query("SELECT start_seconds FROM segments")}
    assert {0.0} <= written <= {0.0, 2.0}
    vision = RecordingVision()
    run(make_indexer(vision), clip)
    assert [look.span.start_seconds for look in vision.looks] == sorted({0.0, 2.0, 4.0, 6.0} - written)
    killed, killed_hits = rows(library), library.search_meaning("forklift", limit=9)
    calm_settings = settings.model_copy(update={"library": tmp_path / "calm"})
    with closing(Library.open(calm_settings)) as calm:
        indexer = make_indexer()
        run(type(indexer)(calm, *[getattr(indexer, name) for name in indexer.__slots__[1:]]), clip)
        assert rows(calm) == killed
        assert len(killed_hits) == len(calm.search_meaning("forklift", limit=9)) == SEGMENTS


def test_two_processes_at_once_lose_nothing_and_an_open_reader_sees_both(library, settings, clip, tmp_path):
    assert library.search_meaning("forklift", limit=9) == [], "Chroma is open here before anything is written"
    other = write_video(tmp_path / "b.mp4", seconds=SECONDS, seed=2)
    processes = [index_elsewhere(settings.library, path, "go") for path in (clip, other)]
    assert [process.wait(timeout=100) for process in processes] == [0, 0]
    hits = library.search_meaning("forklift", limit=99)
    assert sorted(hit.video.name for hit in hits) == ["a.mp4"] * SEGMENTS + ["b.mp4"] * SEGMENTS


def test_a_full_disk_is_said_and_the_run_goes_on_when_there_is_room(make_indexer, library, clip, monkeypatch):
    """SQLite itself runs out of pages in the middle of a video."""
    (pages,) = library.catalog.query("PRAGMA page_count")[0]
    library.catalog.query(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(LibraryError, match=r"is full .* make room, then run the same command again"):
        for _ in range(100):
            library.catalog.add_segment(_segment("x", "words enough to fill a page " * 40), "key")
    assert library.catalog.query("PRAGMA integrity_check")[0][0] == "ok"
    (written,) = library.catalog.query("SELECT COUNT(*) FROM segments")[0]
    assert written == library.catalog.query("SELECT COUNT(*) FROM words")[0][0], "all of a segment or nothing"
    library.catalog.query("PRAGMA max_page_count = 100000")
    run(make_indexer(), clip)
    assert len(library.search_meaning("forklift", limit=9)) == SEGMENTS


def test_indexing_stops_before_the_last_bytes_of_the_disk(make_indexer, library, clip, monkeypatch):
    """What is done stays and can be asked about: the reserve is left for those who read."""
    free = iter([10**9] * 3)
    monkeypatch.setattr(failures, "free_bytes", lambda folder: next(free, failures.RESERVE_BYTES - 1))
    with pytest.raises(LibraryError, match="is full"):
        run(make_indexer(), clip)
    (kept,) = library.catalog.query("SELECT COUNT(*) FROM segments")[0]
    monkeypatch.setattr(failures, "free_bytes", lambda folder: 10**9)
    vision = RecordingVision()
    run(make_indexer(vision), clip)
    assert 0 < kept < SEGMENTS
    assert len(vision.looks) == SEGMENTS - kept


def test_many_may_open_a_new_library_at_once(tmp_path):
    """SQLite does not wait for another one that switches the same new file to its write-ahead log."""

    def use(path):
        together.wait()
        with closing(Catalog(path)) as catalog:
            catalog.set_meta("key", "value")
            return catalog.meta("key")

    for number in range(12):
        together = threading.Barrier(6)
        with ThreadPoolExecutor(6) as pool:
            paths = [tmp_path / str(number) / "catalog.sqlite"] * 6
            assert list(pool.map(use, paths)) == ["value"] * 6


def test_vectors_are_opened_by_one_process_at_a_time(tmp_path):
    """Two that make Chroma's tables at once fail with ``table collections already exists``."""
    folder = tmp_path / "vectors"
    folder.mkdir()
    opened = threading.Event()

    def search():
        Vectors(folder, "lexical-1").search(np.ones(8, np.float32), generation=0, limit=1)
        opened.set()

    with FileLock(folder / "opening.lock"):
        thread = threading.Thread(target=search)
        thread.start()
        assert not opened.wait(0.5)
    thread.join(timeout=100)
    assert opened.is_set()


def test_vectors_of_what_is_not_visible_do_not_hide_what_is(make_indexer, library, clip):
    """While a video is indexed anew its new vectors lie there too, and fit a question just as well."""
    run(make_indexer(), clip)
    embedder = library.embedder
    ids = list(range(1000, 1020))
    drafts = [_segment("draft", "") for _ in ids]
    texts = [f"forklift {number}" for number in ids]
    library.vectors_of(embedder.name).upsert(ids, drafts, embedder.embed_documents(texts))
    assert len(library.search_meaning("forklift", limit=SEGMENTS)) == SEGMENTS
    assert len(library.search_meaning("forklift", limit=2)) == 2


def test_an_index_that_is_made_anew_answers_from_the_old_one_until_the_new_one_is_published(
    make_indexer, library, clip, monkeypatch
):
    """Killed between the new vectors and their publication, the old ones must still be there."""
    run(make_indexer(), clip)
    other = make_indexer(RecordingVision("recording-2"))

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Catalog, "publish", die)
        IndexRun(other, lambda event: None).run([clip], reindex=True)
    assert len(library.search_meaning("forklift", limit=9)) == SEGMENTS
    IndexRun(other, lambda event: None).run([clip], reindex=True)
    assert len(library.search_meaning("forklift", limit=9)) == SEGMENTS
    vectors = library.vectors_of(library.embedder_name)
    assert len(vectors.stored_ids(range(1, 100))) == SEGMENTS, "the old ones are gone afterwards"


def test_a_removal_that_is_cut_short_leaves_no_video_without_vectors(
    make_indexer, library, clip, monkeypatch
):
    run(make_indexer(), clip)

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Vectors, "remove", die)
    with pytest.raises(KeyboardInterrupt):
        library.remove(library.video("a.mp4").video_id)
    assert library.videos() == []
    assert library.search_meaning("forklift", limit=9) == []


def test_an_owner_s_lock_that_cannot_be_written_is_said_in_words(tmp_path):
    (tmp_path / "owner.lock").mkdir()
    with pytest.raises(LibraryError, match="nobody can own the library"):
        Ownership(tmp_path).try_acquire()


def test_the_error_that_ends_a_run_is_told_though_nothing_can_be_put_back(
    make_indexer, library, clip, monkeypatch
):
    """On a full disk the queue cannot be written either; the next run puts the file back itself."""

    def full(*_):
        raise LibraryError("the disk is full")

    def away(*_):
        raise VisionError("the server has gone")

    with monkeypatch.context() as patch, pytest.raises(VisionError, match="has gone"):
        patch.setattr(JobQueue, "put_back", full)
        patch.setattr(RecordingVision, "look", away)
        run(make_indexer(), clip)
    run(make_indexer(), clip)
    assert library.video("a.mp4").answerable and library.jobs.count() == 0


def _segment(video_id: str, words: str) -> Segment:
    _segment.number = getattr(_segment, "number", 0) + 1
    return Segment(video_id, _segment.number, Span(0.0, 2.0), 0.0, False, caption=Caption(words))
