"""What the player asks of the server beside pictures: when the frames around a time are displayed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chat_fakes import DOCK, FakeLibrary
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.media_routes import frame_pattern, frame_url, media_routes, times_url


@pytest.fixture
def client(library: FakeLibrary) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=media_routes(lambda: library))) as client:  # type: ignore[arg-type,return-value]
        yield client


def test_times_around_a_second(client: TestClient) -> None:
    """In seconds at which a player shows those frames, rounded up to the millisecond; ascending."""
    reply = client.get(f"{times_url(DOCK)}/5040.json")
    seconds = reply.json()["seconds"]
    assert reply.status_code == 200 and seconds == sorted(seconds)
    assert {5.0, 5.04, 5.08} <= set(seconds)
    assert len(seconds) == 201


@pytest.mark.parametrize(
    "path",
    [f"/library/times/{DOCK}/5.5.json", f"/library/times/{DOCK}/5000", "/library/times/dock.mp4/5.json"],
)
def test_only_ids_and_whole_milliseconds_are_answered(client: TestClient, path: str) -> None:
    """A name is no id, as for every route."""
    assert client.get(path).status_code == 404


def test_pattern_is_the_address_of_a_frame() -> None:
    """Code in the browser fills in the time and nothing else."""
    assert frame_pattern(DOCK, 480).replace("{milliseconds}", "5240") == frame_url(DOCK, 5.24)
