"""Real SigLIP and CLIP models, made here: random weights, a small vocabulary, 32 x 32 pixels, no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

WORDS = ("a", "red", "box", "falls", "blue", "cart", "crosses", "the", "dock", "length", "lights", "out")
_SIZES: dict[str, Any] = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2
}  # fmt: skip
_TEXT = {
    **_SIZES, "vocab_size": len(WORDS) + 4, "max_position_embeddings": 32,
    "bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0,
}  # fmt: skip
_VISION = {**_SIZES, "image_size": 32, "patch_size": 8}


def make_siglip(folder: Path) -> Path:
    """Save a SigLIP with its processor as transformers does, as on the Hub: without ``modules.json``."""
    import torch
    from transformers import SiglipConfig, SiglipModel, SiglipProcessor
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    torch.manual_seed(7)
    SiglipModel(SiglipConfig(text_config=_TEXT, vision_config=_VISION)).save_pretrained(folder)
    pictures = SiglipImageProcessorPil(size={"height": 32, "width": 32})
    SiglipProcessor(image_processor=pictures, tokenizer=_tokenizer()).save_pretrained(folder)
    return folder


def make_clip(folder: Path) -> Path:
    """Save a CLIP as sentence-transformers does, with ``modules.json``."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import CLIPConfig, CLIPModel, CLIPProcessor
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    torch.manual_seed(7)
    plain = folder / "plain"
    CLIPModel(CLIPConfig(text_config=_TEXT, vision_config=_VISION, projection_dim=24)).save_pretrained(plain)
    pictures = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    CLIPProcessor(image_processor=pictures, tokenizer=_tokenizer()).save_pretrained(plain)
    SentenceTransformer(str(plain), device="cpu").save(str(folder / "clip"))
    return folder / "clip"


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {token: number for number, token in enumerate(("<pad>", "<unk>", "<bos>", "<eos>", *WORDS))}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="<bos> $A <eos>", special_tokens=[("<bos>", 2), ("<eos>", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", unk_token="<unk>", bos_token="<bos>",
        eos_token="<eos>", model_max_length=32,
    )  # fmt: skip
