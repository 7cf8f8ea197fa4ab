"""Which videos and which times a question means, read from its words before any model sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.timing import TimeExpression, TimePastEnd, find_times
from indexer.library.library import Library
from indexer.library.records import VideoRecord, VideoStatus
from indexer.text import query_tokens, tokens
from indexer.timeline import Span

_SAYS_NOTHING = frozenset(
    tokens(
        "what when where who whom whose which why how do does did is are was were be been am has have had can"
        " could will would the a an of to at in on from by with for and or it its this that these those there"
        " any anything happen please tell show give describe summarise summarize summary overview explain"
        " everything whole all me i you about during video videos clip clips recording footage file second"
        " time moment"
    )
)
"""Tokens that tell nothing to search for."""
_SAYS_NOTHING_HAN = re.compile(
    "视频|录像|片段|画面|文件|内容|描述|介绍|总结|概括|发生|什么|时候|整个|一下|这个|那个|请|说|这|段|里|在|中|了|的|吗|呢"
)
"""The same in Chinese, which is not written in words."""


@dataclass(frozen=True, slots=True)
class VideoScope:
    """One video that a question means, and the stretches of it that the question names."""

    video_id: str
    handle: str
    duration_seconds: float
    spans: tuple[Span, ...] = ()
    """Stretches named by time expressions; empty when the question names no time that the video has."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything that was read from a question."""

    videos: tuple[VideoScope, ...] = ()
    """Answerable videos that are meant; all of them when the question names none."""
    named: bool = False
    """Whether the question or an argument named the videos, or there is only one."""
    times: tuple[str, ...] = ()
    """Time expressions as written in the question."""
    words: str = ""
    """The question without its time expressions and file names; empty when nothing to search for is left."""
    notes: tuple[str, ...] = ()
    """What the person has to be told: a time past the end, a video that cannot be answered about."""

    @property
    def handles(self) -> tuple[str, ...]:
        """Handles of the videos that are meant."""
        return tuple(video.handle for video in self.videos)

    def only_video(self) -> VideoScope | None:
        """Return the one video that was named, or None when several are meant."""
        return self.videos[0] if self.named and len(self.videos) == 1 else None


def read_question(library: Library, question: str, video: str | None = None) -> Scope:
    """Work out which videos and spans a question means.

    Args:
        library: The videos to choose from.
        question: The person's words.
        video: A video that the question is narrowed to, by name, handle or id.

    Raises:
        VideoNotFound: ``video`` is no video of the library.
        AmbiguousVideo: Several videos are called ``video``.
    """
    records = library.videos()
    mentioned, rest = _take_names(library, records, question)
    meant = [library.video(video)] if video else mentioned
    answerable = [record for record in records if record.answerable]
    usable = [record for record in meant if record.answerable] if meant else answerable
    times = find_times(rest)
    notes = [_not_answerable(record) for record in meant if not record.answerable]
    scopes = []
    for record in usable:
        spans, problems = _resolve(times, record, library.handle(record))
        notes += problems
        scopes.append(VideoScope(record.video_id, library.handle(record), record.duration_seconds, spans))
    return Scope(
        videos=tuple(scopes),
        named=bool(meant) or len(answerable) == 1,
        times=tuple(time.text for time in times),
        words=_content(rest, times),
        notes=tuple(notes),
    )


def _take_names(
    library: Library, records: Sequence[VideoRecord], question: str
) -> tuple[list[VideoRecord], str]:
    """Find the videos that a question mentions; return them and the question without their names.

    Names are taken out so that a digit in ``gate_2.mp4`` is never read as a time.
    """
    found: list[VideoRecord] = []
    for record in sorted(records, key=lambda record: -len(record.name)):
        for name in (library.handle(record), record.name, record.path.stem):
            pattern = _mention(name, is_stem=name == record.path.stem)
            if pattern.search(question):
                found.append(record)
                question = pattern.sub(" ", question)
                break
    return sorted(found, key=lambda record: record.name), question


def _mention(name: str, *, is_stem: bool) -> re.Pattern[str]:
    """Return a pattern for a video's name in a question.

    A stem that could be an ordinary word ("dock") counts only where a video is plainly meant: "in dock", "the
    dock video", "'dock'".
    """
    bare = rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])"
    if is_stem and name.isalpha():
        bare = (
            rf"(?:(?<=\bin )|(?<=\bof )|(?<=\bfrom )|(?<=['\"“‘「《])){bare}"
            rf"|{bare}(?=\s*(?:video|clip|recording|file|视频|录像))"
        )
    return re.compile(bare, re.IGNORECASE)


def _resolve(
    times: Sequence[TimeExpression], record: VideoRecord, handle: str
) -> tuple[tuple[Span, ...], list[str]]:
    """Return the spans of the time expressions in one video, and words for those that it does not have."""
    spans: list[Span] = []
    problems: list[str] = []
    for time in times:
        try:
            spans.append(time.resolve(record.duration_seconds))
        except TimePastEnd as error:
            problems.append(f"{handle}: {error}")
    return tuple(dict.fromkeys(spans)), problems


def _not_answerable(record: VideoRecord) -> str:
    if record.status is VideoStatus.FAILED:
        return f"{record.name} could not be indexed: {record.reason or 'no reason is known'}"
    return f"{record.name} is not indexed yet ({record.status.value}); ask again when it is ready"


def _content(question: str, times: Sequence[TimeExpression]) -> str:
    """Return the question without its times, or nothing when no word is left that could be searched for."""
    for time in times:
        question = question.replace(time.text, " ", 1)
    words = [
        token for token in query_tokens(_SAYS_NOTHING_HAN.sub(" ", question)) if token not in _SAYS_NOTHING
    ]
    return " ".join(question.split()).strip(" ?!.,，。？！") if words else ""
