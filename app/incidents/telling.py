"""What a report says, in lines and tables: the same for the HTML and the PDF, read from the record alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from indexer.clock.start import format_clock, format_error
from indexer.timeline import format_seconds

Rows = list[tuple[str, str]]

HONESTY = (
    "The hashes in this report show whether it, the source files and the pictures are still the same. They "
    "are no signature: whoever can rewrite the whole report can rewrite its hashes too. To rule that out, "
    "keep its seal (the first hash of the report) apart from it, for example in a letter or a signed mail."
)
ABOUT_ANSWERS = (
    "Answers and descriptions were written by software from the pictures. They help to find a place and are "
    "no finding of fact: the frames and the source files are what counts."
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of evidence."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    hashes: frozenset[int] = frozenset()
    """Numbers of the columns that hold hashes, which are set small and may be broken anywhere."""


def head(record: dict[str, Any]) -> Rows:
    """Return the facts about the incident and its report."""
    incident, report = record["incident"], record["report"]
    return [
        ("Incident", str(incident["incident_id"])),
        ("Status", str(incident["status"])),
        ("Begun", f"{when(incident['created_at'])} by {incident['created_by']}"),
        ("Last changed", when(incident["changed_at"])),
        ("Report made", f"{when(report['made_at'])} by {report['made_by']}"),
        ("Rests on", _counted(record)),
        ("Seal (SHA-256)", str(record["seals"]["whole"])),
    ]


def _counted(record: dict[str, Any]) -> str:
    frames = sum(len(moment["frames"]) for moment in record["moments"])
    clips = sum(moment["clip"] is not None for moment in record["moments"])
    counts = (
        (len(record["moments"]), "moment"),
        (len(record["sources"]), "video"),
        (frames, "frame"),
        (clips, "clip"),
    )
    return ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts)


def summary(record: dict[str, Any]) -> Table:
    """Return the moments at a glance."""
    rows = [
        (
            str(each["number"]),
            str(each["video"]),
            stretch(each),
            wall(each) or "not known",
            _first_line(each["note"]),
        )
        for each in record["moments"]
    ]
    return Table("Moments", ("No.", "Video", "In the video", "Wall clock", "Note"), rows)


def moment_title(moment: dict[str, Any]) -> str:
    """Return the heading of one moment."""
    return f"Moment {moment['number']}: {moment['video']}, {stretch(moment)}"


def moment_facts(moment: dict[str, Any]) -> Rows:
    """Return what is to be said of a moment before its frames."""
    length = moment["end_seconds"] - moment["start_seconds"]
    facts = [
        ("In the video", f"{stretch(moment)} ({length:.3g} s)"),
        ("Wall clock", wall(moment) or "not known when this was recorded"),
        ("Marked", f"{when(moment['marked_at'])} by {moment['marked_by']}"),
    ]
    return facts + [("Remark", moment["remark"])] * bool(moment["remark"])


def answer_heading(moment: dict[str, Any]) -> str:
    """Return what stands above `answer_facts`; a moment that a search found was never asked about."""
    return "Asked and answered" if moment["answer"] else "How it was found"


def answer_facts(moment: dict[str, Any]) -> Rows:
    """Return what was asked and answered, what the answer cites and who gave it; [] when nothing was."""
    answer = moment["answer"] or {}
    facts = [
        ("Asked" if answer else "Searched for", moment["question"]),
        ("Answered", str(answer.get("answer", ""))),
    ]
    cites = [f"{each['video']} {stretch(each)} ({each['source']})" for each in answer.get("citations", [])]
    facts.append(("Cites", "; ".join(dict.fromkeys(cites))))
    models = answer.get("models") or {}
    facts.append(("Models", ", ".join(f"{kind} {name}" for kind, name in models.items())))
    return [(label, text) for label, text in facts if text]


def descriptions(moment: dict[str, Any]) -> list[str]:
    """Return what the index, the sound and the notes say of a moment, each with its time."""
    lines = [f"{stretch(each)} {each['summary']}" for each in moment["captions"] if each["summary"]]
    lines += [f"{stretch(each)} {each['source']}: “{each['text']}”" for each in moment["texts"]]
    lines += [f"{stretch(each)} note by {each['author']}: {each['text']}" for each in moment["notes"]]
    return lines + [f"{stretch(each)} was not seen: {each['reason']}" for each in moment["not_seen"]]


def frame_line(record: dict[str, Any], moment: dict[str, Any], frame: dict[str, Any]) -> str:
    """Return the line beneath a frame."""
    shown = format_seconds(frame["pts_seconds"])
    source = _source(record, moment["video_id"])
    if source is None or not source.get("starts_at"):
        return shown
    start = datetime.fromisoformat(source["starts_at"])
    at = start + timedelta(seconds=frame["pts_seconds"] * float(source.get("clock_rate") or 1))
    error = format_error(float(source.get("starts_at_error_seconds") or 0))
    return f"{shown} · {at:%Y-%m-%d} {format_clock(at)}{error}"


def clip_line(moment: dict[str, Any]) -> str:
    """Return the line about a moment's clip."""
    clip = moment["clip"]
    if clip is None:
        return f"No clip: {moment['clip_remark']}"
    begins = clip["moment_at_seconds"]
    where = f"; the moment begins {begins:.2f} s into it" if begins > 0.005 else ""
    remark = f"; {clip['remark']}" if clip["remark"] else ""
    return f"{clip['file']}: {stretch(clip)} of the video, cut without encoding it again{where}{remark}"


