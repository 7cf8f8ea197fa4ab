"""What can go wrong, as a tree. Every message says what happened and what to do next.

WitnessError
├── SettingsError            an unknown key, a value out of range
├── MediaError               one file cannot be used; others go on
│   ├── NotAVideo            not a container that Witness opens, or no video stream in it
│   ├── DamagedVideo         it is a video, but nothing in it can be decoded
│   ├── DecoderFailed        the isolated decoder crashed, hung or hit a limit
│   └── TimeOutsideVideo     a time before 0 or past the end
├── LibraryError             the library folder cannot be used as asked
│   ├── VideoNotFound        no video of that name
│   ├── AmbiguousVideo       several videos of that name
│   ├── LibraryBusy          another process owns the library
│   └── FingerprintMismatch  the index was made with other settings
├── VisionError              a vision model cannot be loaded or does not answer
├── SpeechError              a speech model cannot be loaded or does not answer
└── EmbeddingError           an embedding model cannot be loaded
"""

from __future__ import annotations

from collections.abc import Sequence


class WitnessError(Exception):
    """Base of every error that Witness raises for a person to read."""


class SettingsError(WitnessError):
    """A setting is unknown or has a value that cannot be used."""


class MediaError(WitnessError):
    """One video file cannot be used; work on other files goes on."""


class NotAVideo(MediaError):
    """The file is no video container that Witness opens, or has no video stream."""


class DamagedVideo(MediaError):
    """The file is a video, but no frame of it can be decoded."""


class DecoderFailed(MediaError):
    """The isolated decoder crashed, hung or hit its limits on this file."""


class TimeOutsideVideo(MediaError):
    """A requested time lies before the video's start or past its end."""


class LibraryError(WitnessError):
    """The library folder cannot be used as asked."""


class VideoNotFound(LibraryError):
    """No video of the library has that name or id."""


class AmbiguousVideo(LibraryError):
    """Several videos of the library have that name."""


class LibraryBusy(LibraryError):
    """Another process owns the library at the moment."""


class FingerprintMismatch(LibraryError):
    """The index was made with another vision model, prompt, embedder or segmenting."""


class VisionError(WitnessError):
    """A vision model cannot be loaded or does not answer."""

    replies: Sequence[str | None] = ()
    """The replies of a call of several looks that had come before it failed, None where one had not."""


class SpeechError(WitnessError):
    """A speech model cannot be loaded or does not answer."""


class EmbeddingError(WitnessError):
    """An embedding model cannot be loaded or does not fit the index."""
