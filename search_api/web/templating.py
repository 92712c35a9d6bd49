"""Jinja2, imported nowhere else: pages out of templates in which every text is escaped."""

import functools
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

Html = Markup
"""Text that is HTML already, and is not escaped again."""


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("search_api.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def rendered(template: str, **values: Any) -> str:  # noqa: ANN401 (whatever a template shows)
    """A page.

    Args:
        template: name of its file.
        values: what it shows; one that is missing is an error.
    """
    return _environment().get_template(template).render(**values)
