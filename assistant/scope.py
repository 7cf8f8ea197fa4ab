"""Which videos and which times a question means, read from its words before any model sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.observer_words import is_observer
from assistant.timing import TimeExpression, TimePastEnd, find_times
from indexer.errors import WitnessError
from indexer.library.library import Library
from indexer.library.records import VideoRecord, VideoStatus
from indexer.text import query_tokens, tokens
from indexer.timeline import Span, Unseen

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
_FILE_NAME = re.compile(
    r"(?:[A-Za-z0-9_.()#-]+|[^\sA-Za-z0-9,.;:!?，。；：！？\"'“”‘’「」《》]+)"
    r"\.(?:mp4|m4v|mkv|mov|avi|webm|wmv|flv|ogv|mpe?g|m?ts|3gp)(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
"""A word that looks like the name of a video file; in Chinese text a Latin name ends where Chinese begins."""


@dataclass(frozen=True, slots=True)
class VideoScope:
    """One video that a question means, and the stretches of it that the question names."""

    video_id: str
    handle: str
    duration_seconds: float
    spans: tuple[Span, ...] = ()
    """Stretches named by time expressions; empty when the question names no time that the video has."""
    unseen: tuple[Unseen, ...] = ()
    """Parts that nobody could look at when the video was indexed."""


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
    missing: tuple[str, ...] = ()
    """What is to be said of file names in the question that no video has; nothing else can be answered."""
    refers_back: bool = False
    """Whether it means something of an earlier answer ("after that"), and names no time."""
    whole: bool = False
    """Whether whole videos are to be told of although there are words, since no search would find those."""
    measured: bool = False
    """Whether the index holds measurements, not the words of a model that understands pictures."""

    @property
    def searched(self) -> bool:
        """Whether there is something to search for."""
        return bool(self.words) and not self.whole

    @property
    def handles(self) -> tuple[str, ...]:
        """Handles of the videos that are meant."""
        return tuple(video.handle for video in self.videos)


_REFERS_BACK = re.compile(
    r"\b(?:after|before|since) (?:that|this|it|then)(?=\W*$|\s*[,.;!?])|\b(?:and )?then(?=\W*$)"
    r"|\b(?:what )?(?:happened |happens |comes |came |is |was )?next(?=\W*$)|\bwhat else\b"
    r"|在?那之后|这之后|之后呢|然后|接着|接下来|后来",
    re.IGNORECASE,
)
"""Words that mean something of an earlier answer."""


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
    rest, back = _REFERS_BACK.subn(" ", rest)
    notes = [_not_answerable(record) for record in meant if not record.answerable]
    scopes = []
    for record in usable:
        handle = library.handle(record)
        spans, problems = _resolve(times, record, handle)
        notes += problems
        scopes.append(VideoScope(record.video_id, handle, record.duration_seconds, spans, record.unseen))
    return Scope(
        videos=tuple(scopes),
        named=bool(meant) or len(answerable) == 1,
        times=tuple(time.text for time in times),
        words=_content(rest, times),
        notes=tuple(notes),
        missing=tuple(_missing(library, rest)),
        refers_back=back > 0 and not times,
        measured=is_observer(library.vision_name),
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


def _missing(library: Library, rest: str) -> Iterator[str]:
    """Say of each word that is still there and looks like a file name that no video is called so."""
    for match in _FILE_NAME.finditer(rest):
        try:
            library.video(match[0])
        except WitnessError as error:
            yield str(error)


def _mention(name: str, *, is_stem: bool) -> re.Pattern[str]:
    """Return a pattern for a video's name in a question.

    A stem that could be an ordinary word ("dock") counts only where a video is plainly meant: "in dock", "the
    dock video", "'dock'".
    """
    bare = rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])"
    if is_stem:
        bare += r"(?!\.[A-Za-z0-9])"  # "dock.mov" is another file than dock.mp4
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
    if not words:
        return ""
    # What stood before a name or a time that was taken out: "fell in" of "what fell in dock.mp4?"
    return re.sub(r"(?:\s+(?:in|of|at|from|on))+$", "", " ".join(question.split()).strip(" ?!.,，。？！"))
