"""Write `docs/openapi.json`, the description of the HTTP API as a server gives it.

`python scripts/openapi.py --write` after a change of routes, fields or descriptions; a test compares.
"""

import json
import sys
from pathlib import Path
from typing import cast

from search_api.serving.app import create_app
from search_api.serving.live import Live

DOCUMENT = Path(__file__).parent.parent / "docs" / "openapi.json"


class _NoIndex:
    """In the place of an index: describing opens none."""

    layout = None


def description() -> str:
    """The document, keys in the order in which they are served."""
    app = create_app(cast(Live, _NoIndex()))
    return json.dumps(app.openapi(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    DOCUMENT.write_text(description(), encoding="utf-8")
