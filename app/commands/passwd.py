"""``witness passwd``: who may sign in to the browser chat."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from app.console import LibraryOption, console, plain, settings_for
from app.signin.passwords import Passwords

DEFAULT_NAME = "reviewer"


def passwd(
    name: Annotated[str, typer.Argument(help="Whose password.")] = DEFAULT_NAME,
    remove: Annotated[bool, typer.Option("--remove", help="Take it away.")] = False,
    list_names: Annotated[bool, typer.Option("--list", help="Name those who have one.")] = False,
    from_input: Annotated[
        bool, typer.Option("--stdin", help="Read it from standard input, for scripts.")
    ] = False,
    library: LibraryOption = None,
) -> None:
    """Set a password for the browser chat; once there is one, every page and file asks for it.

    It is kept as a salted hash in the library's folder. A changed password signs out who used the old one.
    """
    passwords = Passwords(settings_for(library).library)
    if list_names:
        for each in passwords.names():
            console.print(plain(each))
        return
    if remove:
        passwords.remove(name)
        console.print(f"{plain(name)} cannot sign in any more.")
        return
    if from_input:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    passwords.set(name, password)
    console.print(f"{plain(name)} can sign in with this password.")
