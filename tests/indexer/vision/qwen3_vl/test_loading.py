"""A folder of weights becomes a VisionModel; what cannot be loaded is explained."""

import json
import sys
import threading
from pathlib import Path

import httpx
import pytest
import torch
from tiny_qwen import make_look, make_model, make_tokenizer
from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

from indexer.errors import SettingsError, VisionError
from indexer.timeline import Span
from indexer.vision.captions import parse_caption
from indexer.vision.model import Reply, VisionModel
from indexer.vision.qwen3_vl.loading import load
from indexer.vision.qwen3_vl.model import Qwen3VL, Qwen3VLOptions
from indexer.vision.qwen3_vl.sizes import GIB, SIZES, Form, form_of, largest_that_fits, repo_of, size_of
from indexer.vision.qwen3_vl.weights import Weights

RELEASED = Path(__file__).parents[5] / "shared" / "qwen3_vl"


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A tiny random Qwen3-VL, saved as the library saves models."""
    folder = tmp_path_factory.mktemp("models") / "tiny-qwen3-vl"
    tokenizer = make_tokenizer()
    make_model(tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def model(folder):
    model = Qwen3VL(Qwen3VLOptions(model=str(folder)))
    yield model
    model.close()


@pytest.fixture
def no_hub(monkeypatch, tmp_path):
    """An empty cache and a hub that cannot be reached."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    asked = []

    def refuse(repo, **_):
        asked.append(repo)
        raise httpx.ConnectError("Name or service not known")

    monkeypatch.setattr("huggingface_hub.model_info", refuse)
    return asked


def test_a_folder_is_loaded_and_looks_end_to_end(model, folder):
    looks = [
        make_look((0.0, 0.5, 1.0), "Describe.", seed=1),
        make_look((1800.0, 1800.4), "What happens?", reply=Reply.TEXT, max_new_tokens=5),
        make_look((7.0,), "Describe.", seed=2, width=40),
    ]
    protocol: VisionModel = model
    answers = protocol.look(looks)
    assert [len(answer) for answer in answers] == [8, 5, 8]
    assert answers == [protocol.look([look])[0] for look in looks]
    assert len(set(answers)) == 3
    assert protocol.look([]) == []


def test_noise_becomes_a_caption_that_is_flagged(model):
    (reply,) = model.look([make_look((0.0, 0.5))])
    caption = parse_caption(reply, Span(0, 1))
    assert caption.summary == reply
    assert not caption.well_formed


def test_a_question_is_interactive_and_a_caption_is_not(model, monkeypatch):
    seen = []
    submit = model.engine._scheduler.submit

    def record(requests, *, interactive):
        seen.append((len(requests), interactive))
        submit(requests, interactive=interactive)

    monkeypatch.setattr(model.engine._scheduler, "submit", record)
    model.look([make_look(), make_look(reply=Reply.TEXT), make_look(seed=1)])
    assert sorted(seen) == [(1, True), (2, False)]


def test_budgets_keep_captions_cheap_and_second_looks_dense(model):
    assert model.judges
    assert model.caption_budget.max_frames == 16
    assert model.look_budget.frames_per_second >= 8
    options = Qwen3VLOptions()
    assert options.caption_tokens <= 1_024
    assert options.look_tokens <= 12_000


