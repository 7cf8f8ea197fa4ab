"""Make golden.npz with the library's own Qwen3-VL processor.

It runs where torchvision loads, which it does beside a CUDA build of torch (no GPU is needed):

    python3 -m venv gold && gold/bin/pip install torch torchvision transformers==5.23.0 av pillow
    PYTHONPATH=.:tests/indexer/vision/qwen3_vl gold/bin/python tests/indexer/vision/qwen3_vl/make_golden.py \
        --tokenizer FOLDER

FOLDER holds the released tokenizer and processor configurations of a Qwen3-VL model.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import transformers
from golden_cases import CASES, PROMPT, GoldenCase
from transformers import AutoTokenizer, Qwen3VLConfig, Qwen3VLModel, Qwen3VLProcessor, Qwen3VLVideoProcessor
from transformers.models.qwen2_vl.image_processing_qwen2_vl import Qwen2VLImageProcessor
from transformers.video_utils import VideoMetadata

BARE_SLOT = "<|video_pad|>"
"""Without the template's own markers, 5.23 writes the trained form: markers around each temporal patch."""


def make_processor(folder: Path) -> Qwen3VLProcessor:
    def settings(name: str) -> dict:
        values = json.loads((folder / name).read_text())
        return {key: value for key, value in values.items() if not key.endswith(("_class", "_type"))}

    return Qwen3VLProcessor(
        image_processor=Qwen2VLImageProcessor(**settings("preprocessor_config.json")),
        tokenizer=AutoTokenizer.from_pretrained(folder),
        video_processor=Qwen3VLVideoProcessor(**settings("video_preprocessor_config.json")),
    )


def make_positions_model() -> Qwen3VLModel:
    """A model as small as possible: positions depend on no weights."""
    text = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 1,
            "num_key_value_heads": 1, "head_dim": 32, "vocab_size": 64}  # fmt: skip
    vision = {"hidden_size": 32, "intermediate_size": 32, "depth": 1, "num_heads": 1, "out_hidden_size": 32,
              "deepstack_visual_indexes": [0]}  # fmt: skip
    return Qwen3VLModel(Qwen3VLConfig(text_config=text, vision_config=vision))


def run(processor: Qwen3VLProcessor, model: Qwen3VLModel, cases: list[GoldenCase]) -> dict:
    """Process the cases as the videos of one prompt."""
    videos, metadata = [], []
    for case in cases:
        frames, times = list(case.frames), list(case.milliseconds)
        if len(frames) == 1:  # the library refuses one frame alone
            frames, times = frames * 2, times * 2
        videos.append(np.stack([frame.pixels for frame in frames]))
        metadata.append(VideoMetadata(total_num_frames=len(times), fps=1000.0, frames_indices=times))
    packed = processor(
        text=[PROMPT.format(slots=BARE_SLOT * len(cases))],
        videos=videos,
        video_metadata=metadata,
        do_sample_frames=False,
        size={"shortest_edge": 4096, "longest_edge": min(case.max_pixels for case in cases)},
        cap_pixels_per_frame=False,
        return_tensors="pt",
    )
    types = torch.as_tensor(packed["mm_token_type_ids"])
    grids = packed["video_grid_thw"]
    positions, deltas = model.get_rope_index(packed["input_ids"], types, video_grid_thw=grids)
    return {
        "pixels": packed["pixel_values_videos"].numpy(),
        "grids": grids.numpy(),
        "ids": packed["input_ids"][0].numpy(),
        "types": types[0].numpy().astype(np.uint8),
        "positions": positions[:, 0].numpy(),
        "delta": deltas.numpy(),
        "text": np.array(processor.tokenizer.decode(packed["input_ids"][0])),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tokenizer", type=Path, required=True)
    processor, model = make_processor(arguments.parse_args().tokenizer), make_positions_model()
    arrays = {"transformers": np.array(transformers.__version__)}
    for name, cases in [*((case.name, [case]) for case in CASES), ("two_videos", list(CASES[:2]))]:
        arrays |= {f"{name}.{key}": value for key, value in run(processor, model, cases).items()}
        print(name, arrays[f"{name}.grids"].tolist(), len(arrays[f"{name}.ids"]), "tokens")
    target = Path(__file__).with_name("golden.npz")
    np.savez_compressed(target, **arrays)
    print(f"{target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
