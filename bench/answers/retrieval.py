"""Temporal retrieval by gold captions: ``python -m bench.answers.retrieval --captions uca_train.json``.

The sentences of a data set of surveillance videos are indexed as captions of their spans, a tenth of them is
held out and asked. Witness and the baseline get the same captions and the same embedding.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.retrieval import find_moments
from bench.answers.baseline import Baseline
from bench.answers.captions import LIMIT, Place, Split, Told, ceiling, measures, read_split
from indexer.library.library import Library

Ask = Callable[[Told, bool], list[Place]]


def main() -> int:
    """Measure with each embedder and print a table; exits with 1 where Witness is not clearly better."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--captions", type=Path, default=Path("../shared/captions/uca_train.json"))
    parser.add_argument(
        "--split", default="test", help='"test", or "dev", "dev1", "dev2" to choose weights on'
    )
    parser.add_argument("--sample", type=int, help="ask only so many questions")
    parser.add_argument(
        "--embedder", action="append", help="lexical, a model's name or folder; repeat it (default: lexical)"
    )
    parser.add_argument("--json", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    if not arguments.captions.is_file():
        print(
            f"there are no captions at {arguments.captions}; give the file with --captions", file=sys.stderr
        )
        return 2
    dev = None if arguments.split == "test" else int(arguments.split.removeprefix("dev") or 0)
    split = read_split(arguments.captions, dev=dev, sample=arguments.sample)
    captions = sum(map(len, split.indexed.values()))
    print(f"{len(split.durations)} videos, {captions:,} captions indexed, {len(split.questions):,} asked;")
    print(f"one caption alone would be right for {ceiling(split):.1%} of them at IoU 0.3 at best.\n")
    results = {embedder: measure(split, embedder) for embedder in arguments.embedder or ["lexical"]}
    for embedder, result in results.items():
        print(table(embedder, result))
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0 if all(_better(result["library"]) for result in results.values()) else 1


def measure(split: Split, embedding: str) -> dict[str, dict[str, dict[str, float]]]:
    """Index and ask with one embedder; returns figures by scope and by who answered."""
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder, "library"), embedding=embedding)
        began = time.perf_counter()
        for name, told in split.indexed.items():
            captions = [(each.start_seconds, each.end_seconds, each.text) for each in told]
            library.import_captions(
                name, max(split.durations[name], *(end for _, end, _ in captions)), captions
            )
        baseline = Baseline(Path(folder, "baseline"), library.embedder)
        baseline.index(split)
        print(f"indexed with {embedding} in {time.perf_counter() - began:.0f} s", file=sys.stderr)
        ids = {video.name: video.video_id for video in library.videos()}

        def witness(told: Told, within_video: bool) -> list[Place]:
            video_id = ids[told.video] if within_video else None
            moments = find_moments(library, told.text, limit=LIMIT, video_id=video_id)
            return [(each.video.name, each.span.start_seconds, each.span.end_seconds) for each in moments]

        def chroma(told: Told, within_video: bool) -> list[Place]:
            return baseline.ask(told, within_video=within_video)

        try:
            return {
                "library": _both(split, witness, chroma, within_video=False),
                "video": _both(split, witness, chroma, within_video=True),
            }
        finally:
            library.close()


def _both(split: Split, witness: Ask, chroma: Ask, *, within_video: bool) -> dict[str, dict[str, float]]:
    questions = [
        told for told in split.questions if not within_video or told.video in split.indexed
    ]  # a video whose only sentence is asked has nothing to search
    return {
        "baseline": _measured(questions, chroma, within_video),
        "witness": _measured(questions, witness, within_video),
    }


def _measured(questions: list[Told], ask: Ask, within_video: bool) -> dict[str, float]:
    began = time.perf_counter()
    answers = [ask(told, within_video) for told in questions]
    took = (time.perf_counter() - began) / len(questions)
    return {**measures(questions, answers), "ms a question": 1000 * took}


def _better(figures: dict[str, dict[str, float]]) -> bool:
    witness, baseline = (figures[who]["R@1 IoU 0.3"] for who in ("witness", "baseline"))
    return witness >= 1.3 * baseline


def table(embedder: str, result: dict[str, Any]) -> str:
    """Return one embedder's figures as a table."""
    names = list(result["library"]["witness"])
    lines = [f"{embedder}", f"{'':24}{'':10}" + "".join(f"{name:>18}" for name in names)]
    for scope, figures in result.items():
        for who, found in figures.items():
            cells = "".join(f"{found[name]:>18.4f}" for name in names)
            lines.append(f"{'over the ' + scope if who == 'baseline' else '':24}{who:10}{cells}")
        ratios = [
            figures["witness"][name] / figures["baseline"][name] if figures["baseline"][name] else 0.0
            for name in names
        ]
        lines.append(f"{'':24}{'times':10}" + "".join(f"{ratio:>18.2f}" for ratio in ratios))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
