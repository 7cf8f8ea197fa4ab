"""How cameras, recorders and phones name their files: a table, the special forms before the general ones.

Each pattern is searched for in the last folders and the name of a file: ``2026-03-01/14/gate/30.05.mp4``.
Braces stand for the parts of a time; a group ``camera`` names the camera.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_PARTS = {
    "{Y}": r"(?P<y>20\d\d|199\d)",
    "{YY}": r"(?P<yy>[12]\d)",
    "{M}": r"(?P<m>0[1-9]|1[0-2])",
    "{M1}": r"(?P<m>0?[1-9]|1[0-2])",
    "{D}": r"(?P<d>0[1-9]|[12]\d|3[01])",
    "{D1}": r"(?P<d>0?[1-9]|[12]\d|3[01])",
    "{A}": r"(?P<a>0[1-9]|[12]\d|3[01])",
    "{B}": r"(?P<b>0[1-9]|[12]\d|3[01])",
    "{h}": r"(?P<h>[01]\d|2[0-3])",
    "{h1}": r"(?P<h>[01]?\d|2[0-3])",
    "{i}": r"(?P<i>[0-5]\d)",
    "{s}": r"(?P<s>[0-5]\d)",
    "{f}": r"(?P<f>\d{3})",
    "{epoch}": r"(?P<epoch>1[4-9]\d{8})",
    "{camera}": r"(?P<camera>[^/]+?)",
}


@dataclass(frozen=True, slots=True)
class NameForm:
    """One way to write a recording's start in its name."""

    maker: str
    """Who names files so; told with what is read."""
    pattern: str
    utc: bool = False
    """Whether the name is in UTC; otherwise it is in the zone of the camera."""
    error_seconds: float = 1.0
    """How exactly the name tells the start."""


FORMS = (
    NameForm("Frigate", r"{Y}-{M}-{D}/{h}/{camera}/{i}\.{s}\.\w+$", utc=True),
    NameForm("Frigate", r"(?:^|/){camera}-{epoch}\.\d{1,6}-\w{4,8}\b"),
    NameForm("Dahua", r"{Y}-{M}-{D}/(?:[^/]+/)*{h}\.{i}\.{s}-\d\d\.\d\d\.\d\d"),
    NameForm("Xiaomi", r"{Y}{M}{D}{h}/{i}M{s}S"),
    NameForm("Wyze", r"{Y}{M}{D}/{h}/{i}\.\w+$", error_seconds=60.0),
    NameForm("motionEye", r"{Y}-{M}-{D}/(?:[^/]+/)*{h}-{i}-{s}(?!\d)"),
    NameForm("Pixel phone", r"PXL_{Y}{M}{D}_{h}{i}{s}{f}?(?!\d)", utc=True),
    NameForm("Zoom", r"GMT{Y}{M}{D}-{h}{i}{s}(?!\d)", utc=True),
    NameForm(
        "ISO 8601",
        r"(?:(?:^|/){camera}[-_. ]+)?(?<!\d){Y}-?{M}-?{D}[T_ ]{h}[:._-]?{i}[:._-]?{s}(?:[.,]\d{1,9})?"
        r"(?P<zone>Z|[+-][01]\d:?[0-5]\d)(?![\d:])",
    ),
    NameForm(
        "UniFi Protect",
        r"(?:^|/){camera} {M1}-{D1}-{Y}, {h1}[.:]{i}[.:]{s}(?: ?(?P<half>[AaPp][Mm]))?"
        r"(?: GMT(?P<hours>[+-]\d{1,2}))?",
    ),
    NameForm("iPhone screen recording", r"ScreenRecording_{M}-{D}-{Y} {h}-{i}-{s}"),
    NameForm("iPhone screen recording", r"RPReplay_Final{epoch}(?!\d)"),
    NameForm("Nextbase", r"(?:^|/){YY}{M}{D}_{h}{i}{s}_\d{3}"),
    NameForm("Reolink", r"Rec[MS](?P<camera>\d\d)_(?:DST)?{Y}{M}{D}_{h}{i}{s}_"),
    NameForm("Reolink", r"(?:^|/)(?P<camera>[^/]*?[A-Za-z][^/]*?)-{Y}{M}{D}{h}{i}{s}\.\w+$"),
    NameForm("Hikvision", r"(?:^|/){camera}_{Y}{M}{D}{h}{i}{s}_\d{14}(?!\d)"),
    NameForm("Thinkware", r"(?:REC|EVT|MOT|PARK)_{Y}_{M}_{D}_{h}_{i}_{s}(?:_(?P<camera>[FR]))?"),
    NameForm("Viofo", r"(?:^|/){Y}_{M}{D}_{h}{i}{s}_\d{3,6}(?P<camera>[A-Z]{1,2})?"),
    NameForm("BlackVue", r"(?:^|/){Y}{M}{D}_{h}{i}{s}_[A-Z]{1,2}(?P<camera>[FRI])\.\w+$"),
    NameForm("Tesla", r"{Y}-{M}-{D}_{h}-{i}-{s}-(?P<camera>front|back|(?:left|right)_(?:repeater|pillar))"),
    NameForm("DJI", r"DJI_{Y}{M}{D}{h}{i}{s}_\d{4}"),
    NameForm("phone", r"(?:VID|IMG|MVI|video)[-_]{Y}{M}{D}[-_]{h}{i}{s}{f}?(?!\d)"),
    NameForm("screen recording", r"(?:Screen ?[Rr]ecording|Screencast)[^/]*? {Y}-{M}-{D} at {h}\.{i}\.{s}"),
    NameForm(
        "date and time",
        r"(?:(?:^|/){camera}[-_. @]+)?(?<!\d){Y}(?P<sep>[-_.]?){M}(?P=sep){D}[-_. T]*{h}[-_.:h]?{i}"
        r"[-_.:m]?{s}(?:[._]{f})?(?!\d)",
    ),
    NameForm("date and time", r"(?<!\d){A}[-_.]{B}[-_.]{Y}[-_ T,]+{h}[-_.:]{i}[-_.:]{s}(?!\d)"),
    NameForm("UNIX time", r"(?:(?:^|/){camera}[-_. ]+)?(?<!\d){epoch}(?P<ms>\d{3})?(?!\d)"),
)
"""Names that tell a start. WhatsApp's tell when a video was sent and GoPro's a number, so neither is here."""


@cache
def compiled() -> tuple[tuple[NameForm, re.Pattern[str]], ...]:
    """Return the forms with their patterns, compiled at first use."""
    return tuple((form, re.compile(_expand(form.pattern))) for form in FORMS)


def _expand(pattern: str) -> str:
    for part, meaning in _PARTS.items():
        pattern = pattern.replace(part, meaning)
    return pattern
