"""The start and the camera as the names of recorders', cameras' and phones' files tell them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from indexer.clock.file_names import camera_from_name, start_from_name

AT = datetime(2026, 3, 1, 14, 30, 5)
NAMES = [
    ("192.168.1.64_01_20260301143005_20260301144500.mp4", "192.168.1.64_01"),
    ("NVR_ch1_main_20260301143005_20260301144500.mp4", "NVR_ch1_main"),
    ("2026-03-01/001/dav/14/14.30.05-14.45.00[M][0@0][0].dav", ""),
    ("RLC-810A-01-20260301143005.mp4", "RLC-810A-01"),
    ("Front_00_20260301143005.mp4", "Front_00"),
    ("RecM01_20260301_143005_143030_6D28808_1A468F9.mp4", "01"),
    ("RecS03_DST20260301_143005_143030_6D28808.mp4", "03"),
    ("front_door_20260301_143005-20260301_144500_xy.mp4", "front_door"),
    ("G4 Doorbell 3-1-2026, 2.30.05 PM.mp4", "G4 Doorbell"),
    ("2026_0301_143005_0001F.MP4", "F"),
    ("20260301143005_000001F.MP4", ""),
    ("20260301_143005_NF.mp4", "F"),
    ("REC_2026_03_01_14_30_05_R.MP4", "R"),
    ("260301_143005_001_FH.MP4", ""),
    ("2026-03-01_14-30-05-left_repeater.mp4", "left_repeater"),
    ("NO20260301-143005-000123F.MP4", ""),
    ("2026030114/30M05S_1772375405.mp4", ""),
    ("2026-03-01/14-30-05.mp4", ""),
    ("VID_20260301_143005.mp4", ""),
    ("20260301_143005.mp4", ""),
    ("DJI_20260301143005_0001_D.MP4", ""),
    ("2026-03-01 14-30-05.mkv", ""),
    ("2026-03-01T14:30:05.mp4", ""),
    ("Cam1.20260301_143005.mp4", "Cam1"),
    ("Cam1-20260301-143005-1772375405.mp4", "Cam1"),
    ("Screen Recording 2026-03-01 at 14.30.05.mov", ""),
    ("ScreenRecording_03-01-2026 14-30-05_1.MP4", ""),
    ("cam3/20260301_143005.mp4", "cam3"),
]
IN_UTC = [
    ("recordings/2026-03-01/14/front_door/30.05.mp4", "front_door"),
    ("front_door-1772375405.123456-abc123.mp4", "front_door"),
    ("PXL_20260301_143005.mp4", ""),
    ("GMT20260301-143005_Recording.mp4", ""),
    ("RPReplay_Final1772375405.MP4", ""),
    ("1772375405.mp4", ""),
    ("2026-03-01T14:30:05Z.mp4", ""),
    ("gate_20260301T143005Z.mp4", "gate"),
]


@pytest.mark.parametrize(("name", "camera"), NAMES)
def test_a_name_in_camera_time(name: str, camera: str) -> None:
    found = start_from_name(Path("/footage") / name)
    assert found is not None and found.readings == (AT,)
    assert camera_from_name(Path("/footage") / name) == camera


@pytest.mark.parametrize(("name", "camera"), IN_UTC)
def test_a_name_in_utc(name: str, camera: str) -> None:
    found = start_from_name(Path("/footage") / name)
    assert found is not None and found.readings == (AT.replace(tzinfo=UTC),)
    assert camera_from_name(Path("/footage") / name) == camera


def test_a_name_with_an_offset_keeps_it() -> None:
    zone = timezone(timedelta(hours=1))
    for name in ("yard 2026-03-01T14-30-05+0100.mp4", "G4 Doorbell 3-1-2026, 14.30.05 GMT+1.mp4"):
        found = start_from_name(Path(name))
        assert found is not None and found.readings == (AT.replace(tzinfo=zone),)


def test_a_day_that_may_be_a_month_keeps_both_readings_day_first() -> None:
    found = start_from_name(Path("01-03-2026_14-30-05.mp4"))
    assert found is not None and [reading.month for reading in found.readings] == [3, 1]
    found = start_from_name(Path("13-03-2026_14-30-05.mp4"))
    assert found is not None and [reading.month for reading in found.readings] == [3]


@pytest.mark.parametrize(
    "name",
    [
        "dock.mp4",
        "GX010042.MP4",
        "VID-20260301-WA0001.mp4",
        "WhatsApp Video 2026-03-01 at 14.30.05.mp4",
        "invoice_2026-13-45 99.mp4",
        "12345678901234567890.mp4",
        "video_1080p_30fps.mp4",
        "20260301_996005.mp4",
        "part 2026.mp4",
    ],
)
def test_a_name_without_a_start_tells_none(name: str) -> None:
    assert start_from_name(Path("/footage") / name) is None
