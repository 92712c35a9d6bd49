"""Print the tree of packages and modules as docs/architecture.md shows it; `--write` puts it there.

Each line is the first line of the docstring of a package or module, so that the picture cannot go stale:
a test compares it with the document.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "architecture.md"
PACKAGES = ("hudhud", "indexer", "search_api")
BEGIN, END = "<!-- tree: scripts/tree.py --write -->\n```\n", "```\n<!-- end of tree -->\n"


def tree() -> str:
    """All packages and modules, a line each."""
    return "".join(f"{line}\n" for package in PACKAGES for line in _lines(ROOT / package, "", f"{package}/"))


def _lines(folder: Path, indent: str, shown: str) -> Iterator[str]:
    yield f"{indent}{shown:<{_WIDTH - len(indent)}}{_first_line(folder / '__init__.py')}"
    inside = indent.replace("├── ", "│   ").replace("└── ", "    ")
    folders = [path for path in sorted(folder.iterdir()) if (path / "__init__.py").is_file()]
    modules = [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
    for place, path in enumerate([*modules, *folders], start=1):
        branch = inside + ("└── " if place == len(modules) + len(folders) else "├── ")
        if path.suffix:
            yield f"{branch}{path.name:<{_WIDTH - len(branch)}}{_first_line(path)}"
        else:
            yield from _lines(path, branch, f"{path.name}/")


_WIDTH = 34


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]


def shown(document: str) -> str:
    """The tree that a document shows."""
    return document[document.index(BEGIN) + len(BEGIN) : document.index(END)]


def main() -> None:
    """Print the tree, or write it into the document."""
    document = DOCUMENT.read_text(encoding="utf-8")
    if sys.argv[1:] == ["--write"]:
        before, after = document.split(BEGIN)[0], document.split(END)[1]
        DOCUMENT.write_text(f"{before}{BEGIN}{tree()}{END}{after}", encoding="utf-8")
    else:
        sys.stdout.write(tree())


if __name__ == "__main__":
    main()
