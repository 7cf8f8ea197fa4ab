"""The queue gives each file to one taker, in order, and survives a dead owner."""

from contextlib import closing
from pathlib import Path

import pytest

from indexer.library.catalog import Catalog
from indexer.library.jobs import JobQueue


@pytest.fixture
def jobs(tmp_path):
    with closing(Catalog(tmp_path / "catalog.sqlite")) as catalog:
        yield JobQueue(catalog)


def test_first_come_first_served_and_each_once(jobs):
    for name in ("b", "a", "b"):
        jobs.put(name, Path(name))
    assert [jobs.take().video_id, jobs.take().video_id, jobs.take()] == ["b", "a", None]


def test_a_file_of_a_dead_owner_waits_again_and_its_attempts_count(jobs):
    jobs.put("a", Path("a"))
    assert jobs.take().attempts == 0
    assert jobs.take() is None
    jobs.release_abandoned()
    assert jobs.take().attempts == 1


def test_outstanding_tells_only_what_was_asked_for(jobs):
    for name in ("a", "b", "c"):
        jobs.put(name, Path(name))
    jobs.take()
    jobs.report("a", 0.25)
    jobs.finish("c")
    found = {job.video_id: (job.running, job.progress) for job in jobs.outstanding({"a", "c"})}
    assert found == {"a": (True, 0.25)}
