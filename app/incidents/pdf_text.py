"""Text for the PDF: which font shows which character.

Latin letters are set in Helvetica, which every viewer has. For others a font of this machine is embedded
where one of the usual ones is installed. Without one, Korean is set in HYSMyeongJo and Chinese, Japanese,
Cyrillic and Greek in STSong-Light: viewers bring fonts for these names. What no font has is written as its
number, ``[U+1F642]``, rather than lost.
"""

from __future__ import annotations

from functools import cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

_LATIN, _CHINESE, _KOREAN = "", "STSong-Light", "HYSMyeongJo-Medium"
_MACHINE_FONTS = tuple(
    Path(path)
    for path in (
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
        "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
        "/Library/Fonts/Arial Unicode.ttf",
        "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
        "C:/Windows/Fonts/arial.ttf",
        "C:/Windows/Fonts/msyh.ttc",
        "C:/Windows/Fonts/malgun.ttf",
    )
)


@cache
def embedded_fonts(paths: tuple[Path, ...] = _MACHINE_FONTS) -> dict[str, frozenset[int]]:
    """Make the fonts known to reportlab; return those of this machine with the characters that they have."""
    for name in (_CHINESE, _KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    found: dict[str, frozenset[int]] = {}
    for path in paths:
        try:
            font = TTFont(f"machine-{path.stem}", path)
        except (TTFError, OSError):  # not there, or with outlines that reportlab cannot embed
            continue
        pdfmetrics.registerFont(font)
        found[font.fontName] = frozenset(font.face.charToGlyph)
    return found


def markup(text: str) -> str:
    """Return reportlab's paragraph markup that shows ``text`` character by character, line breaks kept."""
    return "<br/>".join(_line(line) for line in text.splitlines())


def _line(line: str) -> str:
    runs = groupby(line, key=_font)
    return "".join(_run(font, "".join(signs)) for font, signs in runs)


def _run(font: str | None, text: str) -> str:
    if font is None:
        return "".join(" " if sign.isspace() else f"[U+{ord(sign):04X}]" for sign in text)
    return f'<font name="{font}">{escape(text)}</font>' if font else escape(text)


def _font(sign: str) -> str | None:
    if sign.isprintable() and _encodable(sign, "cp1252"):
        return _LATIN
    if not sign.isprintable():
        return None
    for name, characters in embedded_fonts().items():
        if ord(sign) in characters:
            return name
    if "\uac00" <= sign <= "\ud7a3":
        return _KOREAN
    return _CHINESE if _encodable(sign, "gbk") else None


def _encodable(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
