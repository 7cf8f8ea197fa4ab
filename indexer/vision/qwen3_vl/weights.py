"""Where the weights lie: a folder, the hub's cache, or the hub. Safetensors only.

A repository is pinned to one commit before anything of it is loaded, so that an index and a later question
are answered by the same weights even when the repository moves on in between.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from indexer.errors import VisionError
from indexer.vision.qwen3_vl.sizes import form_of, repo_of, size_of

Answer = TypeVar("Answer")

_WANTED = ("*.safetensors", "*.safetensors.index.json", "*.json", "*.jinja", "merges.txt")
"""Never pickles, never code."""
_SAMPLE_BYTES = 1 << 16
_REVISION_LENGTH = 12
_HUB_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Weights:
    """A model named by the user: a short name, a repository of the hub, or a folder."""

    name: str
    revision: str | None = None
    """Branch, tag or commit of a repository; None for its main branch."""

    @property
    def repo(self) -> str:
        """The repository, when the name is no folder."""
        return repo_of(self.name)

    @property
    def folder(self) -> Path | None:
        """The folder, when the name is one."""
        path = Path(self.name).expanduser()
        return path if (path / "config.json").is_file() else None

    def is_here(self) -> bool:
        """Tell whether the complete weights are on this machine; asks nobody."""
        found = self.folder or self._cached()
        return found is not None and not _missing(found)

    def identity(self) -> str:
        """Return the name with its revision, for the index fingerprint; loads no weights.

        Raises:
            VisionError: The weights are not here and the hub cannot be asked.
        """
        folder = self.folder
        if folder is not None:
            return f"{folder.resolve().name}@{_digest(folder)}"
        return f"{self.repo}@{self._commit()[:_REVISION_LENGTH]}"

    def fetch(self) -> Path:
        """Return the folder with the complete weights; downloads them where they are not, and tells how far.

        Raises:
            VisionError: They are incomplete, or not here and cannot be downloaded.
        """
        folder = self.folder
        if folder is not None:
            missing = _missing(folder)
            if missing:
                raise VisionError(
                    f"{folder} is no complete model: {missing} is missing. {_how(self.repo, None)}"
                )
            return folder
        cached = self._cached()
        if cached is not None and not _missing(cached):
            return cached
        return self._download()

    def _check_name(self) -> None:
        """Refuse a name that can be neither, before a network is asked."""
        if "/" not in self.repo:
            raise VisionError(_no_model(self.name))

    def _commit(self) -> str:
        cached = self._cached()
        return cached.name if cached else self._ask_hub()

    def _cached(self) -> Path | None:
        """Return the snapshot in the hub's cache, complete or not; its folder is named by the commit."""
        from huggingface_hub import try_to_load_from_cache

        self._check_name()
        found = _guard(self, lambda: try_to_load_from_cache(self.repo, "config.json", revision=self.revision))
        return Path(found).parent if isinstance(found, str) else None

    def _ask_hub(self) -> str:
        from huggingface_hub import model_info

        # Not by way of a download, which tries for 23 s to reach a hub that is not there.
        info = _guard(self, lambda: model_info(self.repo, revision=self.revision, timeout=_HUB_SECONDS))
        return str(info.sha)

    def _download(self) -> Path:
        from huggingface_hub import snapshot_download

        from indexer.vision.qwen3_vl.arrival import bar_class  # transformers takes seconds to import

        commit, size = self._commit(), size_of(self.name)
        weigh = size.weight_bytes(form_of(self.name)) if size else None
        amount = f" ({weigh / 1e9:.1f} GB)" if weigh else ""
        bar = bar_class(f"Downloading {self.repo}{amount}", unit="B", total=weigh)
        folder = Path(
            _guard(
                self,
                lambda: snapshot_download(
                    self.repo, revision=commit, allow_patterns=list(_WANTED), tqdm_class=bar
                ),
            )
        )
        missing = _missing(folder)
        if missing:
            raise VisionError(f"{self.repo} holds no {missing}. Name a model with safetensors: 2B, 4B, 8B")
        return folder


def _guard(weights: Weights, ask: Callable[[], Answer]) -> Answer:
    """Run a request to the hub or its cache, and say in words what to do when it fails."""
    from huggingface_hub import constants
    from huggingface_hub.errors import HFValidationError

    try:
        return ask()
    except HFValidationError:
        raise VisionError(_no_model(weights.name)) from None
    except Exception as error:  # noqa: BLE001 - the hub, its HTTP client and the disk each have errors of their own
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise VisionError(
            f"the weights of {weights.repo} are not on this machine and could not be downloaded ({reason}). "
            + _how(weights.repo, constants.HF_HUB_CACHE)
        ) from None


def _no_model(name: str) -> str:
    return (
        f"{name!r} is no model: it is no folder with a config.json, no repository of the hub and none of 2B, "
        "4B, 8B, 30B-A3B (with -FP8 also). Models in AWQ have no short name: give the whole repository, "
        "PUBLISHER/Qwen3-VL-4B-Instruct-AWQ"
    )


def _how(repo: str, cache: str | None) -> str:
    size = size_of(repo)
    amount = f" ({size.weight_bytes(form_of(repo)) / 1e9:.1f} GB)" if size else ""
    searched = f" The folder searched is {cache}." if cache else ""
    return (
        f"With network, run: hf download {repo}{amount}; or copy a downloaded folder here and name it with "
        f"--model FOLDER.{searched} Meanwhile use --vision observer, which measures and needs no model, or a "
        "server: --vision openai:MODEL --vision-url URL"
    )


def _missing(folder: Path) -> str:
    """Return the first file that a model needs and the folder lacks, or an empty string."""
    index = folder / "model.safetensors.index.json"
    needed = ["config.json", "tokenizer.json"]
    if index.is_file():
        needed += sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    elif not list(folder.glob("*.safetensors")):
        needed.append("model.safetensors")
    return next((name for name in needed if not (folder / name).is_file()), "")


def _digest(folder: Path) -> str:
    """Return what tells this folder's model from another: its settings, and the ends of its weight files."""
    digest = hashlib.sha256((folder / "config.json").read_bytes())
    for path in sorted(folder.glob("*.safetensors")):
        size = path.stat().st_size
        digest.update(f"{path.name} {size}".encode())
        with path.open("rb") as file:
            file.seek(max(0, size - _SAMPLE_BYTES))
            digest.update(file.read())
    return digest.hexdigest()[:_REVISION_LENGTH]
