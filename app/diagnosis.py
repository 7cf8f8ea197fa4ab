"""What this machine has, one finding a line, each with what Witness does about it or what a person can do."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from app.console import format_size
from app.diagnosis_servers import diagnose_servers
from app.findings import Finding, Level
from indexer.errors import WitnessError
from indexer.library.library import Library
from indexer.parts import make_fingerprint
from indexer.plurals import counted
from indexer.settings import Settings
from indexer.vision.configured import AUTO, OBSERVER, QWEN, choose_vision, fits_memory, gpu_memory_bytes

_LOW_DISK_BYTES = 2 * 10**9
_DECODERS = ("h264", "hevc", "vp9", "av1", "mpeg4", "mjpeg")


def diagnose(settings: Settings) -> list[Finding]:
    """Look at the machine and at the settings; nothing is changed but an empty library folder made."""
    return [
        _python(),
        *_gpu(settings),
        *_four_bit(settings),
        _weights(settings),
        _vision(settings),
        *diagnose_servers(settings),
        _chat(settings),
        _codecs(),
        *_library(settings),
    ]


def _python() -> Finding:
    return Finding(
        "python",
        Level.OK,
        f"{platform.python_version()} on {platform.machine()}, {counted(os.cpu_count() or 1, 'processor')}",
    )


def _gpu(settings: Settings) -> Iterator[Finding]:
    from indexer.vision.qwen3_vl.sizes import Form, largest_that_fits

    memory = gpu_memory_bytes()
    if not memory:
        remedy = "Not needed: the observer runs on the processor"
        yield Finding("gpu", Level.NOTE, "none that torch can use", remedy)
        return
    fitting = {form: largest_that_fits(memory, form) for form in Form}
    shown = ", ".join(f"{size.short_name} in {form}" for form, size in fitting.items() if size)
    yield Finding("gpu", Level.OK, f"{_gib(memory)}; largest Qwen3-VL that fits: {shown or 'none'}")
    yield _fit(settings, memory)


def _fit(settings: Settings, memory: int) -> Finding:
    """Say whether the model that is set fits, and what does where it does not."""
    from indexer.vision.qwen3_vl.sizes import Form, form_of, largest_that_fits, size_of

    size = size_of(settings.model)
    form = Form.FOUR_BIT if settings.quantize else form_of(settings.model)
    if size is None:
        return Finding("model", Level.NOTE, f"{settings.model}: how much memory it needs is not known")
    needs = f"{size.short_name} in {form} needs {_gib(size.memory_bytes(form))}"
    if fits_memory(settings, memory):
        return Finding("model", Level.OK, f"{needs}: it fits")
    smaller, quantized = largest_that_fits(memory), largest_that_fits(memory, Form.FOUR_BIT)
    ways = [f"--model {smaller.short_name}"] if smaller else []
    ways += [f"--model {quantized.short_name} --quantize 4bit"] if quantized else []
    remedy = f"Take {' or '.join(ways)}" if ways else "Take a server: --vision openai:MODEL --vision-url URL"
    used = choose_vision(settings) == QWEN or settings.chat == QWEN
    return Finding("model", Level.PROBLEM if used else Level.NOTE, f"{needs}: it does not fit", remedy)


def _four_bit(settings: Settings) -> Iterator[Finding]:
    """Say where 4 bits are wanted and the packages for them are not here."""
    from indexer.vision.qwen3_vl.extras import missing_for_4bit

    if settings.quantize and (missing := missing_for_4bit()):
        needs, remedy = missing.split(": ", 1)
        used = choose_vision(settings) == QWEN or settings.chat == QWEN
        yield Finding("quantize", Level.PROBLEM if used else Level.NOTE, f"{needs}, not installed", remedy)


def _gib(size_bytes: int) -> str:
    """Write a memory's size in the unit that cards are sold by."""
    return f"{size_bytes / 2**30:.1f} GiB"


