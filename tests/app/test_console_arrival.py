"""One line shows how a model's weights arrive."""

import io
import logging

from rich.console import Console

from app.console import ARRIVALS, ArrivalLine


def shown(*records, terminal):
    """What a console shows of arrivals, given as (doing, share)."""
    console = Console(file=io.StringIO(), force_terminal=terminal, width=80)
    line = ArrivalLine(console)
    for doing, share in records:
        extra = {"name": ARRIVALS, "levelno": logging.INFO, "doing": doing, "share": share}
        line.handle(logging.makeLogRecord(extra))
    line.close()
    return console.file.getvalue()


def test_a_terminal_shows_what_arrives_and_how_far_and_then_nothing():
    text = shown(("Downloading 4B", 0.0), ("Downloading 4B", 0.35), ("Downloading 4B", 1.0), terminal=True)
    assert "Downloading 4B" in text
    assert text.rstrip().endswith("\x1b[2K"), "the line is taken away"


def test_a_log_gets_one_line_for_each_arrival():
    text = shown(
        ("Downloading [4B]", 0.1), ("Downloading [4B]", 1.0), ("Loading 4B", 0.5), ("Loading 4B", 1.0),
        terminal=False,
    )  # fmt: skip
    assert text == "Downloading [4B]\nLoading 4B\n"


def test_weights_that_never_come_leave_no_line_behind():
    assert shown(("Loading 4B", 0.5), terminal=True).rstrip().endswith("\x1b[2K")


def test_the_logger_is_that_of_the_module_which_tells():
    from indexer.vision.qwen3_vl import arrival

    assert arrival.__name__ == ARRIVALS
