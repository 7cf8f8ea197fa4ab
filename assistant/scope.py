"""Which videos and which times a question means, read from its words before any model sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.camera_names import take_cameras
from assistant.narrowing import Within
from assistant.observer_words import is_observer
from assistant.timing_choice import HOW_TO_SET, Named, Resolved, resolve_times
from assistant.timing_events import RelativeTime, find_relative
from assistant.timing_relative import resolve_relative
from assistant.wall_clock_cameras import ASKS_FOR_OTHERS, spans_at
from indexer.clock.start import RecordingStart
from indexer.clock.zones import find_zone
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
        " time moment see saw seen"
    )
)
"""Tokens that tell nothing to search for."""
_SAYS_NOTHING_HAN = re.compile(
    "看到|看见|视频|录像|片段|画面|文件|内容|描述|介绍|总结|概括|发生|什么|时候|整个|一下|这个|那个|请|说|这|段|里|在|中|了|的|吗|呢"
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
    start: RecordingStart | None = None
    """Its wall clock, where it is known when it was recorded."""


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
    narrowed: bool = False
    """Whether the person chose a part of the library, beside the words of the question."""
    relative: RelativeTime | None = None
    """A time told by an event, "ten seconds before the box fell"; its stretch stands with the videos."""

    @property
    def searched(self) -> bool:
        """Whether there is something to search for."""
        return bool(self.words) and not self.whole

    @property
    def handles(self) -> tuple[str, ...]:
        """Handles of the videos that are meant."""
        return tuple(video.handle for video in self.videos)


_MOST_ZONES = 6
"""Recordings whose zones one note tells."""
_REFERS_BACK = re.compile(
    r"\b(?:after|before|since) (?:that|this|it|then)(?=\W*$|\s*[,.;!?])|\b(?:and )?then(?=\W*$)"
    r"|\b(?:what )?(?:happened |happens |comes |came |is |was )?next(?=\W*$)|\bwhat else\b"
    r"|在?那之后|这之后|之后呢|然后|接着|接下来|后来",
    re.IGNORECASE,
)
"""Words that mean something of an earlier answer."""


def read_question(
    library: Library,
    question: str,
    video: str | None = None,
    within: Within | None = None,
    *,
    now: datetime | None = None,
) -> Scope:
    """Work out which videos and spans a question means.

    Args:
        library: The videos to choose from.
        question: The person's words.
        video: A video that the question is narrowed to, by name, handle or id.
        within: A part of the library that it is narrowed to.
        now: The instant from which "yesterday" is counted, in the person's zone; default: this one.

    Raises:
        VideoNotFound: ``video`` is no video of the library.
        AmbiguousVideo: Several videos are called ``video``.
    """
    everything = library.videos()
    records = [each for each in everything if within is None or within.holds(each.video_id)]
    mentioned, rest = _take_names(library, everything, question)
    cameras, rest = take_cameras(records, rest)
    held = {each.video_id for each in records}
    meant = (
        [library.video(video)] if video else [each for each in mentioned if each.video_id in held] or cameras
    )
    answerable = [record for record in records if record.answerable]
    usable = [record for record in meant if record.answerable] if meant else answerable
    named = [Named(record, library.handle(record)) for record in usable]
    times, relative = _read_times(library, rest, named, now or _now(library), everywhere=not meant)
    for text in times.texts:
        rest = rest.replace(text, " ", 1)
    rest, back = _REFERS_BACK.subn(" ", rest)
    before = _with_spans(named, times)
    if ASKS_FOR_OTHERS.search(rest):
        rest, named = ASKS_FOR_OTHERS.sub(" ", rest), _others(library, answerable, named, times)
    if within is not None:
        _narrow(times, within, named)
    return Scope(
        videos=tuple(_video_scope(each, times) for each in named),
        named=bool(meant) or len(answerable) == 1 or within is not None,
        times=tuple(times.texts),
        words=_content(rest),
        notes=(
            *_left_out(library, mentioned, held if not video else {each.video_id for each in meant}),
            *(_not_answerable(library, each) for each in meant if not each.answerable),
            *times.notes,
            *_zones([*before, *_with_spans(named, times)]),
        ),
        missing=tuple(_missing(library, rest)),
        refers_back=back > 0 and not times.texts,
        measured=is_observer(library.vision_name),
        narrowed=within is not None,
        relative=relative,
    )


def _now(library: Library) -> datetime:
    """Return this instant in the zone of the settings, or else of the machine."""
    return datetime.now().astimezone(find_zone(library.timezone))


def _read_times(
    library: Library, rest: str, named: Sequence[Named], now: datetime, *, everywhere: bool
) -> tuple[Resolved, RelativeTime | None]:
    """Find the times of a question; one that is told by an event lies within the others, if there are any."""
    relative = find_relative(rest)
    times = resolve_times(rest.replace(relative.text, " ", 1) if relative else rest, named, now)
    if relative is None or (times.texts and not times.spans):
        return times, None
    found = resolve_relative(library, relative, named, times.spans, everywhere=everywhere)
    times.notes.append(found.note)
    if not found.spans:
        return times, None
    times.texts.append(relative.text)
    times.spans = found.spans
    return times, relative


def _others(
    library: Library, answerable: Sequence[VideoRecord], named: Sequence[Named], times: Resolved
) -> list[Named]:
    """Turn to the other cameras: what they recorded while the named videos showed what is asked about."""
    sources = [each.record for each in named if times.spans.get(each.record.video_id)]
    if not sources or len(named) == len(answerable):
        return list(named)
    found: dict[str, list[Span]] = {}
    for source in sources:
        for video_id, spans in spans_at(answerable, source, times.spans[source.video_id]).items():
            found.setdefault(video_id, []).extend(spans)
    asked = {source.video_id for source in sources}
    others = [record for record in answerable if record.video_id not in asked]
    unknown = [library.handle(record) for record in others if record.start is None]
    if any(source.start is None for source in sources):
        unknown = [library.handle(source) for source in sources if source.start is None]
    if unknown:
        were = "was" if len(unknown) == 1 else "were"
        times.notes.append(
            f"It is not known when {', '.join(unknown[:3])} {were} recorded, so nothing can be lined up "
            f"there; say when: {HOW_TO_SET.format('VIDEO')}"
        )
    elif not found:
        times.notes.append("No other camera recorded at that time")
    times.spans = found
    return [Named(record, library.handle(record)) for record in others if record.video_id in found]


def _zones(told: Sequence[Named]) -> Iterator[str]:
    """Say by which zones the clocks of recordings run that are told of together, where these differ."""
    starts = {each.handle: each.record.start for each in told}
    zones = {handle: _offset(start) for handle, start in starts.items() if start is not None}
    if len(set(zones.values())) > 1:
        shown = [f"{handle} by UTC{zone}" for handle, zone in list(zones.items())[:_MOST_ZONES]]
        yield f"The clocks of these recordings run by different zones: {', '.join(shown)}"


def _offset(start: RecordingStart) -> str:
    offset = start.starts_at.strftime("%z")
    return f"{offset[:3]}:{offset[3:5]}"


def _with_spans(named: Sequence[Named], times: Resolved) -> list[Named]:
    return [each for each in named if times.spans.get(each.record.video_id)]


def _narrow(times: Resolved, within: Within, named: Sequence[Named]) -> None:
    """Keep of the times what lies within the part that was chosen; without times, that part is meant."""
    asked = any(times.spans.values())
    parts = {
        each.record.video_id: list(
            within.clip(each.record.video_id, times.spans.get(each.record.video_id, ()))
            if times.spans.get(each.record.video_id) or not times.texts
            else ()
        )
        for each in named
    }
    times.spans = {video_id: spans for video_id, spans in parts.items() if spans}
    if asked and not times.spans:
        times.notes.append(f"That time lies outside of what the question is narrowed to, {within.label}")
    if within.timed and not times.texts:
        times.texts.append(within.label)


def _video_scope(video: Named, times: Resolved) -> VideoScope:
    record = video.record
    spans = tuple(times.spans.get(record.video_id, ()))
    return VideoScope(
        record.video_id, video.handle, record.duration_seconds, spans, record.unseen, record.start
    )


def _take_names(
    library: Library, records: Sequence[VideoRecord], question: str
) -> tuple[list[VideoRecord], str]:
    """Find the videos that a question mentions; return them and the question without their names.

    Names are taken out so that a digit in ``gate_2.mp4`` is never read as a time.
    """
    found: dict[str, VideoRecord] = {}
    handles = sorted(
        ((library.handle(record), [record]) for record in records), key=lambda each: -len(each[0])
    )
    # All handles first: "dock.mp4#3f2a91" is not dock.mp4.
    for name, called in (*handles, *_by_name(records).items()):
        pattern = _mention(name, is_stem=name.lower() == called[0].path.stem.lower())
        if pattern.search(question):
            found |= {record.video_id: record for record in called}
            question = pattern.sub(" ", question)
    return sorted(found.values(), key=lambda record: record.name), question


def _by_name(records: Sequence[VideoRecord]) -> dict[str, list[VideoRecord]]:
    """Return the videos that each name means: all whose files are called so now, else those that were."""
    called: dict[str, list[VideoRecord]] = {}
    for record in sorted(records, key=lambda record: -len(record.name)):
        for name in dict.fromkeys((record.name.lower(), record.path.stem.lower())):
            called.setdefault(name, []).append(record)
    return {
        name: [record for record in found if not record.replaced_by] or found
        for name, found in called.items()
    }


def _left_out(library: Library, mentioned: Sequence[VideoRecord], held: set[str]) -> Iterator[str]:
    """Say which videos are mentioned that lie outside of what the question is narrowed to."""
    for record in mentioned:
        if record.video_id not in held:
            yield f"{library.handle(record)} was not looked at: the question is narrowed to something else"


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


def _not_answerable(library: Library, record: VideoRecord) -> str:
    if record.status is VideoStatus.FAILED:
        return f"{record.name} could not be indexed: {record.reason or 'no reason is known'}"
    if library.is_interrupted(record):
        return f"{record.name} is not indexed yet: it was interrupted, and the next witness index goes on"
    return f"{record.name} is not indexed yet ({record.status.value}); ask again when it is ready"


def _content(question: str) -> str:
    """Return what is left of a question, or nothing when no word is left that could be searched for."""
    words = [
        token for token in query_tokens(_SAYS_NOTHING_HAN.sub(" ", question)) if token not in _SAYS_NOTHING
    ]
    if not words:
        return ""
    # What stood before a name or a time that was taken out: "fell in" of "what fell in dock.mp4?"
    return re.sub(r"(?:\s+(?:in|of|at|from|on))+$", "", " ".join(question.split()).strip(" ?!.,，。？！"))
