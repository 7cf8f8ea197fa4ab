"""The agent's tools as the model sees them: names, arguments, and what each is for.

Each returns text for the model, with the footage's words between data delimiters, and an artifact for our own
code: `Findings`, from which citations and coverage are worked out.
"""

from __future__ import annotations

from typing import Annotated, Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, tool
from pydantic import Field

from assistant.evidence import Findings
from assistant.tools.context import Place, Result, ToolContext, answerable, places_for, span_in
from assistant.tools.counting import MAX_LISTED, list_occurrences
from assistant.tools.looking import look
from assistant.tools.recalling import recall, say_videos
from assistant.tools.searching import search

Runtime = ToolRuntime[Any]
"""Its context is a `Turn`. With that named here, pydantic would work through all of a turn's classes for each
tool, which takes most of the time of opening an assistant."""
VideoName = Annotated[str, Field(description="The video's name, as listed, for example dock.mp4.")]
SomeVideo = Annotated[str | None, Field(description="Only this video; leave out for all.")]
Start = Annotated[
    float, Field(description="Start of the span, in seconds from the start of the video.", ge=0)
]
End = Annotated[float, Field(description="End of the span, in seconds; the span does not include it.", gt=0)]


def make_tools(context: ToolContext) -> list[BaseTool]:
    """Build the agent's tools over one library and one vision model."""
    library = context.library

    @tool(response_format="content_and_artifact")
    def list_videos(runtime: Runtime) -> Result:
        """List the videos with their length and status."""
        places = places_for(library, None, runtime.context)
        records = library.videos() if places is None else [place.record for place in places]
        return say_videos(library, records), Findings().to_artifact()

    @tool(response_format="content_and_artifact")
    def recall_span(video: VideoName, start_seconds: Start, end_seconds: End) -> Result:
        """Read what is known of a span of one video: captions, events, subtitles, speech, and notes on it."""
        record = answerable(library, video)
        return recall(library, record, span_in(record, start_seconds, end_seconds))

    @tool(response_format="content_and_artifact")
    def search_moments(
        query: Annotated[str, Field(description="What to find; in quotes what was said or written.")],
        runtime: Runtime,
        video: SomeVideo = None,
        limit: Annotated[int, Field(description="How many moments to return.", ge=1, le=20)] = 5,
    ) -> Result:
        """Search all videos, or one, for moments that fit a description; best first."""
        return search(library, query, places_for(library, video, runtime.context), limit)

    @tool(response_format="content_and_artifact")
    def list_events(
        words: Annotated[
            str,
            Field(
                description="What an event must say. Every word is needed; | is between alternatives, quotes "
                'hold words together: person|man fell|falls "red van". Empty counts every event.'
            ),
        ],
        runtime: Runtime,
        video: SomeVideo = None,
        start_seconds: Annotated[float | None, Field(description="Count from here on.", ge=0)] = None,
        end_seconds: Annotated[float | None, Field(description="Count up to here.", gt=0)] = None,
        limit: Annotated[int, Field(description="How many to list.", ge=1, le=MAX_LISTED)] = 20,
    ) -> Result:
        """Count and list every time something happened, by video, with the first and the last time.

        The count is exact over the events of the index: use it as it is, and never count by yourself.
        """
        places = places_for(library, video, runtime.context)
        if places and len(places) == 1 and (start_seconds is not None or end_seconds is not None):
            record, _ = places[0]
            span = span_in(record, start_seconds or 0.0, end_seconds or record.duration_seconds)
            places = [Place(record, span)]
        return list_occurrences(library, words, places, limit)

    @tool(response_format="content_and_artifact")
    def look_again(
        video: VideoName,
        start_seconds: Start,
        end_seconds: End,
        question: Annotated[str, Field(description="What to find out from the frames, exactly.")],
        runtime: Runtime,
    ) -> Result:
        """Look again at the frames of a span with a question, finer than the index; best on short spans."""
        record = answerable(library, video)
        return look(context, record, span_in(record, start_seconds, end_seconds), question, runtime.context)

    return [list_videos, recall_span, search_moments, list_events, look_again]
