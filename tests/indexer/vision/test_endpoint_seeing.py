"""A server that really looks: the observer behind HTTP says what it says of the frames themselves."""

import json

from endpoint_server import endpoint, serving
from vision_subjects import watched_by

from indexer.vision.model import Reply


def test_what_moves_and_when_survives_the_way_to_a_server(stage, observer):
    def where(seconds):
        return 60 + 360 * min(max((seconds - 2) / 2, 0), 1), 130

    frames = stage.film((where, 16, 16, stage.red), start=3600.0)
    with serving(watched_by(observer)) as server:
        caption, text = endpoint(server.url).look([stage.look(frames), stage.look(frames, Reply.TEXT)])
    (direct,) = observer.look([stage.look(frames)])
    (event,), (expected,) = json.loads(caption)["events"], json.loads(direct)["events"]
    assert (event["actor"], event["action"]) == (expected["actor"], expected["action"])
    assert "red" in event["actor"]
    for key in ("start_seconds", "end_seconds"):
        assert abs(event[key] - expected[key]) < 0.3, "marks are rounded to a tenth of a second"
    assert "red" in text
