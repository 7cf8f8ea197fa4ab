"""Which subtitle files belong to which video."""

from __future__ import annotations

import pytest

from indexer.texts.sidecars import find_sidecars


def names(video) -> list[str]:
    return [sidecar.name for sidecar in find_sidecars(video)]


def test_files_are_told_by_name_whatever_their_case(tmp_path):
    for name in ("clip.srt", "Clip.EN.SRT", "clip.zh-Hans.forced.vtt", "clip.txt", "other.srt", "clip2.srt"):
        (tmp_path / name).write_text("x")
    assert names(tmp_path / "clip.mp4") == ["Clip.EN.SRT", "clip.srt", "clip.zh-Hans.forced.vtt"]


def test_a_file_belongs_to_the_video_whose_name_fits_it_best(tmp_path):
    for name in ("clip.mp4", "clip.en.mp4", "clip.en.srt", "clip.srt"):
        (tmp_path / name).write_text("x")
    assert names(tmp_path / "clip.mp4") == ["clip.srt"]
    assert names(tmp_path / "clip.en.mp4") == ["clip.en.srt"]


def test_a_folder_is_no_subtitle_file_and_a_missing_folder_tells_nothing(tmp_path):
    (tmp_path / "clip.srt").mkdir()
    assert names(tmp_path / "clip.mp4") == []
    assert find_sidecars(tmp_path / "gone" / "clip.mp4") is None


def test_latin_1_text_is_read_and_damage_counted(tmp_path):
    (tmp_path / "clip.srt").write_bytes(b"00:01.000 --> 00:02.000\ncaf\xe9\n\nnothing\n")
    (sidecar,) = find_sidecars(tmp_path / "clip.mp4")
    texts, skipped = sidecar.read()
    assert ([text.text for text in texts], texts[0].origin, skipped) == (["café"], "clip.srt", 1)


@pytest.mark.parametrize("change", [lambda path: path.write_text("other words"), lambda path: path.unlink()])
def test_another_state_is_seen(tmp_path, change):
    path = tmp_path / "clip.srt"
    path.write_text("x")
    before = find_sidecars(tmp_path / "clip.mp4")
    change(path)
    assert find_sidecars(tmp_path / "clip.mp4") != before
