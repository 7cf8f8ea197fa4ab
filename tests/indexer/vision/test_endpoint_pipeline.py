"""An index made through a server: captions are published, failures lose nothing, the key is nowhere."""

import json
import re
import sqlite3

import pytest
from endpoint_server import completion, endpoint, refusal, serving
from indexing_kit import write_video
from pydantic import SecretStr

from indexer.errors import VisionError
from indexer.pipeline import index_video
from indexer.timeline import Span

KEY = "sk-very-secret-1234567890"


def describe(request):
    """Caption what the marks say, as a model would."""
    start = float(re.search(r"The stretch is ([\d.]+)–", request.prompt)[1])
    event = {"start_seconds": start, "end_seconds": start + 0.5, "actor": "a forklift", "action": "passes"}
    return completion(json.dumps({"summary": f"The yard from second {start:g}.", "events": [event]}))


@pytest.fixture
def video(tmp_path, library):
    path = write_video(tmp_path / "yard.mp4", seconds=5.0)
    library.catalog.add_video("yard", path, path.stat().st_size)
    return path


def test_a_video_is_indexed_through_a_server_and_the_key_is_nowhere_in_the_library(
    make_indexer, library, video, caplog
):
    caplog.set_level("DEBUG")
    with serving(describe) as server:
        indexer = make_indexer(endpoint(server.url, api_key=SecretStr(KEY)))
        library.set_fingerprint(indexer.fingerprint)
        index_video(indexer, "yard", video, lambda done: None)
    segments = library.segments("yard")
    assert [segment.span for segment in segments] == [Span(0, 2), Span(2, 4), Span(4, 5)]
    assert segments[1].caption.summary == "The yard from second 2."
    assert segments[1].caption.events[0].span == Span(2, 2.5)
    assert all(segment.caption.well_formed for segment in segments)
    assert {hit.segment.ordinal for hit in library.search_words("forklifts", limit=5)} == {0, 1, 2}
    assert len(server.requests) == 3
    for request in server.requests:
        start, end = map(float, re.search(r"The stretch is ([\d.]+)–([\d.]+) s", request.prompt).groups())
        assert all(start <= float(mark[1:].removesuffix(" seconds>")) < end for mark in request.marks)
    assert library.vision_name == "openai:m@localhost"
    checkpoint(library.folder)
    files = [path for path in library.folder.rglob("*") if path.is_file()]
    assert any(b"The yard from second 2." in path.read_bytes() for path in files), (
        "the search can find things"
    )
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert KEY not in caplog.text


def checkpoint(folder):
    """Have SQLite write out what it holds back, so that the bytes on disk are all of them."""
    for path in folder.rglob("*.sqlite*"):
        if path.read_bytes()[:15] == b"SQLite format 3":
            with sqlite3.connect(path) as connection:
                connection.execute("PRAGMA wal_checkpoint(FULL)")


def test_a_server_that_breaks_down_keeps_the_captions_before_and_the_next_run_goes_on(
    make_indexer, library, video
):
    def until_second_four(request):
        return refusal(500, "out of memory") if "stretch is 4–" in request.prompt else describe(request)

    def index(server):
        model = endpoint(server.url, parallel=1, max_retries=1)
        index_video(make_indexer(model, segment_seconds=1.0), "yard", video, lambda done: None)

    with serving(until_second_four) as server:
        with pytest.raises(VisionError, match="out of memory"):
            index(server)
        assert library.segments("yard") == [], "half a video is never visible"
    with serving(describe) as server:
        index(server)
    assert 1 <= len(server.requests) <= 2, "only what was asked for beside the failure is captioned again"
    assert len(library.segments("yard")) == 5


def test_a_reply_that_is_no_json_is_published_as_plain_text_with_its_flag(make_indexer, library, video):
    with serving(lambda _: completion("A forklift passes, I think.")) as server:
        index_video(make_indexer(endpoint(server.url)), "yard", video, lambda done: None)
    captions = [segment.caption for segment in library.segments("yard")]
    assert {caption.summary for caption in captions} == {"A forklift passes, I think."}
    assert not any(caption.well_formed for caption in captions)


def test_what_a_server_answered_in_a_batch_before_it_failed_is_not_asked_for_again(
    make_indexer, library, video
):
    """Also where the answers before the failure belong to the same batch as the one that failed."""

    def breaks_at_three(request):
        return refusal(500, "out of memory") if "stretch is 3–" in request.prompt else describe(request)

    def index(server):
        model = endpoint(server.url, parallel=2, max_retries=0)
        indexer = make_indexer(model, segment_seconds=1.0)
        try:
            index_video(indexer, "yard", video, lambda done: None)
        finally:
            drafts.append(len(library.catalog.drafts("yard", indexer.fingerprint.key)))

    drafts = []
    with serving(breaks_at_three) as server, pytest.raises(VisionError, match="out of memory"):
        index(server)
    answered = len(server.requests) - 1
    assert answered - 1 <= drafts[0] <= answered, "one may have been under way beside the failure"
    assert drafts[0] >= 2
    with serving(describe) as server:
        index(server)
    assert len(server.requests) == 5 - drafts[0]
    assert len(library.segments("yard")) == 5


def test_captions_in_chinese_are_asked_for_kept_and_found(make_indexer, library, video):
    def describe_in_chinese(request):
        assert "Write in Chinese" in request.prompt
        start = float(re.search(r"The stretch is ([\d.]+)–", request.prompt)[1])
        event = {
            "start_seconds": start,
            "end_seconds": start + 1,
            "actor": "一名工人",
            "action": "放下红色箱子",
        }
        return completion(json.dumps({"summary": "仓库里有人。", "events": [event]}, ensure_ascii=False))

    with serving(describe_in_chinese) as server:
        index_video(make_indexer(endpoint(server.url), language="Chinese"), "yard", video, lambda done: None)
    captions = [segment.caption for segment in library.segments("yard")]
    assert all(caption.well_formed for caption in captions)
    assert {caption.summary for caption in captions} == {"仓库里有人。"}
    assert {hit.segment.ordinal for hit in library.search_words("箱子", limit=5)} == {0, 1, 2}
