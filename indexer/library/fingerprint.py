"""The fingerprint of an index: everything that decides what its captions and vectors say."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an index was made with; two indexes with different ones are never mixed silently."""

    vision: str
    prompt: str
    """Short hash of the caption prompt."""
    language: str
    embedding: str
    embedding_setting: str
    """The setting that makes this embedder again, so that a reader uses the same one."""
    segmenting: str
    """Version and settings of the segmenting."""

    @property
    def key(self) -> str:
        """Short hash that names the index in the catalog."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]

    def to_json(self) -> str:
        """Write the fingerprint as text, always the same for the same values."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Fingerprint:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))

    def differences(self, other: Fingerprint) -> list[str]:
        """Say field by field what is different in ``other``."""
        mine, theirs = asdict(self), asdict(other)
        return [f"{key}: {mine[key]} -> {theirs[key]}" for key in mine if mine[key] != theirs[key]]
