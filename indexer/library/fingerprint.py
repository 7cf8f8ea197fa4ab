"""The fingerprint of an index: everything that decides what its captions and vectors say."""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import asdict, dataclass

_JUDGES_ONLY = ("prompt", "language")
"""Empty for a vision model that only measures."""


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
    frames: str = ""
    """Who embeds frames, "" where nobody does."""
    frames_setting: str = ""
    """The setting that makes that one again."""

    @property
    def key(self) -> str:
        """Short hash that names the index in the catalog."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]

    def to_json(self) -> str:
        """Write the fingerprint as text, always the same for the same values."""
        made_with = asdict(self)
        if not self.frames:  # as it was written before frames could be embedded
            del made_with["frames"], made_with["frames_setting"]
        return json.dumps(made_with, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Fingerprint:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))

    def differences(self, other: Fingerprint) -> list[str]:
        """Say field by field what is different in ``other``."""
        mine, theirs = asdict(self), asdict(other)
        changed = [key for key in mine if mine[key] != theirs[key]]
        if "vision" in changed:  # one of the two has no prompt, as it measures: that follows, and is not told
            changed = [key for key in changed if key not in _JUDGES_ONLY or (mine[key] and theirs[key])]
        return [
            _prompt_change(self.prompt, other.prompt)
            if key == "prompt"
            else f"{key}: {mine[key]} -> {theirs[key]}"
            for key in changed
        ]


def _prompt_change(before: str, after: str) -> str:
    """Say what changed in how captions are asked for: what is watched for, by name, or the words."""
    old, new = _watched(before), _watched(after)
    told = [f'"{name}" added' for name in new if name not in old]
    told += [f'"{name}" removed' for name in old if name not in new]
    if not told and old != new:
        told = ["in another order"]
    changes = [f"watch: {', '.join(told)}"] if told else []
    if not told or before.partition(" watch ")[0] != after.partition(" watch ")[0]:
        changes.append("prompt: the words that ask for captions are others")
    return "; ".join(changes)


def _watched(prompt: str) -> list[str]:
    """Read the names that stand at the end of a prompt's key, after the hash of what asks for them."""
    _, _, watched = prompt.partition(" watch ")
    _, _, names = watched.partition(" ")
    return [str(name) for name in ast.literal_eval(names)] if names else []
