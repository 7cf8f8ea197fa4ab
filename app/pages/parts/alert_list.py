"""What the watch rules found, page by page, each to be confirmed or dismissed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.pages.parts.moment_card import CardMoment, moment_card
from app.pages.parts.text import plain
from indexer.rules.rule import Alert, Review

if TYPE_CHECKING:
    from app.state import AppState

PER_PAGE = 10
POLL_SECONDS = 5
_SHOWN = {"To review": Review.NEW, "Confirmed": Review.CONFIRMED, "Dismissed": Review.DISMISSED}
_ALL_RULES = "All rules"


def show_alerts(state: AppState) -> None:
    """Show the alerts that the person chose to see, and keep the list up to date."""
    with st.container(horizontal=True, vertical_alignment="top"):
        shown = st.segmented_control("Show", list(_SHOWN), default="To review", key="alerts-shown")
        names = [_ALL_RULES, *(rule.name for rule in state.rules.all())]
        rule = st.selectbox("Rule", names, key="alerts-rule")
    review = _SHOWN[shown or "To review"]
    st.fragment(_show_page, run_every=POLL_SECONDS)(state, review, None if rule == _ALL_RULES else rule)


def _show_page(state: AppState, review: Review, rule_name: str | None) -> None:
    rule = next((each for each in state.rules.all() if each.name == rule_name), None)
    total = state.rules.count_alerts(rule=rule, review=review)
    if not total:
        st.markdown("Nothing to review." if review is Review.NEW else "None.")
        return
    pages = -(-total // PER_PAGE)
    page = 1
    if pages > 1:
        page = st.number_input(f"Page, of {pages}", 1, pages, key=f"alerts-page-{review}")
    st.caption(f"{total:,} {'alert' if total == 1 else 'alerts'}, the latest first")
    offset = (int(page) - 1) * PER_PAGE
    for alert in state.rules.alerts(rule=rule, review=review, limit=PER_PAGE, offset=offset):
        with st.container(border=True):
            _show_alert(state, alert)


def _show_alert(state: AppState, alert: Alert) -> None:
    st.markdown(f"**{plain(alert.rule.name)}** :gray[{plain(f'judged by {alert.model}')}]")
    moment = CardMoment(
        alert.video_id,
        alert.span,
        alert.frame_seconds,
        text=alert.reason,
        source=f"rule “{alert.rule.question}”",
        question=alert.rule.question,
        answer=alert.reason,
    )
    moment_card(state, moment, key=f"alert-{alert.alert_id}")
    with st.container(horizontal=True):
        for label, icon, review in (
            ("Right", ":material/check:", Review.CONFIRMED),
            ("Wrong", ":material/close:", Review.DISMISSED),
        ):
            if alert.review is not review:
                st.button(
                    label,
                    icon=icon,
                    key=f"alert-{alert.alert_id}-{review}",
                    on_click=state.rules.review,
                    args=(alert.alert_id, review),
                )
