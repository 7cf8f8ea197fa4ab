"""How fast Qwen3-VL captions: the engine in batches beside a plain loop of generate, with random weights.

    python -m bench.gpu --configs FOLDER      2B, 4B and 8B from the released configurations, on a GPU
    python -m bench.gpu                       a tiny model on the CPU: shows that it runs, and measures no GPU

FOLDER holds config-2B-instruct.json and so on, and a tokenizer. Weights are random, which changes the words
and not the work: every answer has exactly the same number of tokens. Frames are prepared beforehand, packing
is part of what is measured.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForImageTextToText, AutoTokenizer, PreTrainedTokenizerFast, Qwen3VLConfig

import prompts
from indexer.timeline import Frame, Span
from indexer.vision.qwen3_vl.budget import VideoBudget
from indexer.vision.qwen3_vl.engine import Engine, EngineOptions
from indexer.vision.qwen3_vl.loading import (
    LoadedModel,
    assemble,
    pick_attention,
    pick_device,
    pick_dtype,
    tune_attention,
)
from indexer.vision.qwen3_vl.packing import MERGE, pixel_values
from indexer.vision.qwen3_vl.prompt import PlannedPrompt, Prompt, plan
from indexer.vision.qwen3_vl.sampling import GenerationOptions

SEGMENT_SECONDS = 10.0
LOOK_FRAMES, LOOK_TOKENS = 32, 12_000
PEAK_TFLOPS = {"H200": 989, "H100 PCIe": 756, "H100": 989, "A100": 312, "L40S": 362, "L4": 121, "4090": 165}
"""Dense bfloat16, from the makers' data sheets; the first name that the GPU's own contains."""
CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>",
           "<|image_pad|>", "<|video_pad|>"]  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    way: str
    segments: int
    wall_seconds: float
    prefill_rate: float = 0.0
    decode_rate: float = 0.0
    prefill_seconds: float = 0.0
    waited: float = 0.0
    memory: int = 0

    @property
    def times_real_time(self) -> float:
        """Seconds of video for each second of computing."""
        return self.segments * SEGMENT_SECONDS / self.wall_seconds


def main() -> None:
    arguments = parse_arguments()
    device = pick_device(arguments.device)
    print(describe_machine(device))
    if device.type != "cuda":
        print("No GPU: a tiny model on the CPU follows. It shows that the bench runs. NO GPU WAS MEASURED.")
    for size in arguments.sizes if device.type == "cuda" else ["tiny"]:
        loaded = build(size, arguments.configs, device, arguments.attention)
        measure(loaded, size, arguments)
        del loaded
        if device.type == "cuda":
            torch.cuda.empty_cache()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--configs", type=Path, help="folder of the released configurations and tokenizer")
    parser.add_argument("--sizes", nargs="+", default=["2B", "4B", "8B"])
    parser.add_argument("--batches", nargs="+", type=int, help="default: 1 … 64 on a GPU, 1 2 4 on the CPU")
    parser.add_argument("--frames", type=int, default=16, help="frames of a segment")
    parser.add_argument("--height", type=int, default=448)
    parser.add_argument("--width", type=int, default=768)
    parser.add_argument("--video-tokens", type=int, default=1024, help="most video tokens of a segment")
    parser.add_argument("--new-tokens", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=3, help="batches to measure for each batch size")
    parser.add_argument("--device")
    parser.add_argument("--attention", help="sdpa, flash_attention_2; default: the best installed")
    parser.add_argument("--peak-tflops", type=float, help="of the GPU in bfloat16, when it is not known here")
    arguments = parser.parse_args()
    gpu = pick_device(arguments.device).type == "cuda"
    if gpu and arguments.configs is None:
        parser.error("on a GPU --configs is needed")
    arguments.batches = arguments.batches or ([1, 2, 4, 8, 16, 32, 64] if gpu else [1, 2, 4])
    return arguments


def build(size: str, configs: Path | None, device: torch.device, attention: str | None) -> LoadedModel:
    """Make a model of random weights and give it a tokenizer."""
    tokenizer = AutoTokenizer.from_pretrained(configs) if configs else byte_tokenizer()
    if size == "tiny":
        config = tiny_config(tokenizer)
    else:
        config = Qwen3VLConfig.from_json_file(str(configs / f"config-{size}-instruct.json"))
    with torch.device(device):
        model = AutoModelForImageTextToText.from_config(
            config, dtype=pick_dtype(device), attn_implementation=attention or pick_attention(device)
        )
    if attention is None:
        tune_attention(model, device)
    return assemble(model.eval(), tokenizer, device)


def measure(loaded: LoadedModel, size: str, arguments: argparse.Namespace) -> None:
    options = GenerationOptions(max_new_tokens=arguments.new_tokens, ignore_end=True)
    most = max(arguments.batches) * arguments.rounds
    engine = Engine(loaded)
    looks = list(make_prompts(engine, min(most, 64), arguments))
    looks = (looks * (most // len(looks) + 1))[:most]
    planned = plan(loaded, looks[0], 32_768)
    parameters = sum(parameter.numel() for parameter in loaded.model.parameters())
    video_tokens = sum(layout.tokens for layout in planned.layouts)
    kernel = loaded.model.model.visual.config._attn_implementation
    print(f"\n{size}: {parameters / 1e9:.2f} billion parameters, {kernel}; {len(planned)} tokens a segment, "
          f"{video_tokens} of them video, {arguments.new_tokens} new")  # fmt: skip
    engine.generate(looks[:1], options=options)  # warm up
    plain = plain_loop(loaded, looks[: arguments.rounds], options)
    print_header()
    print_row(plain, plain, None)
    peak = arguments.peak_tflops or peak_tflops(loaded.device)
    for batch in arguments.batches:
        row = batched(loaded, looks[: batch * arguments.rounds], batch, options)
        flops = prefill_flops(loaded, planned, row)
        print_row(row, plain, flops / row.prefill_seconds / peak / 1e12 if peak else None)
    first_token(loaded, engine, looks[: max(arguments.batches)], options, arguments)
    engine.close()


def plain_loop(loaded: LoadedModel, looks: list[Prompt], options: GenerationOptions) -> Row:
    """What most programs do: pack a segment, generate, take the next one."""
    start = time.perf_counter()
    for look in looks:
        planned = plan(loaded, look, 32_768)
        patches = torch.cat(planned.pack()).to(loaded.device)
        ids = planned.ids[None].to(loaded.device)
        with torch.inference_mode():
            loaded.model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                mm_token_type_ids=planned.types[None].to(loaded.device),
                pixel_values_videos=pixel_values(patches, loaded.dtype),
                video_grid_thw=torch.tensor(
                    [layout.grid for layout in planned.layouts], device=loaded.device
                ),
                max_new_tokens=options.max_new_tokens,
                min_new_tokens=options.max_new_tokens,
                do_sample=False,
                pad_token_id=0,
            )
    return Row("plain loop", len(looks), time.perf_counter() - start)


def batched(loaded: LoadedModel, looks: list[Prompt], batch: int, options: GenerationOptions) -> Row:
    """The engine, with batches of one size."""
    if loaded.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    engine = Engine(loaded, EngineOptions(most_rows=batch))
    start = time.perf_counter()
    engine.generate(looks, options=options)
    wall = time.perf_counter() - start
    engine.close()
    meter = engine.meter
    return Row(
        f"batches of {batch}", len(looks), wall,
        prefill_rate=meter.prefill_tokens / meter.prefill_seconds,
        decode_rate=meter.decode_tokens / meter.decode_seconds,
        prefill_seconds=meter.prefill_seconds,
        waited=1 - meter.busy_seconds / wall,
        memory=torch.cuda.max_memory_allocated() if loaded.device.type == "cuda" else 0,
    )  # fmt: skip


def first_token(
    loaded: LoadedModel,
    engine: Engine,
    looks: list[Prompt],
    options: GenerationOptions,
    arguments: argparse.Namespace,
) -> None:
    """Time until a second look says its first word: alone, and while captions are being made."""
    import threading

    budget = VideoBudget(LOOK_FRAMES, LOOK_TOKENS if loaded.device.type == "cuda" else arguments.video_tokens)
    question = next(make_prompts(engine, 1, arguments, LOOK_FRAMES, budget))
    tokens = len(plan(loaded, question, 32_768))
    for when in ("alone", "while captions are made"):
        work = threading.Thread(target=engine.generate, args=(looks,), kwargs={"options": options})
        if when != "alone":
            before = engine.meter.decode_tokens
            work.start()
            while engine.meter.decode_tokens <= before:
                time.sleep(0.001)
        start = time.perf_counter()
        answer = engine.stream(question, options=options)
        next(answer)
        print(f"first word of a look at {LOOK_FRAMES} frames ({tokens:,} tokens), {when}: "
              f"{time.perf_counter() - start:.2f} s")  # fmt: skip
        answer.close()
        if work.ident:
            work.join()


def make_prompts(
    engine: Engine,
    count: int,
    arguments: argparse.Namespace,
    frames: int = 0,
    budget: VideoBudget | None = None,
) -> Iterator[Prompt]:
    """Draw segments and ask for their captions; random pixels cost what any others cost."""
    frames = frames or arguments.frames
    budget = budget or VideoBudget(frames, arguments.video_tokens)
    random = np.random.default_rng(0)
    shape = (arguments.height, arguments.width, 3)
    for number in range(count):
        start = number * SEGMENT_SECONDS
        times = [start + SEGMENT_SECONDS * frame / frames for frame in range(frames)]
        pictures = tuple(Frame(second, random.integers(0, 255, shape, dtype=np.uint8)) for second in times)
        span = f"{start:g}–{start + SEGMENT_SECONDS:g} s"
        text = prompts.load("caption", span=span, language="English", watch="")
        parts = [
            {"type": "text", "text": text},
            {"type": "frames", "frames": pictures, "span": Span(start, start + SEGMENT_SECONDS)},
        ]
        yield engine.render([{"role": "user", "content": parts}], budget=budget)


def prefill_flops(loaded: LoadedModel, planned: PlannedPrompt, row: Row) -> float:
    """Return the work that cannot be avoided: products with weights, and attention; nothing for padding."""
    text, vision = loaded.text_config, loaded.model.config.vision_config
    inner = sum(parameter.numel() for parameter in loaded.model.model.language_model.layers.parameters())
    tower = sum(parameter.numel() for parameter in loaded.model.model.visual.blocks.parameters())
    tokens = len(planned)
    patches = [(layout.grid[0] * layout.grid[1] * layout.grid[2], layout.grid[1] * layout.grid[2])
               for layout in planned.layouts]  # fmt: skip
    width = text.num_attention_heads * text.head_dim
    causal = 4 * (tokens / 2) * tokens * width * text.num_hidden_layers
    seen = sum(
        2 * tower * count + 4 * count * beside * vision.hidden_size * vision.depth
        for count, beside in patches
    )
    mergers = sum(parameter.numel() for name, parameter in loaded.model.model.visual.named_parameters()
                  if "merger" in name)  # fmt: skip
    merged = 2 * mergers * sum(count for count, _ in patches) / MERGE**2
    return 2 * inner * row.prefill_rate * row.prefill_seconds + (causal + seen + merged) * row.segments


def peak_tflops(device: torch.device) -> float | None:
    if device.type != "cuda":
        return None
    name = torch.cuda.get_device_name(device)
    return next((float(peak) for part, peak in PEAK_TFLOPS.items() if part in name), None)


def describe_machine(device: torch.device) -> str:
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else f"{os.cpu_count()} CPU cores"
    return f"{name}, {platform.machine()}, torch {torch.__version__}"


def print_header() -> None:
    print("| way | segments | video s per s | to plain loop | prefill tokens/s | decode tokens/s "
          "| MFU in prefill | device waited | peak memory |")  # fmt: skip
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")


def print_row(row: Row, plain: Row, utilisation: float | None) -> None:
    engine = row is not plain
    cells = [
        row.way,
        f"{row.segments}",
        f"{row.times_real_time:.1f}",
        f"{row.times_real_time / plain.times_real_time:.2f}",
        f"{row.prefill_rate:,.0f}" if engine else "–",
        f"{row.decode_rate:,.0f}" if engine else "–",
        f"{utilisation:.0%}" if utilisation else "–",
        f"{row.waited:.1%}" if engine else "–",
        f"{row.memory / 2**30:.1f} GiB" if row.memory else "–",
    ]
    print("| " + " | ".join(cells) + " |", flush=True)


def byte_tokenizer() -> PreTrainedTokenizerFast:
    """Spells everything out in bytes and knows the control tokens."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: number for number, letter in enumerate(letters)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(CONTROL)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>")


def tiny_config(tokenizer: PreTrainedTokenizerFast) -> Qwen3VLConfig:
    """The released architecture at a size that a CPU gets through."""
    text = {
        "hidden_size": 128, "intermediate_size": 384, "num_hidden_layers": 4, "num_attention_heads": 4,
        "num_key_value_heads": 2, "head_dim": 32, "vocab_size": len(tokenizer),
        "max_position_embeddings": 32_768, "eos_token_id": tokenizer.eos_token_id, "bos_token_id": None,
        "rope_scaling": {"rope_type": "default", "mrope_interleaved": True, "mrope_section": [8, 4, 4]},
    }  # fmt: skip
    vision = {"hidden_size": 64, "intermediate_size": 256, "depth": 4, "num_heads": 2, "out_hidden_size": 128,
              "deepstack_visual_indexes": [1], "num_position_embeddings": 2304}  # fmt: skip
    ids = {
        f"{name}_token_id": tokenizer.convert_tokens_to_ids(f"<|{name}_pad|>") for name in ("video", "image")
    }
    return Qwen3VLConfig(text_config=text, vision_config=vision, **ids)


if __name__ == "__main__":
    main()
