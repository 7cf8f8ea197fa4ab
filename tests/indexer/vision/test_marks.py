"""What a model reads as the time of a frame is the time that is drawn into it, from the file to the request.

The file has a variable frame rate and is an hour long; each frame carries its own number, which is read back
from the packed prompt and from the JPEGs that a server got.
"""

import re
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from endpoint_server import completion, endpoint, serving

from indexer.media.decoder import Decoder
from indexer.timeline import Span
from indexer.vision.marks import mark
from indexer.vision.model import Look, Reply

sys.path += [str(Path(__file__).parent / "qwen3_vl"), str(Path(__file__).parents[1] / "media")]

from barcode_video import read_number, write_barcodes
from tiny_qwen import make_loaded, unpack

HALF_AN_HOUR = 1800
SPANS = [Span(0, 1), Span(1805, 1806), Span(1800.5, 1809.25), Span(1805, 1805.4), Span(3590, 3600)]


@pytest.fixture(scope="module")
def times() -> list[Fraction]:
    """Presentation times in whole milliseconds: dense and irregular where it is looked at, sparse between."""
    random = np.random.default_rng(5)
    steps = np.cumsum(random.choice([7, 16, 33, 40, 95, 180], 400))
    dense = [Fraction(int(step), 1000) for step in steps]
    ends = [second for second in dense if second < 12]
    middle = [HALF_AN_HOUR + second for second in dense if second < 12]
    sparse = [Fraction(second) for second in range(15, HALF_AN_HOUR, 15)]
    late = [Fraction(second) for second in range(1815, 3590, 15)] + [3589 + second for second in ends]
    return [Fraction(0), *ends, *sparse, *middle, *late]


@pytest.fixture(scope="module")
def video(times, tmp_path_factory):
    path = tmp_path_factory.mktemp("hour") / "hour.mp4"
    write_barcodes(path, times)
    return path


@pytest.fixture(scope="module", params=SPANS, ids=str)
def look(request, video):
    """A dense look at a stretch of the file, as the decoder gives it."""
    span = request.param
    count = max(8, round(8 * span.duration_seconds))
    wanted = [span.start_seconds + span.duration_seconds * number / count for number in range(count)]
    with Decoder() as decoder:
        found = {frame.pts_seconds: frame for frame in decoder.frames_at(video, wanted, max_side=160)}
    frames = tuple(frame for pts, frame in sorted(found.items()) if span.contains(pts))
    assert len(frames) >= 4
    return Look(frames, span, "What?", Reply.TEXT, max_new_tokens=4)


def shown_times(pictures, times) -> list[float]:
    """The times that pictures carry; the number in the picture is the only witness."""
    return [float(times[read_number(picture)]) for picture in pictures]


def test_in_the_packed_prompt_each_mark_is_the_mean_of_its_two_frames_own_clocks(look, times):
    from indexer.vision.qwen3_vl.engine import Engine

    loaded = make_loaded()
    engine = Engine(loaded)
    part = {"type": "frames", "frames": look.frames, "span": look.span}
    planned = engine.plan(engine.render([{"role": "user", "content": [part]}]))
    engine.close()
    (patches,), (layout,) = planned.pack(), planned.layouts
    clocks = shown_times(unpack(patches, layout.grid), times)
    means = [(first + last) / 2 for first, last in zip(clocks[::2], clocks[1::2], strict=True)]
    text = loaded.tokenizer.decode(planned.ids)
    marks = [float(seconds) for seconds in re.findall(r"<([\d.]+) seconds><\|vision_start\|>", text)]
    assert marks == pytest.approx(means, abs=0.1)
    assert np.mean(np.abs(np.subtract(marks, means)) <= 0.0501) > 0.7, "nearest tenths, but at the span's end"
    assert all(look.span.contains(seconds) for seconds in marks)


def test_a_server_gets_each_picture_behind_the_time_of_its_own_clock(look, times):
    with serving(lambda _: completion("yes")) as server:
        endpoint(server.url).look([look])
    (request,) = server.requests
    clocks = shown_times(request.pictures, times)
    assert clocks == [frame.pts_seconds for frame in look.frames]
    marks = [float(text[1:].removesuffix(" seconds>")) for text in request.marks]
    assert marks == pytest.approx(clocks, abs=0.1)
    assert all(look.span.contains(seconds) for seconds in marks)


@pytest.mark.parametrize(
    ("seconds", "span", "written"),
    [
        (5.97, None, "6.0"),
        (5.97, Span(5, 6), "5.9"),
        (5.04, Span(5, 6), "5.0"),
        (4.98, Span(5, 6), "5.0"),
        (5.02, Span(5.01, 6), "5.1"),
        (5.02, Span(5.01, 5.04), "5.0"),
        (3605.96, Span(3605, 3606), "3605.9"),
    ],
)
def test_a_mark_is_the_nearest_tenth_that_lies_in_the_span_where_there_is_one(seconds, span, written):
    assert mark(seconds, span) == written
