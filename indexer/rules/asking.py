"""Ask the rules of the segments that are new.

After a video is published, each rule that is awake is asked of each of its segments: one look at frames of
the segment, in batches as large as the model likes, the answers written batch by batch. A run that was killed
goes on with the segments that have no answer yet.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import prompts
from indexer.errors import MediaError
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.rules.rule import Check, Rule
from indexer.rules.store import Rules
from indexer.timeline import Segment, Span, subtract_spans
from indexer.vision.model import Look, VisionModel, frames_shown
from indexer.vision.verdicts import Verdict, read_judgement

_REPLY_TOKENS = 160

Asked = Callable[[Path, Rule, int, int], None]
"""Called with the file, the rule, how many of its segments have been asked so far, and how many there are."""


def _quietly(_path: Path, _rule: Rule, _done: int, _total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class RuleRound:
    """Asks a library's rules. A model that only measures is asked nothing: it cannot judge."""

    library: Library
    rules: Rules
    vision: VisionModel
    language: str = "English"
    report: Asked = _quietly

    def ask_pending(self) -> None:
        """Ask every rule that is awake of each video that was indexed since the rule was made.

        Raises:
            VisionError: The model does not answer; what it answered is kept for the next call.
            LibraryError: The answers cannot be written.
        """
        for rule in self._awake():
            since = rule.created_at.isoformat(timespec="seconds")
            rows = self.library.catalog.query(
                "SELECT video_id FROM videos WHERE fingerprint != '' AND indexed_at >= ? ORDER BY indexed_at",
                since,
            )
            finished = self.rules.finished(rule)
            for row in rows:
                if row["video_id"] not in finished:
                    self.ask(rule, row["video_id"])

    def ask(self, rule: Rule, video_id: str) -> None:
        """Ask one rule of every segment of a video that it was not asked of.

        Raises:
            VisionError: The model does not answer; what it answered is kept.
            LibraryError: The answers cannot be written.
        """
        video = self.library.video(video_id)
        try:
            self.library.file_of(video_id)
        except MediaError:
            return  # a drive that is not there just now, say: the next round tries again
        asked = self.rules.asked(rule, video_id)
        segments = self.library.segments(video_id)
        waiting = [each for each in segments if each.span.start_seconds not in asked]
        at_once = max(1, self.vision.looks_at_once)
        for first in range(0, len(waiting), at_once):
            batch = waiting[first : first + at_once]
            self.rules.write(rule, video_id, self.vision.name, self._judge(rule, video, batch))
            asked.update(each.span.start_seconds for each in batch)
            self.report(video.path, rule, len(asked), len(segments))
        self.rules.finish(rule, video_id)

    def _awake(self) -> list[Rule]:
        return [rule for rule in self.rules.all() if rule.enabled] if self.vision.judges else []

    def _judge(self, rule: Rule, video: VideoRecord, segments: Sequence[Segment]) -> list[Check]:
        begun = time.monotonic()
        looks = dict(self._looks(rule, video, segments))
        replies = self.vision.look(list(looks.values())) if looks else []
        seconds = (time.monotonic() - begun) / max(1, len(looks))
        answered = dict(zip(looks, replies, strict=True))
        return [
            self._check(each.span, looks.get(number), answered.get(number, ""), seconds)
            for number, each in enumerate(segments)
        ]

    def _looks(
        self, rule: Rule, video: VideoRecord, segments: Sequence[Segment]
    ) -> Iterator[tuple[int, Look]]:
        for number, segment in enumerate(segments):
            span = segment.span
            if not subtract_spans(span, (gap.span for gap in video.unseen)):
                continue  # a frame from before it would be judged
            try:
                frames = self.library.frames_in(video.video_id, span, self.vision.look_budget)
            except MediaError:  # this stretch of it is damaged: there is nothing to judge
                continue
            prompt = prompts.load(
                "rule",
                span=f"{span.start_seconds:g}–{span.end_seconds:g} s",
                question=rule.question,
                language=self.language,
            )
            yield number, Look(tuple(frames), span, prompt, max_new_tokens=_REPLY_TOKENS)

    def _check(self, span: Span, look: Look | None, reply: str, seconds: float) -> Check:
        if look is None:
            return Check(span, Verdict.CANNOT_TELL, "its frames could not be read", (), 0.0)
        judgement = read_judgement(reply)
        shown = tuple(frame.pts_seconds for frame in frames_shown(self.vision, look))
        return Check(span, judgement.verdict, judgement.reason, shown, seconds)
