"""What ``witness doctor`` says of the library's index."""

from __future__ import annotations

from types import SimpleNamespace

from app.diagnosis import diagnose
from indexer.embedding import configured
from indexer.parts import make_fingerprint
from indexer.settings import load_settings
from indexer.vision.configured import make_vision


def test_who_embeds_frames_is_part_of_what_the_index_is_compared_with(monkeypatch, tmp_path):
    """Without it, a library with frames would be said to have been made with other settings."""
    frames = SimpleNamespace(name="frames-1")
    monkeypatch.setattr(configured, "make_frame_embedder", lambda setting: frames)
    settings = load_settings(library=tmp_path, frame_embedding="tiny", vision="observer")
    parts = settings, make_vision(settings), configured.make_embedder(settings.embedding)
    with_frames, without = make_fingerprint(*parts, frames).key, make_fingerprint(*parts).key
    (fact,) = [finding.fact for finding in diagnose(settings) if finding.subject == "index"]
    assert with_frames != without and with_frames in fact
