"""Count and list every time something happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.answer import Source
from assistant.data import as_data
from assistant.evidence import Evidence, Findings, Line, Tally
from assistant.observer_words import is_observer
from assistant.tools.context import Place, Result, notes_on, say_evidence, searched_part
from indexer.library.library import Library
from indexer.library.occurrences import RULE, Occurrences, Wanted, find_occurrences
from indexer.library.records import VideoRecord
from indexer.timeline import Span

MAX_LISTED = 100
"""Events that one call lists; all are counted."""


def list_occurrences(library: Library, words: str, places: Sequence[Place] | None, limit: int) -> Result:
    """Count the events that fit, in some places or everywhere (None), and list them by video."""
    # An observer's figures say "when it moved to the right" of things that mostly went elsewhere.
    wanted = Wanted.read(words, details=not is_observer(library.vision_name))
    if places is None:
        found = find_occurrences(library.catalog, wanted)
        places = [Place(video) for video in library.videos() if video.answerable]
    else:
        found = [
            one
            for record, span in places
            for one in find_occurrences(library.catalog, wanted, video_id=record.video_id, span=span)
        ]
    by_id = {each.video_id: each for each in found}
    tallies = [_tally(library, record, by_id.get(record.video_id), wanted, span) for record, span in places]
    tallies.sort(key=lambda tally: -tally.count)
    evidence = list(_evidence(library, [by_id[tally.video_id] for tally in tallies if tally.count], limit))
    parts = [place for place in places if place.record.duration_seconds > 0]
    searched = tuple(searched_part(library, place.record, place.part) for place in parts)
    findings = Findings(
        evidence=tuple(evidence), searched=searched, tallies=tuple(tallies), vision=library.vision_name
    )
    return _say(tallies, evidence, wanted), findings.to_artifact()


def _tally(
    library: Library, video: VideoRecord, found: Occurrences | None, wanted: Wanted, span: Span | None
) -> Tally:
    handle = library.handle(video)
    if found is None:
        return Tally(handle, video.video_id, str(wanted), 0, within=span)
    return Tally(
        handle, video.video_id, str(wanted), found.count, found.first.span, found.last.span, within=span
    )


def _evidence(library: Library, found: Sequence[Occurrences], limit: int) -> Iterator[Evidence]:
    """Return the events to list: the first ones, and of each video also the last one."""
    left = limit
    for each in found:
        video = library.video(each.video_id)
        chosen = [*each.listed[:left], *(each.listed[-1:] if len(each.listed) > max(left, 0) else ())]
        left = max(0, left - len(each.listed))
        for one in chosen:
            line = Line(one.span, one.text, best=True)
            yield Evidence(library.handle(video), each.video_id, one.span, Source.INDEX, (line,))
            yield from notes_on(library, video, one.span, best=True)


def _say(tallies: Sequence[Tally], evidence: Sequence[Evidence], wanted: Wanted) -> str:
    what = f"events that say {wanted}" if wanted.groups else "events of any kind"
    counts = [
        f"{tally.video}: {tally.count}" + (f", first {tally.first}, last {tally.last}" if tally.first else "")
        for tally in tallies
    ]
    total = sum(tally.count for tally in tallies)
    body = "\n".join([*counts, *(f"{each.video} {say_evidence([each])}" for each in evidence)])
    head = f"{total} {what}, counted in the index; {RULE}. By video, then each with its time:"
    return f"{_one_line(head)}\n{as_data(body)}\nWhat the index says in other words is not counted."


def _one_line(text: str) -> str:
    return " ".join(text.split())
