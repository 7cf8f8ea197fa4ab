"""Reading yes, no and cannot tell from what a model says."""

from __future__ import annotations

import pytest

from indexer.vision.verdicts import Judgement, Verdict, read_judgement


@pytest.mark.parametrize(
    ("reply", "verdict", "reason"),
    [
        ("Yes. A man falls at 3 s.", Verdict.YES, "A man falls at 3 s"),
        ("**no** - nothing of it", Verdict.NO, "nothing of it"),
        ("no", Verdict.NO, ""),
        ("Cannot tell, it is too dark.", Verdict.CANNOT_TELL, "it is too dark"),
        ("Nothing can be seen", Verdict.CANNOT_TELL, "Nothing can be seen"),
        ("yesterday it was open", Verdict.CANNOT_TELL, "yesterday it was open"),
        ("yes：有人摔倒", Verdict.YES, "有人摔倒"),
        ("", Verdict.CANNOT_TELL, ""),
    ],
)
def test_only_a_clear_beginning_decides(reply, verdict, reason):
    assert read_judgement(reply) == Judgement(verdict, reason)


def test_a_long_reason_is_cut():
    reason = read_judgement("yes " + "very " * 200).reason
    assert len(reason) == 300 and reason.endswith("…")
