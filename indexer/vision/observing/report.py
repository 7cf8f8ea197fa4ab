"""Facts as a caption's JSON object, and as lines of plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import numpy as np

from indexer.timeline import Span, merge_spans, subtract_spans
from indexer.vision.observing import words
from indexer.vision.observing.colour import colour_counts, name_colour
from indexer.vision.observing.facts import ROUNDED_SECONDS, Fact, find_facts
from indexer.vision.observing.light import DARK
from indexer.vision.observing.motion import SMALLEST_SURE
from indexer.vision.observing.scene import Scene, SceneText

MAX_EVENTS = 6
"""Events told for one look; what is left out is counted."""
NOTHING_MOVED = f"Nothing moved that is larger than {words.percent(SMALLEST_SURE)} of the picture."
"""Smaller things are at the mercy of noise and of the working size."""
_TOLD_IN_SUMMARY = 3
_STILL_SECONDS = 1.0
"""Shorter pauses between movements are not told."""


def caption(scene: Scene, told: Span | None = None) -> str:
    """Write the JSON object that ``prompts/caption.md`` asks for.

    Args:
        scene: What was measured.
        told: Tell only what happened, at least in part, in this stretch; each event with its whole time.
    """
    span = told or scene.span
    facts = [fact for fact in find_facts(scene) if fact.event.span.intersect(span)]
    events = [
        {
            "start_seconds": round(fact.event.span.start_seconds, 3),
            "end_seconds": round(fact.event.span.end_seconds, 3),
            "actor": fact.event.actor,
            "action": fact.event.action,
            "details": fact.event.details,
            "intent": "",
            "text_on_screen": "",
        }
        for fact in _most_important(facts)
    ]
    return json.dumps({"summary": _summary(scene, facts, span), "events": events}, ensure_ascii=False)


def lines(scene: Scene) -> str:
    """Write one fact a line, each beginning with its time, in the order of time."""
    facts = find_facts(scene)
    told = [(fact.event.span, words.capital(fact.event.sentence()) + ".") for fact in _most_important(facts)]
    left_out = _left_out(facts)
    whole = scene.span
    if left_out:
        told.append((whole, f"Besides, {words.counted(left_out, 'smaller movement')}."))
    told += [(span, NOTHING_MOVED) for span in _still_spans(scene, facts, whole)]
    activity = _activity(scene, facts, whole)
    told += [(whole, sentence) for sentence in (activity, _view(scene)) if sentence]
    told += [(_text_span(scene, part), _text_sentence(part)) for part in scene.texts if part.texts]
    told.sort(key=lambda line: (line[0].start_seconds, line[0].end_seconds))
    return "\n".join(f"{span}: {sentence}" for span, sentence in told)


def _most_important(facts: Sequence[Fact]) -> list[Fact]:
    kept = sorted(facts, key=lambda fact: -fact.weight)[:MAX_EVENTS]
    return [fact for fact in facts if any(fact is other for other in kept)]


def _left_out(facts: Sequence[Fact]) -> int:
    return len(facts) - len(_most_important(facts))


def _summary(scene: Scene, facts: Sequence[Fact], span: Span) -> str:
    """Say what is told of a look in a few sentences."""
    moving = [fact.event.span.start_seconds for fact in facts if fact.moves]
    timed = [
        (fact.event.span.start_seconds, f"At {words.moment(fact.event.span.start_seconds)} {_clause(fact)}.")
        for fact in _most_important(facts)
        if not fact.moves
    ]
    timed.append((min(moving, default=span.start_seconds), _movement_sentence(scene, facts)))
    sentences = [sentence for _, sentence in sorted(timed)]
    still = [f"between {words.moment(s.start_seconds)} and {words.moment(s.end_seconds)}"
             for s in _still_spans(scene, facts, span)]  # fmt: skip
    if still and any(fact.moves for fact in facts):
        sentences.append(NOTHING_MOVED.replace("moved", f"moved {words.listed(still)}", 1))
    sentences.append(_activity(scene, facts, span))
    shown = [picture for picture in scene.pictures if span.contains(picture.seconds)] or scene.pictures
    if all(picture.brightness < DARK for picture in shown):
        sentences.append("The picture was dark, so that little can be seen.")
    texts = [part for part in scene.texts if _text_span(scene, part).intersect(span)]
    sentences += [_text_sentence(part) for part in _unlike(texts)]
    return " ".join(sentence for sentence in sentences if sentence)


def _clause(fact: Fact) -> str:
    return "; ".join(part for part in (f"{fact.event.actor} {fact.event.action}", fact.event.details) if part)


def _movement_sentence(scene: Scene, facts: Sequence[Fact]) -> str:
    """Say what moved, the most important first."""
    moving = sorted((fact for fact in facts if fact.moves), key=lambda fact: -fact.weight)
    if len(scene.pictures) < 2:
        return "Only one frame was looked at, so movement could not be measured."
    if not moving:
        return "" if any("whole picture" in fact.event.actor for fact in facts) else NOTHING_MOVED
    told = [
        f"{fact.event.actor} {fact.event.action} between {words.moment(fact.event.span.start_seconds)} "
        f"and {words.moment(fact.event.span.end_seconds)}"
        for fact in moving[:_TOLD_IN_SUMMARY]
    ]
    if len(moving) == 1:
        return re.sub(r"^an? ", "One ", told[0]) + "."
    rest = len(moving) - len(told)
    if rest:
        told.append(words.counted(rest, "smaller movement"))
    return f"{words.capital(words.counted(len(moving), 'region'))} moved: {'; '.join(told)}."


def _still_spans(scene: Scene, facts: Sequence[Fact], span: Span) -> list[Span]:
    """Return the parts of a stretch, a second or longer, in which the picture was seen to stand still."""
    if len(scene.pictures) < 2:
        return []
    busy = [
        fact.event.span
        for fact in facts
        if fact.moves or fact.event.actor in ("the whole picture", "the camera's view")
    ]
    still = subtract_spans(span, merge_spans(busy, gap_seconds=_STILL_SECONDS / 2))
    nothing = not busy
    return [part for part in still if nothing or part.duration_seconds >= _STILL_SECONDS]


def _activity(scene: Scene, facts: Sequence[Fact], span: Span) -> str:
    """Say when movement began, peaked and ended."""
    spans = [fact.event.span for fact in facts if fact.moves or fact.event.actor == "the whole picture"]
    if not spans:
        return ""
    start, end = min(each.start_seconds for each in spans), max(each.end_seconds for each in spans)
    share, peak = max(
        (share, stretch.pictures[at].seconds)
        for stretch in scene.stretches
        for at, share in enumerate(stretch.motion.changed)
    )
    if share <= 0 or span != scene.span:
        return ""  # of a part of the look, the peak may lie outside of what is told
    peak = min(max(peak, start), end)
    began = "was under way at" if start < scene.span.start_seconds + ROUNDED_SECONDS else "began at"
    ended = "went on to" if end > scene.span.end_seconds - ROUNDED_SECONDS else "ended at"
    return (
        f"Movement {began} {words.moment(start)}, peaked at {words.moment(peak)} "
        f"({words.percent(share)} of the picture changed at once) and {ended} {words.moment(end)}."
    )


def _view(scene: Scene) -> str:
    """Describe the picture as a whole: how bright, and of which colour."""
    middle = scene.pictures[len(scene.pictures) // 2]
    brightness = float(np.median([picture.brightness for picture in scene.pictures]))
    colour = name_colour(colour_counts(middle.colour.reshape(-1, 3)))
    still = ", one frame only, so movement could not be measured" if len(scene.pictures) < 2 else ""
    return (
        f"The picture was {words.light_level(brightness)} ({words.percent(brightness)} of full light) "
        f"and mostly {colour}{still}."
    )


def _text_span(scene: Scene, part: SceneText) -> Span:
    start, end = scene.begins(part.first), scene.ends(part.last)
    return Span(start, end) if end > start else scene.span


def _text_sentence(part: SceneText) -> str:
    """Quote the text in view; what runs like a clock is told from its first to its last value."""
    fixed = [f'"{text.text}"' for text in part.texts if not text.runs]
    running = [text for text in part.texts if text.runs]
    sentences = [f"Text on screen (sign, label or caption): {', '.join(fixed)}."] if fixed else []
    for text in running:
        kind = "clock" if re.search(r"\d\d?:\d\d", text.text) else "counter"
        sentences.append(f'Running {kind} on screen: from "{text.text}" to "{text.last_text}".')
    return " ".join(sentences)


def _unlike(parts: Sequence[SceneText]) -> list[SceneText]:
    """Leave out scenes that show the same text as one before."""
    seen: set[str] = set()
    kept = []
    for part in parts:
        sentence = _text_sentence(part)
        if sentence and sentence not in seen:
            seen.add(sentence)
            kept.append(part)
    return kept
