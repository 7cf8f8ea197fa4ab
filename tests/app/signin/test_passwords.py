"""Passwords: kept as hashes that only the owner of the library can read, checked, changed, taken away."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from app.signin.passwords import FILE_NAME, Passwords
from app.signin.tickets import KEY_FILE, Tickets
from indexer.errors import LibraryError, SettingsError


def test_only_the_right_password_of_the_right_person_is_accepted(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path)
    assert passwords.names() == [] and not passwords.check("ann", "")
    passwords.set("ann", "correct horse")
    passwords.set("bob", "battery staple")
    assert passwords.names() == ["ann", "bob"]
    assert passwords.check("ann", "correct horse")
    assert not passwords.check("ann", "battery staple") and not passwords.check("eve", "correct horse")
    passwords.remove("ann")
    assert not passwords.check("ann", "correct horse") and passwords.check("bob", "battery staple")


def test_the_file_holds_no_password_and_is_private(tmp_path: Path) -> None:
    """Equal passwords look different, and nobody else on the machine reads them."""
    Passwords(tmp_path).set("ann", "correct horse")
    Passwords(tmp_path).set("bob", "correct horse")
    path = tmp_path / FILE_NAME
    told = json.loads(path.read_text())
    assert "horse" not in path.read_text() and told["ann"]["hash"] != told["bob"]["hash"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [FILE_NAME]


def test_a_running_server_hears_of_a_change(tmp_path: Path) -> None:
    """``witness passwd`` is another process than the server."""
    server, command = Passwords(tmp_path), Passwords(tmp_path)
    command.set("ann", "first password")
    assert server.check("ann", "first password")
    before = server.version("ann")
    command.set("ann", "second password")
    assert server.check("ann", "second password") and not server.check("ann", "first password")
    assert server.version("ann") not in ("", before)


@pytest.mark.parametrize(
    ("name", "password"), [("", "long enough"), ("ann", "short"), ("n" * 61, "long enough")]
)
def test_what_is_no_password_is_refused(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(SettingsError):
        Passwords(tmp_path).set(name, password)
    assert not (tmp_path / FILE_NAME).exists()


def test_a_damaged_file_lets_nobody_in_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"ann": 5}')
    with pytest.raises(LibraryError, match="remove it"):
        Passwords(tmp_path).check("ann", "x")


def test_a_ticket_is_only_good_as_it_was_made(tmp_path: Path) -> None:
    """Another server's, a changed one and nonsense are none; one's own is read again after a restart."""
    (tmp_path / "other").mkdir()
    ticket = Tickets(tmp_path).make("ann", "v1")
    assert Tickets(tmp_path).read(ticket) == ("ann", "v1")
    assert Tickets(tmp_path / "other").read(ticket) is None
    for wrong in ("", "x.y.z", ticket[:-1], "A" + ticket[1:]):
        assert Tickets(tmp_path).read(wrong) is None
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
