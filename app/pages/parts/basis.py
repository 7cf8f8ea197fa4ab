"""What an answer rests on, beneath it: which spans were looked at and which were not, and by which models."""

from __future__ import annotations

import streamlit as st

from app.pages.parts.text import plain
from app.wall_clock import told_span
from assistant.answer import STILL, Answer, VideoCoverage
from indexer.timeline import Span

_BASIS = "What this rests on. "
"""How the paragraph begins that tells what a no rests on."""


def split_basis(text: str) -> tuple[str, str]:
    """Return an answer's text without what its no rests on, and that; "" where it is no such answer."""
    paragraphs = text.split("\n\n")
    basis = [each for each in paragraphs if each.startswith(_BASIS)]
    return "\n\n".join(each for each in paragraphs if each not in basis), "\n\n".join(basis)


def show_basis(answer: Answer) -> None:
    """Show coverage, refused citations and the models line."""
    with st.expander("What was inspected, and what was not", icon=":material/visibility:"):
        for line in coverage_lines(answer):
            st.markdown(line)
    st.caption(models_line(answer))


def coverage_lines(answer: Answer) -> list[str]:
    """Say an answer's coverage as Markdown lines; says so when nothing was inspected."""
    lines = [line for entry in answer.coverage for line in _video_lines(entry)]
    lines = lines or ["No part of any video was inspected for this answer."]
    if answer.refused_citations:
        refused = ", ".join(plain(citation) for citation in answer.refused_citations)
        lines.append(f"Removed from the answer, because nothing that was retrieved bears it out: {refused}")
    return lines


def models_line(answer: Answer) -> str:
    """Name the models that the answer comes from."""
    models = answer.models
    return f"Chat: {plain(models.chat)} · vision: {plain(models.vision)} · search: {plain(models.embedding)}"


def _video_lines(entry: VideoCoverage) -> list[str]:
    name, coverage = plain(entry.video), entry.coverage
    inspected = _spans(coverage.inspected) if coverage.inspected else "nothing"
    missed = [f"{_spans((unseen.span,))} ({plain(unseen.reason)})" for unseen in coverage.not_inspected]
    looks = [
        f"{plain(told_span(look.span))} ({look.frames} frames, {look.frames_per_second:.3g} a second)"
        for look in entry.looks
    ]
    return [
        f"**{name}** · inspected: {inspected}",
        *([f"**{name}** · frames looked at for this question: {', '.join(looks)}"] if looks else []),
        *([f"**{name}** · {STILL}: {_spans(entry.still)}"] if entry.still else []),
        *([f"**{name}** · not inspected: {', '.join(missed)}"] if missed else []),
    ]


def _spans(spans: tuple[Span, ...]) -> str:
    return ", ".join(plain(told_span(span)) for span in spans)
