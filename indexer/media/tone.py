"""From high dynamic range to that of ordinary screens, as a viewer without an HDR screen sees it.

HDR video codes more light than such a screen has: absolute luminance (PQ, SMPTE ST 2084) or a scene's light
(HLG), in the wide colours of BT.2020. The curve is the EETF of Report ITU-R BT.2390: what is darker than a
third of diffuse white stays as it is, highlights are rolled off softly.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorTrc
from numpy.typing import NDArray

_PEAK_NITS = 1000.0
"""Brightest light that is told apart; what most HDR is mastered for, and the reference peak of HLG."""
_WHITE_NITS = 203.0
"""Diffuse white, BT.2408; it becomes nearly the brightest white of the result."""
_DISPLAY_GAMMA = 2.4
"""Of the screen that ordinary video is made for, BT.1886."""
_BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], dtype=np.float32
)
"""For linear light, BT.2087."""
_BT2020_LUMINANCE = np.array([0.2627, 0.6780, 0.0593], dtype=np.float32)
_BANDS = 64
"""Rows at a time: a large picture as floating point numbers would not fit into the decoder's memory."""


def is_hdr(frame: VideoFrame) -> bool:
    """Tell whether the picture's values mean PQ or HLG."""
    return frame.color_trc in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)


def to_sdr(pixels: NDArray[np.uint16], transfer: int) -> NDArray[np.uint8]:
    """Map the tones of an HDR picture.

    Args:
        pixels: Coded BT.2020 RGB, shape (height, width, 3), full 16 bits.
        transfer: PQ's or HLG's number, as the frame tells it.

    Returns:
        RGB in BT.709 for an ordinary screen, of the same shape.
    """
    shown = np.empty(pixels.shape, np.uint8)
    for top in range(0, len(pixels), _BANDS):
        band = slice(top, top + _BANDS)
        shown[band] = _coded(_squeezed(_nits(pixels[band], transfer)))
    return shown


def _nits(pixels: NDArray[np.uint16], transfer: int) -> NDArray[np.float32]:
    """Light of each primary on the screen of reference."""
    if transfer == ColorTrc.SMPTE2084:
        return _pq_table()[pixels]
    scene = _hlg_table()[pixels]
    luminance = scene @ _BT2020_LUMINANCE
    light: NDArray[np.float32] = (
        scene * (_PEAK_NITS * np.power(luminance, 0.2))[..., None]
    )  # system gamma 1.2
    return light


def _squeezed(nits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring the light under diffuse white, by the brightest primary so that hues stay, as shares of it."""
    strongest = nits.max(axis=-1)
    place = np.minimum(strongest * ((_CURVE_LENGTH - 1) / _PEAK_NITS), _CURVE_LENGTH - 1).astype(np.int32)
    squeezed: NDArray[np.float32] = nits * _curve()[place][..., None]
    return squeezed


def _coded(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    narrow = np.clip(light @ _BT2020_TO_BT709.T, 0.0, 1.0)
    coded: NDArray[np.uint8] = (np.power(narrow, 1 / _DISPLAY_GAMMA) * 255 + 0.5).astype(np.uint8)
    return coded


_CURVE_LENGTH = 4096


@cache
def _curve() -> NDArray[np.float32]:
    """Factor from nits to the share of diffuse white, for lights from 0 to the peak, evenly spaced."""
    nits = np.linspace(0.0, _PEAK_NITS, _CURVE_LENGTH)
    nits[0] = nits[1] / 2
    source_peak, target_peak = _pq(np.array([_PEAK_NITS, _WHITE_NITS]))
    highest = target_peak / source_peak
    knee = 1.5 * highest - 0.5
    coded = _pq(nits) / source_peak
    share = np.maximum(coded - knee, 0.0) / (1.0 - knee)
    spline = (
        (2 * share**3 - 3 * share**2 + 1) * knee
        + (share**3 - 2 * share**2 + share) * (1 - knee)
        + (-2 * share**3 + 3 * share**2) * highest
    )
    squeezed = _from_pq(np.where(coded < knee, coded, spline) * source_peak)
    return (squeezed / _WHITE_NITS / nits).astype(np.float32)


@cache
def _pq_table() -> NDArray[np.float32]:
    return _from_pq(np.linspace(0.0, 1.0, 1 << 16)).astype(np.float32)


@cache
def _hlg_table() -> NDArray[np.float32]:
    """Scene light from 0 to 1 of each coded value: BT.2100's inverse OETF."""
    coded = np.linspace(0.0, 1.0, 1 << 16)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(coded <= 0.5, coded**2 / 3, (np.exp((coded - c) / a) + b) / 12).astype(np.float32)


_M1, _M2, _C1, _C2, _C3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875


def _pq(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light to PQ, SMPTE ST 2084."""
    power = (nits / 10_000) ** _M1
    coded: NDArray[np.float64] = ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2
    return coded


def _from_pq(coded: NDArray[np.float64]) -> NDArray[np.float64]:
    """PQ to light."""
    power = coded ** (1 / _M2)
    nits: NDArray[np.float64] = 10_000 * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1)
    return nits