def evidence(record: dict[str, Any]) -> Iterator[Table]:
    """Return the tables that let everything be found and checked."""
    yield Table(
        "Source files",
        ("Video", "State", "Size in bytes", "Codec", "SHA-256 of the file"),
        [_source_row(source) for source in record["sources"]],
        frozenset({4}),
    )
    frames = [(moment, frame) for moment in record["moments"] for frame in moment["frames"]]
    yield Table(
        "Frames",
        ("Moment", "Second", "PTS", "Time base", "Stored as", "SHA-256 of the decoded picture"),
        [_frame_row(moment, frame) for moment, frame in frames],
        frozenset({5}),
    )
    clips = [moment for moment in record["moments"] if moment["clip"]]
    if clips:
        yield Table(
            "Clips",
            ("Moment", "File", "Of the video", "First PTS", "SHA-256 of the file, and of its packets"),
            [_clip_row(moment) for moment in clips],
            frozenset({4}),
        )


def _source_row(source: dict[str, Any]) -> tuple[str, ...]:
    name, digest = str(source.get("name", "")), source["sha256"] or f"begins {source['video_id']}"
    state = "present" if source["state"] == "present" else f"missing: {source['remark']}"
    return name, state, str(source.get("size_bytes", "")), str(source.get("codec", "")), digest


def _frame_row(moment: dict[str, Any], frame: dict[str, Any]) -> tuple[str, ...]:
    stored = f"{frame['width']}x{frame['height']} {frame['pixel_format']}"
    second = f"{frame['pts_seconds']:.6f}"
    return str(moment["number"]), second, str(frame["pts"]), frame["time_base"], stored, frame["sha256"]


def _clip_row(moment: dict[str, Any]) -> tuple[str, ...]:
    clip = moment["clip"]
    hashes = f"{clip['sha256']}\n{clip['packets_sha256']}"
    return (
        str(moment["number"]),
        clip["file"],
        stretch(clip),
        f"{clip['first_pts']} ({clip['time_base']})",
        hashes,
    )


def made(record: dict[str, Any]) -> Iterator[tuple[str, Rows]]:
    """Return how the index and the report were made, under headings."""
    made_with = record["made_with"]
    yield (
        "Models of the index",
        [(name, str(value)) for name, value in (made_with["index"] or {}).items() if value],
    )
    yield "Versions", [(name, str(value)) for name, value in made_with["versions"].items()]
    yield "Prompts (SHA-256)", [(each["name"], each["sha256"]) for each in made_with["prompts"]]
    yield "Settings", [(name, _setting(value)) for name, value in made_with["settings"].items()]


def checking(record: dict[str, Any]) -> list[str]:
    """Return how the report is checked, in sentences."""
    decoder = record["made_with"]["versions"].get("libavcodec", "")
    return [
        "witness verify FILE, with this report as HTML or as JSON, reads the source files again and says for "
        "each item whether it still matches; --folder says where they lie now.",
        "Without Witness: sha256sum prints the hash of a source file. ffmpeg -noautorotate -i FILE "
        "-f framehash -hash sha256 - prints that of every decoded picture: it is made of the planes as they "
        "are decoded, row by row, before any conversion. The packets' hash is made of each video packet of "
        "the clip in file order: its PTS and its size, 8 bytes each, signed, big-endian, and its bytes.",
        f"Frames were decoded with libavcodec {decoder}. H.264, HEVC, VP8, VP9 and AV1 decode to the same "
        "bits everywhere; older codecs may differ by a level or two between decoders, which verify allows "
        "for by a miniature of each frame.",
    ]


def stretch(span: dict[str, Any]) -> str:
    """Write a stretch of a video."""
    return f"{format_seconds(span['start_seconds'])}–{format_seconds(span['end_seconds'])}"


def wall(moment: dict[str, Any]) -> str:
    """Write when a moment was, on the wall clock; "" where that is not known."""
    known = moment["wall_clock"]
    return f"{known['shown']} {known['start'][-6:]}" if known else ""


def when(stamp: str) -> str:
    """Write an instant of the record, in UTC."""
    return f"{datetime.fromisoformat(stamp):%Y-%m-%d %H:%M:%S} UTC"


def _source(record: dict[str, Any], video_id: str) -> dict[str, Any] | None:
    return next((each for each in record["sources"] if each["video_id"] == video_id), None)


def _first_line(text: str) -> str:
    line = next(iter(text.splitlines()), "")
    return line if len(line) <= 90 else f"{line[:89]}…"


def _setting(value: Any) -> str:
    if value is None:
        return "not set"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value) or "(empty)"
