"""What lies in a folder and is not indexed is known, so that a person can be told."""

import pytest

from indexer.discovery import LeftOut, find_files, name_a_few
from indexer.errors import WitnessError


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "footage"
    (folder / "deeper").mkdir(parents=True)
    for name in ("a.mp4", "a.srt", "sound.wav", ".hidden.wav", "deeper/notes.txt", "deeper/b.mkv"):
        (folder / name).touch()
    return folder


def seen(*paths, **options):
    left_out = LeftOut()
    find_files(paths, left_out=left_out, **options)
    return [path.name for path in left_out.no_videos], [path.name for path in left_out.links]


def test_files_that_are_no_videos_are_named_without_subtitles_and_hidden_ones(folder):
    assert seen(folder) == (["sound.wav", "notes.txt"], [])
    assert seen(folder / "a.mp4") == ([], []), "only folders are looked through"


def test_what_is_named_itself_is_not_left_out_and_nothing_is_told_twice(folder):
    assert seen(folder, folder / "deeper", folder / "sound.wav") == (["notes.txt"], [])


def test_links_are_named_unless_they_are_followed(folder, tmp_path):
    (folder / "link.mp4").symlink_to(folder / "a.mp4")
    (folder / "linked").symlink_to(folder / "deeper")
    assert seen(folder)[1] == ["linked", "link.mp4"]
    assert seen(folder, follow_links=True)[1] == []


def test_a_folder_of_sound_alone_says_what_is_there(folder):
    (folder / "a.mp4").unlink()
    (folder / "deeper" / "b.mkv").unlink()
    with pytest.raises(WitnessError, match=r"no video files in .*, only sound\.wav, notes\.txt \(looked for"):
        find_files([folder])


def test_a_file_goes_by_one_path_however_it_is_told(folder):
    assert find_files([folder / "deeper" / ".." / "a.mp4"]) == [folder / "a.mp4"]


def test_many_names_are_cut_short(tmp_path):
    paths = [tmp_path / f"{number}.txt" for number in range(5)]
    assert name_a_few(paths) == "0.txt, 1.txt, 2.txt and 2 more"
    assert name_a_few(paths[:3]) == "0.txt, 1.txt, 2.txt"
