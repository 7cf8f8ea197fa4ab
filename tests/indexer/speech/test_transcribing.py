"""Speech in the catalog: real sound from the child, a scripted transcriber, times on the one clock."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from speech_fakes import ToneTranscriber
from talking_video import write_talking

from indexer.errors import SpeechError
from indexer.library.texts import places_of
from indexer.pipeline import index_video
from indexer.settings import Settings
from indexer.speech.configured import make_transcriber
from indexer.speech.model import Utterance
from indexer.speech.transcribing import SPEECH, transcribe
from indexer.speech.whisper import WhisperTranscriber

ID = "a" * 16


@pytest.fixture
def indexed(tmp_path, make_indexer, library):
    """A published video of 4 s with a tone from 1 to 2 and one from 3 to 3.5, its clock 2 s late."""
    path = write_talking(tmp_path / "a.mkv", tones=[(1.0, 2.0), (3.0, 3.5)], offset_seconds=2.0)
    library.catalog.add_video(ID, path, path.stat().st_size)
    index_video(make_indexer(), ID, path, lambda seconds: None)
    return path


def test_what_is_said_is_found_when_it_is_said(indexed, library, decoder):
    done = []
    assert transcribe(library.catalog, decoder, ToneTranscriber(), ID, indexed, done.append)
    said = library.timed_texts(ID)
    assert [text.text for text in said] == ["tone", "tone"]
    times = [second for text in said for second in (text.span.start_seconds, text.span.end_seconds)]
    assert times == pytest.approx([1.0, 2.0, 3.0, 3.5], abs=0.06)
    assert {(text.source.value, text.origin) for text in said} == {("speech", "tones-1")}
    assert done == pytest.approx([4.0], abs=0.05)
    assert [hit.text.text for hit in library.search_texts("tone")] == ["tone", "tone"]


def test_it_is_transcribed_once_and_again_by_another_transcriber(indexed, library, decoder):
    first, second = ToneTranscriber(), ToneTranscriber("tones-2", "beep")
    assert transcribe(library.catalog, decoder, first, ID, indexed)
    assert not transcribe(library.catalog, decoder, first, ID, indexed)
    assert len(first.heard) == 1
    assert transcribe(library.catalog, decoder, second, ID, indexed)
    assert [text.text for text in library.timed_texts(ID)] == ["beep", "beep"]
    assert library.search_texts("tone") == []


def test_a_transcriber_that_fails_leaves_the_older_transcript(indexed, library, decoder):
    transcribe(library.catalog, decoder, ToneTranscriber(), ID, indexed)
    broken = ToneTranscriber("broken")
    broken.transcribe = lambda samples: (_ for _ in ()).throw(SpeechError("no"))
    with pytest.raises(SpeechError):
        transcribe(library.catalog, decoder, broken, ID, indexed)
    assert [text.text for text in library.timed_texts(ID)] == ["tone", "tone"]
    assert decoder.probe(indexed).has_audio  # it is free for others again


def test_impossible_times_are_not_believed(indexed, library, decoder):
    odd = ToneTranscriber()
    odd.transcribe = lambda samples: [
        Utterance(2.0, 1.0, "backwards"), Utterance(-1.0, 1.0, "before"),
        Utterance(0.0, float("nan"), "never"), Utterance(3.0, 99.0, "late"),
        Utterance(50.0, 51.0, "past"), Utterance(0.0, 1.0, "  "),
    ]  # fmt: skip
    transcribe(library.catalog, decoder, odd, ID, indexed)
    (only,) = library.timed_texts(ID)
    assert (only.text, only.span.end_seconds) == ("late", pytest.approx(4.0, abs=0.05))


def test_a_video_without_sound_is_remembered(tmp_path, make_indexer, library, decoder):
    path = write_talking(tmp_path / "mute.mkv")
    library.catalog.add_video(ID, path, path.stat().st_size)
    index_video(make_indexer(), ID, path, lambda seconds: None)
    assert transcribe(library.catalog, decoder, ToneTranscriber(), ID, path)
    assert places_of(library.catalog, ID)[SPEECH].remark == "it has no sound that can be decoded"
    assert not transcribe(library.catalog, decoder, ToneTranscriber(), ID, path)


def test_without_the_package_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(SpeechError, match=r"pip install faster-whisper"):
        make_transcriber(Settings(speech=True))
    assert make_transcriber(Settings(speech=False)) is None


@pytest.fixture
def package(monkeypatch):
    """A package of the shape of faster-whisper that notes how it is called; "gone" is a model it has not."""
    calls = []

    class WhisperModel:
        def __init__(self, model, **options):
            if model == "gone":
                raise RuntimeError("not cached")
            calls.append((model, options))

        def transcribe(self, samples, **options):
            if not len(samples):
                raise RuntimeError("out of memory")
            calls.append((len(samples), options))
            return iter([SimpleNamespace(start=0.5, end=1.5, text=" Stop! ")]), None

    module = ModuleType("faster_whisper")
    module.WhisperModel = WhisperModel
    monkeypatch.setitem(sys.modules, "faster_whisper", module)
    return calls


def test_whisper_is_never_asked_to_download_or_to_open_a_file(package):
    whisper = WhisperTranscriber("small")
    assert whisper.transcribe(np.zeros(16000, np.float32)) == [Utterance(0.5, 1.5, "Stop!")]
    assert whisper.name == "faster-whisper small"
    assert package == [
        ("small", {"device": "auto", "local_files_only": True}),
        (16000, {"vad_filter": True}),
    ]


def test_a_model_that_is_not_there_or_fails_is_said_in_words(package):
    with pytest.raises(SpeechError, match="set speech_model to the folder"):
        WhisperTranscriber("gone")
    with pytest.raises(SpeechError, match="choose a smaller model"):
        WhisperTranscriber("small").transcribe(np.zeros(0, np.float32))
