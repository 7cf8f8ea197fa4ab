"""The command line on good and bad files: what it prints, and how it exits."""

import json
from importlib.metadata import version

import pytest

from app.demo.draw import draw_demo


@pytest.fixture
def clip(demo_library):
    return demo_library / "loading-dock.mp4"


def test_indexing_again_does_nothing_and_says_so(witness, demo_library, clip):
    done = witness("index", clip, "--library", demo_library)
    assert done.returncode == 0
    assert "Nothing to do: 1 already indexed" in done.stderr


def test_a_folder_with_bad_files(witness, tmp_path):
    """The good one is indexed, the bad ones are named with reasons, exit status 1, none of them answers."""
    folder, library = tmp_path / "mixed", tmp_path / "library"
    whole = draw_demo(folder / "good.mp4", width=256, height=144, frames_per_second=5).read_bytes()
    (folder / "text.mp4").write_text("just some notes, renamed\n" * 40)
    (folder / "empty.mp4").touch()
    (folder / "cut-off.mp4").write_bytes(whole[: len(whole) * 6 // 10])

    done = witness("index", folder, "--library", library)
    assert done.returncode == 1
    assert "indexed good.mp4" in done.stderr
    for name in ("text.mp4", "empty.mp4", "cut-off.mp4"):
        reason = next(line for line in done.stderr.splitlines() if name in line).split(":", 1)[1]
        assert len(reason.strip()) > 10, f"{name} is named with a reason"

    videos = {
        v["video"]: v for v in json.loads(witness("library", "--json", "--library", library).stdout)["videos"]
    }
    assert videos["good.mp4"]["status"] == "ready"
    assert {videos[name]["status"] for name in ("text.mp4", "empty.mp4", "cut-off.mp4")} == {"failed"}
    assert all(videos[name]["reason"] for name in ("text.mp4", "empty.mp4", "cut-off.mp4"))
    assert "captions only" not in witness("library", "--library", library).stdout

    answer = json.loads(witness("ask", "what happened at second 5?", "--json", "--library", library).stdout)
    assert {citation["video"] for citation in answer["citations"]} == {"good.mp4"}


def test_an_empty_library_says_how_to_fill_it(witness, tmp_path):
    shown = witness("library", "--library", tmp_path / "new")
    assert shown.returncode == 0
    assert "witness index" in shown.stdout
    asked = witness("ask", "what happened?", "--library", tmp_path / "new")
    assert "witness index" in asked.stdout + asked.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["ask", "what happened?", "--video", "dok.mp4"], 1, "loading-dock.mp4"),
        (["show", "absent.mp4"], 1, "there is no video"),
        (["frames", "loading-dock.mp4", "--at", "99"], 1, "0:30"),
        (["frames", "loading-dock.mp4", "--at", "soon"], 2, "soon"),
        (["frames", "loading-dock.mp4", "--at", "1", "--out", "/proc/nope"], 1, "cannot be written"),
        (["search", " "], 2, "no words"),
        (["remove", "absent.mp4", "--yes"], 1, "there is no video"),
        (["search", "red", "--from", "9", "--to", "5"], 2, "not after"),
        (["index", "/no/such/folder"], 1, "there is no file or folder"),
        (["ask", "?", "--chat", "nonsense"], 2, "nonsense"),
        (["frobnicate"], 2, "No such command"),
    ],
)
def test_mistakes_are_answered_in_words(witness, demo_library, arguments, status, words):
    options = [] if arguments == ["frobnicate"] else ["--library", demo_library]
    done = witness(*arguments, *options)
    assert words in done.stderr
    assert done.returncode == status
    assert "Traceback" not in done.stderr


def test_a_shell_is_told_the_same(witness_process, tmp_path):
    """As a process of its own: words on standard error, nothing on standard output, the status."""
    done = witness_process("show", "absent.mp4", "--library", tmp_path)
    assert done.stderr.startswith("error: there is no video")
    assert (done.returncode, done.stdout) == (1, "")


def test_a_vision_model_that_is_not_known(witness, demo_library, clip):
    done = witness("index", clip, "--vision", "crystal-ball", "--library", demo_library)
    assert "crystal-ball" in done.stderr
    assert "observer" in done.stderr, "what is known is listed"
    assert done.returncode == 2


def test_doctor_has_a_line_for_everything_and_no_problem_here(witness, demo_library):
    done = witness("doctor", "--json", "--library", demo_library)
    findings = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    assert set(findings) == {
        "python", "gpu", "weights", "vision", "endpoint", "chat", "codecs", "library", "disk", "index",
    }  # fmt: skip
    assert findings["library"]["level"] == "ok"
    assert "1 video, " in findings["index"]["fact"]
    assert all(finding["remedy"] for finding in findings.values() if finding["level"] == "problem")


def test_doctor_answers_for_the_options_of_another_command(witness, tmp_path, monkeypatch):
    monkeypatch.setattr("indexer.vision.qwen3_vl.extras.find_spec", lambda name: None)
    options = ["--vision", "qwen3-vl", "--model", "8B", "--quantize", "4bit"]
    done = witness("doctor", "--json", "--library", tmp_path, *options)
    findings = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    assert findings["quantize"] == {
        "subject": "quantize",
        "level": "problem",
        "fact": "--quantize 4bit needs bitsandbytes and accelerate, not installed",
        "remedy": "pip install 'witness-video[gpu]'",
    }
    assert "Qwen3-VL-8B" in findings["weights"]["fact"]
    assert done.returncode == 1


def test_the_version_is_told(witness):
    done = witness("--version")
    assert (done.returncode, done.stdout) == (0, f"witness {version('witness-video')}\n")


def test_doctor_finds_what_is_broken(witness, tmp_path):
    (tmp_path / "file").touch()
    done = witness("doctor", "--json", "--library", tmp_path / "file" / "library")
    findings = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    assert findings["library"]["level"] == "problem"
    assert done.returncode == 1