def _weights(settings: Settings) -> Finding:
    from indexer.vision.qwen3_vl.weights import Weights

    weights = Weights(settings.model, settings.revision)
    needed = choose_vision(settings) == QWEN or settings.chat == QWEN
    try:
        here = weights.is_here()
    except WitnessError as error:
        return Finding("weights", Level.PROBLEM if needed else Level.NOTE, str(error))
    if here:
        where = "a folder with a model" if weights.folder else "in the local cache"
        return Finding("weights", Level.OK, f"{weights.folder or weights.repo} is {where}")
    revision = f" --revision {settings.revision}" if settings.revision else ""
    remedy = f"Get it: hf download {weights.repo}{revision}"
    remedy += "" if needed else ". Not needed with these settings"
    fact = f"{weights.repo} is not, or not wholly, on this machine"
    return Finding("weights", Level.NOTE, fact, remedy)


def _vision(settings: Settings) -> Finding:
    from indexer.vision.configured import make_vision

    try:
        make_vision(settings)
    except WitnessError as error:
        return Finding("vision", Level.PROBLEM, str(error))
    chosen = choose_vision(settings)
    if chosen == OBSERVER:
        fact = "observer: measures movement, colour, light and text; it does not judge or name things"
        remedy = "For a model that understands: --vision openai:MODEL --vision-url URL; see docs/models.md"
        return Finding("vision", Level.OK, fact, remedy)
    return Finding("vision", Level.OK, f"{chosen} {settings.model}" if chosen == QWEN else chosen)


def _chat(settings: Settings) -> Finding:
    chosen = settings.chat
    if chosen == AUTO:
        chosen = QWEN if choose_vision(settings) == QWEN else "offline"
    if chosen == "offline":
        return Finding(
            "chat",
            Level.OK,
            "offline planner: rules, no language model",
            "For worded answers set WITNESS_CHAT (and WITNESS_CHAT_URL), e.g. openai:MODEL",
        )
    return Finding("chat", Level.OK, chosen)


def _codecs() -> Finding:
    import av

    missing = [name for name in _DECODERS if name not in av.codecs_available]
    version = ".".join(str(part) for part in av.library_versions["libavcodec"])
    if missing:
        return Finding(
            "codecs",
            Level.PROBLEM,
            f"libavcodec {version} cannot decode {', '.join(missing)}",
            "Install av from PyPI",
        )
    return Finding(
        "codecs",
        Level.OK,
        f"libavcodec {version} (inside PyAV {av.__version__}) decodes {', '.join(_DECODERS)}",
    )


def _library(settings: Settings) -> Iterator[Finding]:
    folder = settings.library
    if not _is_writable(folder):
        yield Finding(
            "library",
            Level.PROBLEM,
            f"{folder} cannot be written",
            "Choose another with --library or WITNESS_LIBRARY",
        )
        return
    yield Finding("library", Level.OK, f"{folder} is writable")
    free = shutil.disk_usage(folder).free
    low = free < _LOW_DISK_BYTES
    yield Finding(
        "disk",
        Level.PROBLEM if low else Level.OK,
        f"{format_size(free)} free",
        "Make room, at least 2 GB" if low else "",
    )
    yield _index(settings)


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def _index(settings: Settings) -> Finding:
    from indexer.embedding.configured import make_embedder, make_frame_embedder
    from indexer.vision.configured import make_vision

    try:
        frames = make_frame_embedder(settings.frame_embedding) if settings.frame_embedding else None
        wanted = make_fingerprint(settings, make_vision(settings), make_embedder(settings.embedding), frames)
        with closing(Library.open(settings)) as library:
            made_with, videos = library.fingerprint, counted(len(library.videos()), "video")
    except WitnessError as error:
        return Finding("index", Level.PROBLEM, str(error))
    if made_with is None:
        return Finding(
            "index", Level.OK, f"empty; will be made with fingerprint {wanted.key}", "witness index FOLDER"
        )
    if made_with.key == wanted.key:
        fact = f"{videos}, fingerprint {wanted.key} ({made_with.vision}, {made_with.embedding})"
        return Finding("index", Level.OK, fact)
    return Finding(
        "index", Level.NOTE,
        f"{videos}, made with other settings: {'; '.join(made_with.differences(wanted))}",
        "It answers as it is; to make it anew: witness index --reindex FOLDER",
    )  # fmt: skip
