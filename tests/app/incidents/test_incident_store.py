"""Incidents are kept: names, notes, order, and nothing of them goes with a video."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.incidents.desk import IncidentDesk
from app.incidents.model import AlreadyMarked, IncidentStatus
from app.incidents.store import IncidentStore
from indexer.errors import LibraryError, TimeOutsideVideo
from indexer.library.library import Library
from indexer.timeline import Span


def test_incidents_are_there_after_the_file_is_opened_again(tmp_path: Path) -> None:
    """Name, notes and status survive; what is closed comes after what is open, and changes move it up."""
    path = tmp_path / "incidents.sqlite"
    with closing(IncidentStore(path)) as store:
        first, second = store.create("  Pallet   fell ", "anna"), store.create("Gate left open", "ben")
        store.set_notes(first.incident_id, "at night\nby the door")
        store.set_status(second.incident_id, IncidentStatus.CLOSED)
    with closing(IncidentStore(path)) as store:
        assert [each.name for each in store.incidents()] == ["Pallet fell", "Gate left open"]
        assert [each.name for each in store.incidents(open_only=True)] == ["Pallet fell"]
        found = store.incident(first.incident_id)
        assert (found.notes, found.created_by) == ("at night\nby the door", "anna")
        assert found.changed_at >= found.created_at
        assert [each.name for each in store.incidents(words="GATE")] == ["Gate left open"]


def test_an_incident_is_found_by_name_and_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    """Two of one name are told apart by their ids; an unknown one lists the latest."""
    with closing(IncidentStore(tmp_path / "incidents.sqlite")) as store:
        first, _ = store.create("Fall", "a"), store.create("fall", "a")
        assert store.find(first.incident_id[:6]).incident_id == first.incident_id
        with pytest.raises(LibraryError, match=first.incident_id):
            store.find("FALL")
        with pytest.raises(LibraryError, match="the latest"):
            store.find("nothing like it")


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is written then."""
    with closing(IncidentStore(tmp_path / "incidents.sqlite")) as store:
        with pytest.raises(LibraryError, match=r"a name|at most 200"):
            store.create(name, "anna")
        assert store.incidents() == []


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """It is not written over."""
    path = tmp_path / "incidents.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryError, match="newer version"):
        IncidentStore(path)


def test_moments_are_moved_removed_and_noted(desk: IncidentDesk, incident_id: str) -> None:
    """The order is the person's; a deleted incident takes its moments and frames along, others stay."""
    store = desk.store
    desk.mark(incident_id, desk.library.video("yard.mp4").video_id, Span(3, 3.5), author="ben")
    a, b, c = (each.moment_id for each in store.moments(incident_id))
    store.move(c, -2)
    assert [each.moment_id for each in store.moments(incident_id)] == [c, a, b]
    store.move(c, 99)
    assert [each.moment_id for each in store.moments(incident_id)] == [a, b, c]
    store.set_note(b, "  the second one ")
    store.remove(a)
    assert [each.note for each in store.moments(incident_id)] == ["the second one", ""]
    frame = store.moments(incident_id)[0].frames[0]
    assert store.picture(frame.frame_id).startswith(b"\xff\xd8")
    store.delete(incident_id)
    assert store.incidents() == [] and store.moments(incident_id) == []
    assert store.picture(frame.frame_id) == b""
    with pytest.raises(LibraryError, match="removed"):
        store.set_note(b, "too late")


def test_a_moment_keeps_what_was_known_when_it_was_marked(desk: IncidentDesk, incident_id: str) -> None:
    """Frames with their PTS, the words of the index, the wall clock; frames come and go as one says."""
    moment = desk.store.moments(incident_id)[0]
    assert [frame.taken.pts for frame in moment.frames] == [32 * 512, 47 * 512]
    assert moment.known["captions"][0]["summary"].startswith("A <b>red</b> van")
    assert moment.known["wall_clock"]["start"] == "2026-03-01T14:30:01.200+00:00"
    desk.add_frame(moment.moment_id, 0.0)
    kept = desk.store.moment(moment.moment_id).frames
    assert [frame.taken.pts for frame in kept] == [0, 32 * 512, 47 * 512]
    desk.store.remove_frame(moment.moment_id, kept[1].frame_id)
    assert [frame.taken.pts for frame in desk.store.moment(moment.moment_id).frames] == [0, 47 * 512]
    with pytest.raises(TimeOutsideVideo):
        desk.add_frame(moment.moment_id, 60.0)
    assert len(desk.store.moment(moment.moment_id).frames) == 2


def test_the_same_moment_is_not_doubled(desk: IncidentDesk, incident_id: str) -> None:
    """The same stretch of the same video is refused; another video, stretch or incident is not."""
    gate = desk.library.video("gate.mp4").video_id
    with pytest.raises(AlreadyMarked, match="already"):
        desk.mark(incident_id, gate, Span(1.2, 2.6), author="ben")
    assert len(desk.store.moments(incident_id)) == 2
    desk.mark(incident_id, gate, Span(1.2, 2.7), author="ben")
    desk.mark(desk.store.create("another", "ben").incident_id, gate, Span(1.2, 2.6), author="ben")
    assert len(desk.store.moments(incident_id)) == 3


def test_an_open_incident_is_found_by_its_whole_name(desk: IncidentDesk) -> None:
    """In small or large letters; neither a part of a name nor a closed incident is it."""
    made = desk.store.create("Claim 4711 car park", "anna")
    assert (desk.open_named(" claim 4711  CAR park ") or made.status) == desk.store.incident(made.incident_id)
    assert desk.open_named("claim 4711") is None and desk.open_named("") is None
    desk.store.set_status(made.incident_id, IncidentStatus.CLOSED)
    assert desk.open_named("Claim 4711 car park") is None


def test_a_person_s_name_is_kept_and_forgotten(tmp_path: Path) -> None:
    """For each browser its own, also after the file is opened again."""
    path = tmp_path / "incidents.sqlite"
    with closing(IncidentStore(path)) as store:
        store.set_person("browser:a", "  Anna   Berg ")
        with pytest.raises(LibraryError, match="at most 80"):
            store.set_person("browser:a", "x" * 81)
    with closing(IncidentStore(path)) as store:
        assert (store.person("browser:a"), store.person("browser:b")) == ("Anna Berg", "")
        store.set_person("browser:a", " ")
        assert store.person("browser:a") == ""


def test_a_moment_outlives_its_video(
    desk: IncidentDesk, library: Library, incident_id: str, clips: Path
) -> None:
    """Removed from the library, its file deleted: note, frames and pictures are still there."""
    video = library.video("yard.mp4")
    library.catalog.remove_video(video.video_id)
    (clips / "yard.mp4").unlink()
    moment = desk.store.moments(incident_id)[1]
    assert (moment.video_name, moment.note) == ("yard.mp4", "“Seen” by *two* people")
    assert desk.store.picture(moment.frames[0].frame_id).startswith(b"\xff\xd8")


def test_marking_without_the_file_keeps_the_moment_and_says_why(
    desk: IncidentDesk, incident_id: str, clips: Path
) -> None:
    """A moment is never lost for want of pictures; one after the video's end is refused."""
    video = desk.library.video("yard.mp4")
    (clips / "yard.mp4").unlink()
    moment_id = desk.mark(incident_id, video.video_id, Span(1, 99), author="anna")
    moment = desk.store.moment(moment_id)
    assert moment.frames == () and "yard.mp4 is gone" in moment.remark
    assert moment.span == Span(1, 4)
    with pytest.raises(TimeOutsideVideo, match="lasts 0:04"):
        desk.mark(incident_id, video.video_id, Span(5, 6), author="anna")
