"""Groups that are read and not given out yet: which are still, and which must be decoded.

The packets tell which groups are quiet. Of those only some key frames are decoded, and where two of them show
the same, what lies between is still. All other groups are decoded as a whole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from indexer.media.levels.crew import Job
from indexer.media.levels.groups import Group
from indexer.media.levels.quiet import Loudness, is_quiet
from indexer.media.levels.shots import alike

KEY_SECONDS = 8.0
"""In quiet footage one key frame in this time is decoded and compared, however many there are."""
_AHEAD_GROUPS = 8
_AHEAD_BYTES = 16 * 1024**2
"""As far packets are read ahead, but always on to the next key frame to compare: quiet groups are small.
Twice as many bytes are read where two groups could not be decoded at a time else."""
_AHEAD_JOBS = 3
_NEIGHBOURS = 2
"""Groups before this one whose quiet level counts, and one after it."""


@dataclass(slots=True)
class Entry:
    """A group on its way through the levels."""

    group: Group
    loudness: Loudness
    is_quiet: bool | None = None
    """What its packets say; None until its neighbours are known."""
    has_key: bool = True
    """Whether its key frame is one of those that are compared; known when ``is_quiet`` is."""
    key: Job | None = None
    span: Job | None = None
    is_still: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether it is known what to do with it."""
        return self.is_still or self.span is not None or not self.group.is_sound


class PendingGroups:
    """The groups that wait, in the order of time, and what those given out have left to know."""

    def __init__(self, submit: Callable[[Job], None], seconds: Callable[[int], float]) -> None:
        """Begin with none.

        Args:
            submit: Has a key frame or a group decoded, some time.
            seconds: Turns a PTS into seconds of the one clock.
        """
        self._submit = submit
        self._seconds = seconds
        self._entries: deque[Entry] = deque()
        self._before: deque[Loudness] = deque(maxlen=_NEIGHBOURS)
        self._last: Entry | None = None
        """The group given out last."""
        self._last_key: Job | None = None

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def first(self) -> Entry:
        """The group that is given out next."""
        return self._entries[0]

    def add(self, group: Group, loudness: Loudness) -> None:
        """Take the next group."""
        self._entries.append(Entry(group, loudness))

    def pass_over(self, loudness: Loudness) -> None:
        """Note how loud a group is that is not given out: it only shows what is quiet here."""
        self._before.append(loudness)

    def release(self) -> None:
        """Let the first group go, which was given out."""
        entry = self._entries.popleft()
        self._before.append(entry.loudness)
        self._last, self._last_key = entry, entry.key or self._last_key

    def awaited(self) -> list[Job]:
        """Return the key frames whose comparison settles the first group, as far as they are submitted."""
        return [entry.key for entry in self._entries if entry.key is not None][:2]

    @property
    def has_room(self) -> bool:
        """Whether more groups should be read."""
        entries = self._entries
        if len(entries) < 2 or self._waits_for_more():
            return True
        held = sum(entry.group.held_bytes for entry in entries)
        return len(entries) < _AHEAD_GROUPS and held < _AHEAD_BYTES * (2 if len(entries) < 3 else 1)

    def _waits_for_more(self) -> bool:
        """Tell whether the next key frame that the first group is compared with is not read yet."""
        return not self.first.is_settled and _next_with_key(list(self._entries)[1:]) is None

    def decide(self, *, is_all_read: bool) -> None:
        """Take every group as far through the levels as what is known allows.

        Groups are given to be decoded in their order: the threads hold few pictures that wait.

        Args:
            is_all_read: No group comes after these.
        """
        entries = list(self._entries)
        self._judge_packets(entries, is_all_read)
        may_decode = True
        for place, entry in enumerate(entries):
            if entry.is_quiet is None:
                return
            later = entries[place + 1 :]
            if not entry.is_settled and self._must_be_decoded(entry, later, is_all_read) and may_decode:
                self._decode(entry)
            may_decode = may_decode and entry.is_settled

    def _judge_packets(self, entries: Sequence[Entry], is_all_read: bool) -> None:
        """Tell of each group with known neighbours whether it is quiet, and whether its key frame counts."""
        previous = self._last
        for place, entry in enumerate(entries):
            after = entries[place + 1] if place + 1 < len(entries) else None
            if entry.is_quiet is None:
                if after is None and not is_all_read:
                    return
                before = [*self._before, *(other.loudness for other in entries[:place])][-_NEIGHBOURS:]
                entry.is_quiet = (
                    after is not None  # else there is nothing to compare its end with
                    and entry.group.is_sound
                    and after.group.is_sound
                    and is_quiet(entry.loudness, [*before, after.loudness])
                )
                entry.has_key = not entry.is_quiet or self._begins_anew(entry, previous)
            previous = entry

    def _begins_anew(self, entry: Entry, previous: Entry | None) -> bool:
        """Tell whether a quiet group is the first after movement, or the first on a tick of a fixed grid."""
        if previous is None or not previous.is_quiet:
            return True
        ticks = [self._seconds(one.group.start) // KEY_SECONDS for one in (previous, entry)]
        return ticks[0] != ticks[1]

    def _must_be_decoded(self, entry: Entry, later: Sequence[Entry], is_all_read: bool) -> bool:
        """Tell whether a group must be decoded: unless it is quiet and key frames around it show the same.

        While those are not decoded, it is not known yet.
        """
        if not entry.is_quiet:
            return True
        after = _next_with_key(later)
        if after is None:
            return is_all_read and all(other.is_quiet is not None for other in later)
        if entry.has_key:
            self._submit_key(entry)
        self._submit_key(after)
        start = self._key_before(entry)
        if start is None or after.key is None or not (start.is_done and after.key.is_done):
            return False
        entry.is_still = bool(start.shots and after.key.shots) and alike(start.shots[0], after.key.shots[0])
        return not entry.is_still

    def _submit_key(self, entry: Entry) -> None:
        if entry.key is None:
            entry.key = Job(entry.group, key_only=True)
            self._submit(entry.key)

    def _key_before(self, entry: Entry) -> Job | None:
        """Return the job of the last key frame at or before a group that is compared."""
        found = self._last_key
        for other in self._entries:
            found = other.key or found
            if other is entry:
                break
        return found

    def _decode(self, entry: Entry) -> None:
        outstanding = sum(1 for other in self._entries if other.span is not None and not other.span.is_done)
        if outstanding < _AHEAD_JOBS or entry is self.first:
            entry.span = Job(entry.group, key_only=False)
            self._submit(entry.span)


def _next_with_key(entries: Sequence[Entry]) -> Entry | None:
    """Return the first group whose key frame is known to be one of those that are compared."""
    return next((entry for entry in entries if entry.is_quiet is not None and entry.has_key), None)