def test_the_name_tells_the_model_its_weights_and_the_quantisation(model, folder, tmp_path):
    import shutil

    assert model.name.startswith("qwen3-vl tiny-qwen3-vl@")
    assert Qwen3VL(Qwen3VLOptions(model=str(folder))).name == model.name
    assert Qwen3VL(Qwen3VLOptions(model=str(folder), quantize="4bit")).name == f"{model.name} 4bit"
    other = tmp_path / "tiny-qwen3-vl"
    shutil.copytree(folder, other)
    weights = bytearray((other / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (other / "model.safetensors").write_bytes(weights)
    assert Qwen3VL(Qwen3VLOptions(model=str(other))).name != model.name


def test_naming_a_model_loads_nothing(folder):
    model = Qwen3VL(Qwen3VLOptions(model=str(folder)))
    assert model.name
    assert model.caption_budget
    assert model._engine is None
    model.close()


def test_weights_load_once_however_many_threads_look_first(folder, monkeypatch):
    from indexer.vision.qwen3_vl import model as module

    loads = []
    monkeypatch.setattr(module, "load", lambda *a, **k: loads.append(1) or load(*a, **k))
    shared = Qwen3VL(Qwen3VLOptions(model=str(folder)))
    threads = [threading.Thread(target=lambda: shared.engine) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shared.close()
    assert loads == [1]


def test_on_the_cpu_weights_are_float32(folder):
    loaded = load(Weights(str(folder)), device="cpu")
    assert loaded.model.dtype == loaded.dtype == torch.float32
    assert loaded.model.config._attn_implementation == "sdpa"
    assert not loaded.model.training


def test_without_network_and_weights_the_error_says_how_to_get_them(no_hub, tmp_path):
    with pytest.raises(VisionError) as error:
        Qwen3VL(Qwen3VLOptions(model="4B")).look([make_look()])
    text = str(error.value)
    for part in (
        "hf download Qwen/Qwen3-VL-4B-Instruct (8.9 GB)", str(tmp_path / "hub"), "--model FOLDER",
        "--vision observer", "openai:MODEL", "Name or service not known",
    ):  # fmt: skip
        assert part in text
    assert no_hub == ["Qwen/Qwen3-VL-4B-Instruct"]


def test_what_is_no_model_is_refused_before_the_network_is_asked(no_hub):
    for name in ("no/such/folder/anywhere", "4B-AWQ", "5B"):
        with pytest.raises(VisionError, match=r"none of 2B,\s4B, 8B"):
            Weights(name).fetch()
    assert no_hub == []


def test_a_cached_snapshot_needs_no_network_and_pins_its_commit(no_hub, folder, tmp_path):
    import shutil

    commit = "0123456789abcdef0123456789abcdef01234567"
    repo = tmp_path / "hub" / "models--Qwen--Qwen3-VL-2B-Instruct"
    shutil.copytree(folder, repo / "snapshots" / commit)
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text(commit)
    weights = Weights("2B")
    assert weights.identity() == f"Qwen/Qwen3-VL-2B-Instruct@{commit[:12]}"
    assert weights.is_here()
    assert weights.fetch() == repo / "snapshots" / commit
    assert no_hub == []
    (repo / "snapshots" / commit / "model.safetensors").unlink()
    assert not weights.is_here(), "half a download is none"


def test_a_folder_without_its_weights_is_refused(folder, tmp_path):
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(VisionError, match=r"model\.safetensors is missing"):
        load(Weights(str(tmp_path)))
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(VisionError, match="model-00001-of-00002"):
        load(Weights(str(tmp_path)))


def test_pickled_weights_are_not_taken(folder, tmp_path):
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    torch.save({}, tmp_path / "pytorch_model.bin")
    with pytest.raises(VisionError, match=r"model\.safetensors is missing"):
        load(Weights(str(tmp_path)))


def test_another_kind_of_model_is_refused(folder, tmp_path):
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text()) | {"model_type": "llama"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(VisionError, match="a llama and no Qwen3-VL"):
        load(Weights(str(tmp_path)))


@pytest.mark.parametrize(
    ("quantize", "model", "error", "words"),
    [
        ("3bit", "4B", SettingsError, "allowed: 4bit"),
        ("4bit", "30B-A3B", VisionError, "30B-A3B-FP8"),
        ("4bit", "4B-FP8", VisionError, "published in FP8; leave --quantize out"),
        ("4bit", "x/Qwen3-VL-4B-Instruct-AWQ", VisionError, "published in 4bit; leave --quantize out"),
        ("4bit", "4B", VisionError, r"pip install|needs a CUDA GPU"),
    ],
)
def test_quantisation_that_cannot_be_is_refused_before_any_download(quantize, model, error, words, no_hub):
    with pytest.raises(error, match=words):
        load(Weights(model), device="cpu", quantize=quantize)
    assert no_hub == []


def test_short_names_stand_for_the_released_repositories():
    assert repo_of("4B") == "Qwen/Qwen3-VL-4B-Instruct"
    assert repo_of("30B-A3B-FP8") == "Qwen/Qwen3-VL-30B-A3B-Instruct-FP8"
    assert repo_of("someone/their-model") == "someone/their-model"
    assert size_of("Qwen/Qwen3-VL-8B-Instruct-FP8") is SIZES[2]
    assert size_of("someone/their-model") is None
    assert form_of("4B-FP8") is Form.FP8
    assert form_of("4B") is Form.BF16


@pytest.mark.parametrize(
    ("name", "size", "form"),
    [
        ("someone/Qwen3-VL-4B-Instruct-AWQ", SIZES[1], Form.FOUR_BIT),
        ("someone/Qwen3-VL-30B-A3B-Instruct-AWQ-4bit", SIZES[3], Form.FOUR_BIT),
        ("/models/Qwen3-VL-8B-Instruct-FP8/", SIZES[2], Form.FP8),
        ("Qwen/Qwen3-VL-2B-Instruct", SIZES[0], Form.BF16),
        ("someone/their-model-AWQ", None, Form.FOUR_BIT),
    ],
)
def test_size_and_form_are_read_from_what_others_call_their_copies(name, size, form):
    assert (size_of(name), form_of(name)) == (size, form)


@pytest.mark.parametrize(
    ("gibibytes", "form", "largest"),
    [(4, Form.BF16, None), (8, Form.BF16, "2B"), (8, Form.FOUR_BIT, "4B"), (12, Form.BF16, "2B"),
     (12, Form.FP8, "4B"), (16, Form.BF16, "4B"), (16, Form.FOUR_BIT, "8B"), (24, Form.BF16, "8B"),
     (48, Form.FP8, "30B-A3B"), (40, Form.FOUR_BIT, "8B"), (80, Form.BF16, "30B-A3B")],
)  # fmt: skip
def test_the_largest_model_that_fits_a_gpu(gibibytes, form, largest):
    size = largest_that_fits(gibibytes * GIB, form)
    assert (size.short_name if size else None) == largest


@pytest.mark.real
@pytest.mark.parametrize("size", SIZES[:3], ids=lambda size: size.short_name)
def test_the_table_of_sizes_agrees_with_the_released_configurations(size):
    """Counted on the architecture itself, without memory for it."""
    path = RELEASED / f"config-{size.short_name}-instruct.json"
    if not path.is_file():
        pytest.skip("the released configurations are not here")
    with torch.device("meta"):
        model = Qwen3VLForConditionalGeneration(Qwen3VLConfig.from_json_file(str(path)))
    text = model.config.text_config
    layers = sum(parameter.numel() for parameter in model.model.language_model.layers.parameters())
    total = sum(parameter.numel() for parameter in model.parameters())
    assert total == pytest.approx(size.parameters, rel=0.01)
    assert total - layers == pytest.approx(size.kept_parameters, rel=0.02)
    assert size.cache_bytes_per_token == 4 * text.num_hidden_layers * text.num_key_value_heads * text.head_dim


def test_loading_and_looking_needs_neither_torchvision_nor_a_gpu_library(model):
    """The environment of the lock file has none of them; what imports one here would fail there."""
    assert model.look([make_look()])
    assert not {"torchvision", "accelerate", "bitsandbytes", "flash_attn"} & set(sys.modules)
