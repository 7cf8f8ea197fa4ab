"""What Witness says to models: one prompt, one file.

A prompt is a Markdown file of this folder. Its variables are written ``{{name}}`` and are strict: one that is
missing, and one that the prompt does not have, are errors. Values are put in once and never read again as
templates, so a question that contains ``{{span}}`` stays as it is.
"""

from __future__ import annotations

import hashlib
import re
from importlib import resources

_VARIABLE = re.compile(r"\{\{([a-z_]+)\}\}")


class PromptError(ValueError):
    """A prompt does not exist, or is given other variables than it has."""


def load(name: str, **variables: object) -> str:
    """Read a prompt and fill in its variables.

    Args:
        name: File name without ``.md``.
        **variables: A value for each variable of the prompt; written with ``str``.

    Raises:
        PromptError: No prompt of that name, a variable missing, or one that the prompt does not have.
    """
    template = _read(name).strip()
    wanted = set(_VARIABLE.findall(template))
    problems = [
        f"{problem} {', '.join(sorted(found))}"
        for problem, found in (("missing", wanted - set(variables)), ("unknown", set(variables) - wanted))
        if found
    ]
    if problems:
        raise PromptError(
            f"prompts/{name}.md: {'; '.join(problems)}; its variables: {', '.join(sorted(wanted)) or 'none'}"
        )
    return _VARIABLE.sub(lambda match: str(variables[match[1]]), template)


def names() -> list[str]:
    """Return the names of all prompts, sorted."""
    return sorted(
        entry.name.removesuffix(".md")
        for entry in resources.files(__name__).iterdir()
        if entry.name.endswith(".md")
    )


def fingerprint(name: str) -> str:
    """Return a short hash of the prompt's text, for the index fingerprint.

    Raises:
        PromptError: No prompt of that name.
    """
    return hashlib.sha256(_read(name).encode()).hexdigest()[:12]


def _read(name: str) -> str:
    """Return a prompt's text; only names of this folder's files are accepted, so no path can slip in."""
    if name not in names():
        raise PromptError(f"no prompt is called {name!r}; there are: {', '.join(names())}")
    return resources.files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8")
