"""How the statements of an answer stand: what did not stand in view, the rest folded."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from app.pages.parts.text import plain
from assistant.answer import Answer, Claim, Source, Verdict

_ICONS = {
    Verdict.CONFIRMED: ":green[:material/verified:]",
    Verdict.CITED: ":gray[:material/link:]",
    Verdict.REFUSED: ":red[:material/cancel:]",
    Verdict.UNCERTAIN: ":orange[:material/help:]",
    Verdict.UNCITED: ":orange[:material/link_off:]",
}
_SAID = {
    Verdict.CONFIRMED: "confirmed by a second look",
    Verdict.CITED: "its footage is in what was read or looked at; no second model judged it",
    Verdict.REFUSED: "not confirmed by a second look",
    Verdict.UNCERTAIN: "a second look cannot tell",
    Verdict.UNCITED: "no footage is cited for it",
}
_SEEN = "told from a look at its frames; no second model judged it"
FAILED = (Verdict.REFUSED, Verdict.UNCERTAIN, Verdict.UNCITED)


def show_claims(answer: Answer) -> None:
    """Show the statements that did not stand, and on demand how each of the others does."""
    for claim in answer.claims:
        if claim.verdict in FAILED:
            st.markdown(claim_line(claim, answer))
    standing = [claim for claim in answer.claims if claim.verdict not in FAILED]
    if standing:
        with st.expander(f"Statements: {counts(standing)}", icon=":material/fact_check:"):
            for claim in standing:
                st.markdown(claim_line(claim, answer))


def claim_line(claim: Claim, answer: Answer) -> str:
    """Return a statement of an answer as Markdown, with how it stands and why."""
    reason = f" ({plain(claim.reason)})" if claim.reason else ""
    return f"{_ICONS[claim.verdict]} “{plain(claim.text)}” :gray[{plain(_said(claim, answer))}{reason}]"


def _said(claim: Claim, answer: Answer) -> str:
    seen = {(each.video_id, each.span) for each in answer.citations if each.source is Source.LOOK}
    if claim.verdict is Verdict.CITED and any((each.video_id, each.span) in seen for each in claim.spans):
        return _SEEN
    return _SAID[claim.verdict]


def counts(claims: list[Claim]) -> str:
    """Say how many statements stand how: ``2 confirmed, 1 cited``."""
    found = Counter(claim.verdict for claim in claims)
    return ", ".join(f"{number} {verdict.value}" for verdict, number in found.items())
