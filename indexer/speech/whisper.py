"""Whisper through faster-whisper, which runs on CTranslate2 without PyTorch."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import SpeechError
from indexer.speech.model import Utterance

_INSTALL = "Install it with: pip install faster-whisper"
_GET = (
    "Witness downloads none by itself: fetch one where there is a network, with "
    "`hf download Systran/faster-whisper-small --local-dir FOLDER`, and set speech_model to the folder"
)


class WhisperTranscriber:
    """A Whisper model that is present on this machine."""

    def __init__(self, model: str) -> None:
        """Load the model.

        Args:
            model: A size ("small"), a repository whose files are in the hub's cache here, or a folder.

        Raises:
            SpeechError: The package or the model is not there, or does not load; the text says what to do.
        """
        try:
            package = importlib.import_module("faster_whisper")
        except ImportError as error:
            raise SpeechError(f"--speech needs faster-whisper ({error}). {_INSTALL}") from None
        try:
            self._model: Any = package.WhisperModel(model, device="auto", local_files_only=True)
        except (
            Exception
        ) as error:  # the package has no errors of its own: ValueError, RuntimeError, the hub's
            raise SpeechError(
                f"the speech model {model!r} is not on this machine or does not load ({error}). {_GET}"
            ) from error
        self._name = f"faster-whisper {Path(model).name if Path(model).is_dir() else model}"

    @property
    def name(self) -> str:
        """Package and model."""
        return self._name

    def transcribe(self, samples: NDArray[np.float32]) -> Sequence[Utterance]:
        """Write down what is said; silence is skipped, because Whisper invents words there."""
        try:
            segments, _ = self._model.transcribe(samples, vad_filter=True)
            return [Utterance(each.start, each.end, each.text.strip()) for each in segments]
        except (RuntimeError, ValueError, OSError) as error:
            raise SpeechError(
                f"{self._name} failed: {error}. Run the same command again, or choose a smaller model "
                "with speech_model"
            ) from error
