"""``witness alerts``: what the watch rules found, and what a person makes of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.commands.rules import opened
from app.console import JsonOption, LibraryOption, console, plain, print_json, span_json
from indexer.errors import VideoNotFound
from indexer.library.library import Library
from indexer.rules.rule import Alert, Review


def alerts(
    rule: Annotated[str | None, typer.Option("--rule", help="Only those of this rule.")] = None,
    video: Annotated[str | None, typer.Option("--video", help="Only those of this video.")] = None,
    review: Annotated[
        Review | None, typer.Option("--review", help="Only those that stand so (default: all).")
    ] = None,
    confirm: Annotated[
        int | None, typer.Option("--confirm", help="Mark the alert of this number as right.")
    ] = None,
    dismiss: Annotated[
        int | None, typer.Option("--dismiss", help="Mark the alert of this number as wrong.")
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="List so many, the latest first.")] = 50,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what watch rules found, the latest first, and review it."""
    with opened(library) as (films, store):
        for number, made_of_it in ((confirm, Review.CONFIRMED), (dismiss, Review.DISMISSED)):
            if number is not None:
                store.review(number, made_of_it)
        found = store.alerts(
            rule=store.rule(rule) if rule is not None else None,
            review=review,
            video_id=films.video(video).video_id if video is not None else None,
            limit=most,
        )
        told = [(each, _video_name(films, each)) for each in found]
    if as_json:
        print_json([_alert_json(each, name) for each, name in told])
        return
    if not told:
        console.print("No alerts.")
    for each, name in told:
        console.print(
            f"{each.alert_id:5}. [cyan]{each.span}[/] {plain(name)}  [bold]{plain(each.rule.name)}[/]  "
            f"[dim]{each.review.value}[/]\n       {plain(each.reason)}"
        )


def _video_name(library: Library, alert: Alert) -> str:
    try:
        return library.video(alert.video_id).name
    except VideoNotFound:
        return "a video that was removed"


def _alert_json(alert: Alert, name: str) -> dict[str, Any]:
    return {
        "alert": alert.alert_id,
        "rule": alert.rule.name,
        "question": alert.rule.question,
        "video": name,
        "video_id": alert.video_id,
        **span_json(alert.span),
        "frame_seconds": list(alert.frame_seconds),
        "reason": alert.reason,
        "model": alert.model,
        "asked_at": alert.asked_at.isoformat(),
        "review": alert.review.value,
    }
