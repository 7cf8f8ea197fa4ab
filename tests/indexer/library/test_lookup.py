"""A video is found by whatever a person calls it, and a wrong name is answered with near ones."""

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.errors import AmbiguousVideo, VideoNotFound
from indexer.library.catalog import Catalog
from indexer.library.lookup import Roster, find_video, handles
from indexer.library.records import VideoRecord, VideoStatus


def record(video_id, path):
    return VideoRecord(video_id, Path(path).name, Path(path), VideoStatus.READY)


VIDEOS = [
    record("aaaaaaaa1", "/one/dock.mp4"),
    record("bbbbbbbb2", "/two/dock.mp4"),
    record("cccccccc3", "/one/Gate North.mkv"),
]


@pytest.mark.parametrize(
    "name", ["Gate North.mkv", "gate north", "cccccccc3", "/one/Gate North.mkv", "  Gate North.MKV "]
)
def test_all_forms_of_a_name_mean_the_video(name):
    assert find_video(VIDEOS, name).video_id == "cccccccc3"


def test_handles_are_unique_and_find_their_video():
    by_id = handles(VIDEOS)
    assert by_id == {
        "aaaaaaaa1": "dock.mp4#aaaaaa",
        "bbbbbbbb2": "dock.mp4#bbbbbb",
        "cccccccc3": "Gate North.mkv",
    }
    for video_id, handle in by_id.items():
        assert find_video(VIDEOS, handle).video_id == video_id


def test_a_name_that_two_videos_have_asks_which():
    with pytest.raises(AmbiguousVideo, match=r"dock\.mp4#aaaaaa \(/one\), dock\.mp4#bbbbbb \(/two\)"):
        find_video(VIDEOS, "dock.mp4")


def test_of_two_contents_of_one_path_the_name_means_the_one_that_lies_there_now():
    old = replace(record("aaaaaaaa1", "/one/dock.mp4"), replaced_by="bbbbbbbb2")
    now = record("bbbbbbbb2", "/one/dock.mp4")
    for videos in ([old, now], [now, old]):
        assert handles(videos) == {"aaaaaaaa1": "dock.mp4#aaaaaa", "bbbbbbbb2": "dock.mp4"}
        for name in ("dock.mp4", "dock", "/one/dock.mp4"):
            assert find_video(videos, name) is now
        assert find_video(videos, "dock.mp4#aaaaaa") is old
    elsewhere = record("cccccccc3", "/two/dock.mp4")
    asked = (
        r"dock\.mp4#bbbbbb \(/one\), dock\.mp4#cccccc \(/two\), dock\.mp4#aaaaaa \(its file was replaced\)"
    )
    with pytest.raises(AmbiguousVideo, match=asked):
        find_video([old, now, elsewhere], "dock.mp4")


def test_a_path_may_be_told_from_where_one_stands(monkeypatch, tmp_path):
    video = record("aaaaaaaa1", tmp_path / "footage" / "dock.mp4")
    monkeypatch.chdir(tmp_path)
    assert find_video([video, VIDEOS[0]], "footage/dock.mp4") is video


def test_a_wrong_name_is_answered_with_near_ones():
    with pytest.raises(VideoNotFound, match=r"near: Gate North\.mkv"):
        find_video(VIDEOS, "gate noth")
    with pytest.raises(VideoNotFound, match="witness index"):
        find_video([], "dock.mp4")


def test_the_roster_sees_what_this_connection_and_others_write(tmp_path):
    """It reads all videos again only then: with many of them that takes seconds."""
    ours, theirs = (Catalog(tmp_path / "catalog.sqlite") for _ in range(2))
    roster = Roster(ours)
    assert roster.videos() == []
    for number, catalog in enumerate((ours, theirs)):
        catalog.add_video(f"{number}" * 8, Path(f"/{number}/dock.mp4"), 1)
        assert len(roster.videos()) == number + 1
    assert roster.handle(roster.videos()[0]) == "dock.mp4#000000"
    reads = []
    ours.videos = lambda: reads.append(1) or []
    assert len(roster.videos()) == 2 and not reads
    for catalog in (ours, theirs):
        catalog.close()
