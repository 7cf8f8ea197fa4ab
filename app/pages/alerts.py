"""Alerts: the watch rules, and what they found in what was indexed since they were made."""

from __future__ import annotations

import streamlit as st

from app.pages.parts.alert_list import show_alerts
from app.pages.parts.rule_list import show_rule_form, show_rules
from app.state import current

_MEASURES_ONLY = (
    "Rules ask for judgement, and the observer only measures. They wait here until videos are indexed with a "
    "vision-language model: `--vision qwen3-vl`, or `--vision openai:MODEL` with a server."
)


def main() -> None:
    """Compose the page."""
    st.set_page_config(layout="wide")
    state = current()
    st.title("Alerts", anchor=False)
    judged = not state.assistant.models.vision.startswith("observer")
    if not judged:
        st.info(_MEASURES_ONLY, icon=":material/info:")
    found, rules = st.columns([2, 1], gap="large")
    with rules:
        st.subheader("Watch rules", anchor=False)
        show_rule_form(state.rules, judged=judged)
        show_rules(state.rules)
    with found:
        st.subheader("Found", anchor=False)
        show_alerts(state)


main()
