"""Rules asked while videos are indexed: right after each is published, and once more when a run broke off."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest
from indexing_kit import RecordingVision, write_video

from indexer.errors import VisionError
from indexer.progress import FileIndexed, RuleAsked
from indexer.rules.store import Rules
from indexer.running import IndexRun
from indexer.vision.model import Reply


class Guard(RecordingVision):
    """Captions like the recording model, says yes to every rule, and counts; may refuse to judge."""

    refuses = False
    asked = 0

    def look(self, requests):
        if any(each.reply is Reply.TEXT for each in requests):
            if self.refuses:
                raise VisionError("the server is gone")
            self.asked += len(requests)
            return ["yes, a block passes"] * len(requests)
        return super().look(requests)


@pytest.fixture
def rules(library):
    with closing(Rules(library.folder)) as rules:
        yield rules


def test_a_new_video_is_judged_as_soon_as_it_is_published(make_indexer, library, rules, tmp_path):
    """Alerts of the first video are there before the second one is done: nobody waits for a whole folder."""
    rules.add("block", "A block passes")
    files = [write_video(tmp_path / f"{n}.mp4", seconds=4, seed=n) for n in range(2)]
    events = []
    IndexRun(replace(make_indexer(Guard()), rules=rules), events.append).run(files)
    told = [(type(each), each.path) for each in events if isinstance(each, (FileIndexed, RuleAsked))]
    first_is_judged = len(told) - told[::-1].index((RuleAsked, files[0]))
    assert told[0] == (FileIndexed, files[0]) and first_is_judged <= told.index((FileIndexed, files[1]))
    segments = sum(len(library.segments(video.video_id)) for video in library.videos())
    assert rules.count_alerts() == segments


def test_a_model_that_gives_up_leaves_the_video_indexed_and_is_asked_again(
    make_indexer, library, rules, tmp_path
):
    """The error ends the run in words; the next run has nothing to index and still asks what is open."""
    rules.add("block", "A block passes")
    file, vision = write_video(tmp_path / "clip.mp4", seconds=4), Guard()
    vision.refuses = True
    with pytest.raises(VisionError):
        IndexRun(replace(make_indexer(vision), rules=rules), lambda _: None).run([file])
    assert library.videos()[0].answerable and rules.count_alerts() == 0
    vision.refuses = False
    IndexRun(replace(make_indexer(vision), rules=rules), lambda _: None).run([file])
    assert rules.count_alerts() == vision.asked == len(library.segments(library.videos()[0].video_id))
