"""The watch rules: a form that makes one, and each with what it asks, what it found and what it has cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.pages.parts.text import plain
from indexer.errors import LibraryError
from indexer.rules.rule import MAX_NAME_LENGTH, MAX_QUESTION_LENGTH, Cost, Rule

if TYPE_CHECKING:
    from indexer.rules.store import Rules

_NAME, _QUESTION = "new-rule-name", "new-rule-question"
_MADE, _PROBLEM = "new-rule-made", "new-rule-problem"


def show_rule_form(rules: Rules, *, judged: bool) -> None:
    """Let the person make a rule.

    Args:
        rules: Where it is kept.
        judged: Whether videos are indexed with a model that can judge.
    """
    with st.form("new-rule", clear_on_submit=False, border=False):
        st.text_input("Name", placeholder="fall", max_chars=MAX_NAME_LENGTH, key=_NAME)
        st.text_input(
            "What to watch for",
            placeholder="Someone falls or lies on the floor",
            max_chars=MAX_QUESTION_LENGTH,
            key=_QUESTION,
        )
        st.form_submit_button("Add rule", icon=":material/add:", on_click=_add, args=(rules,))
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.error(plain(problem))
    if made := st.session_state.pop(_MADE, ""):
        asked = "is asked of what is indexed from now on"
        st.toast(
            f"{plain(made)} {asked if judged else 'is kept; it is asked once a model that judges indexes'}"
        )


def _add(rules: Rules) -> None:
    """Add the rule that was written and empty the form; what is refused stays in it."""
    try:
        made = rules.add(st.session_state[_NAME], st.session_state[_QUESTION])
    except LibraryError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    st.session_state[_MADE] = made.name
    st.session_state[_NAME] = st.session_state[_QUESTION] = ""


def show_rules(rules: Rules) -> None:
    """List the rules, each with its switch."""
    costs = rules.costs()
    for rule in rules.all():
        cost = costs.get(rule.rule_id, Cost())
        with st.container(border=True):
            st.markdown(f"**{plain(rule.name)}**  \n{plain(rule.question)}")
            st.caption(cost_line(cost))
            with st.container(horizontal=True, horizontal_alignment="distribute"):
                awake = st.toggle("Ask it", rule.enabled, key=f"rule-{rule.rule_id}-{rule.enabled}")
                if st.button("Remove", key=f"remove-rule-{rule.rule_id}", type="tertiary"):
                    _confirm_removal(rules, rule)
            if awake != rule.enabled:
                rules.enable(rule, awake)
                st.rerun()


def cost_line(cost: Cost) -> str:
    """Say what a rule has cost and what came of it."""
    if not cost.looks:
        return "Not asked yet"
    rate = cost.seconds / cost.looks
    told = f"{cost.yes} yes, {cost.cannot_tell} cannot tell"
    return (
        f"Asked of {_count(cost.looks, 'segment')}: {told}. Cost: {_count(cost.frames, 'frame')}, "
        f"{cost.seconds:.0f} s of the model ({rate:.1f} s each)"
    )


@st.dialog("Remove a rule")
def _confirm_removal(rules: Rules, rule: Rule) -> None:
    st.markdown(f"**{plain(rule.name)}** and its alerts will be removed. Notes and incidents stay.")
    if st.button("Remove it", type="primary"):
        rules.remove(rule)
        st.rerun()


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"
