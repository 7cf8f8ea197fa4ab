"""The page at which somebody signs in: plain HTML, no script, nothing of the library in it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_STYLE = """
:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
body { display: grid; place-items: center; min-height: 90vh; margin: 0 1rem; }
main { width: min(22rem, 100%); }
h1 { font-size: 1.4rem; }
label { display: block; margin: 0.9rem 0 0.25rem; }
input, button, a.provider { box-sizing: border-box; width: 100%; padding: 0.6rem; font: inherit;
  border: 1px solid #8888; border-radius: 0.4rem; }
button, a.provider { display: block; margin-top: 1.2rem; border: 0; background: #0f766e; color: #fff;
  text-align: center; text-decoration: none; cursor: pointer; }
[role=alert] { color: #b91c1c; }
@media (prefers-color-scheme: dark) { [role=alert] { color: #fca5a5; } }
"""


def sign_in_page(
    *,
    names: Sequence[str] = (),
    providers: Sequence[tuple[str, str]] = (),
    leads_to: str = "/",
    problem: str = "",
) -> str:
    """Return the page.

    Args:
        names: Whether there are passwords: the form is shown when there is any name. They are not told, but
            for a single one, which need not be typed.
        providers: Name and address of each provider that knows people.
        leads_to: Where the person wanted to go; a path of this server.
        problem: What went wrong the time before.
    """
    body = f'<p role="alert">{escape(problem)}</p>' if problem else ""
    body += _form(names, leads_to) if names else ""
    for name, address in providers:
        label = "Sign in" if name == "default" else f"Sign in with {name}"
        body += f'<a class="provider" href="{escape(address)}">{escape(label)}</a>'
    return _page("Witness: sign in", body)


def sign_out_page() -> str:
    """Return the page that asks whether somebody wants to sign out: a link alone must not do it."""
    return _page(
        "Witness: sign out",
        '<form method="post" action="/sign-out"><button>Sign out</button></form><p><a href="/">Stay</a></p>',
    )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>Witness</h1>{body}</main></body></html>"
    )


def _form(names: Sequence[str], leads_to: str) -> str:
    if len(names) == 1:
        who = f'<input type="hidden" name="name" value="{escape(names[0])}">'
    else:
        who = (
            '<label for="name">Name</label>'
            '<input id="name" name="name" autocomplete="username" required autofocus>'
        )
    focus = " autofocus" if len(names) == 1 else ""
    return (
        f'<form method="post" action="/sign-in"><input type="hidden" name="next" value="{escape(leads_to)}">'
        f'{who}<label for="password">Password</label><input id="password" name="password" type="password"'
        f' autocomplete="current-password" required{focus}><button>Sign in</button></form>'
    )
