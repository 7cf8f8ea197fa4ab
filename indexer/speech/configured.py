"""The transcriber that the settings ask for."""

from __future__ import annotations

from indexer.settings import Settings
from indexer.speech.model import Transcriber
from indexer.speech.whisper import WhisperTranscriber


def make_transcriber(settings: Settings) -> Transcriber | None:
    """Build the transcriber; None where speech is not to be transcribed.

    Raises:
        SpeechError: The package or the model is not on this machine.
    """
    return WhisperTranscriber(settings.speech_model) if settings.speech else None
