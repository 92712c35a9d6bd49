"""Characters that cannot be seen are written by their number in code; docstrings spell words as people do."""

import ast
import io
import tokenize
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("benchmarks", "hudhud", "indexer", "scripts", "search_api", "tests")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
LITERALS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
SPACES = "\u00a0\u2028\u2029\u202f"


def unseen(source: str) -> list[tuple[int, str]]:
    """Line and name of what cannot be seen in the literals of a module, but for its docstrings."""
    docstrings = {
        (node.value.lineno, node.value.col_offset)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        (token.start[0], unicodedata.name(character, "?"))
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type in LITERALS and token.start not in docstrings
        for character in token.string
        if unicodedata.category(character) == "Cf" or character in SPACES
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_cannot_be_seen_is_written_by_its_number(path: Path) -> None:
    assert unseen(path.read_text(encoding="utf-8")) == []


def test_it_is_seen_where_it_stands() -> None:
    literal = "می\u200cشود"
    assert unseen(f'"""{literal}"""\nA = f"{literal} {{1}}"\n"""{literal}"""\nB = "\\u200c"\n') == [
        (2, "ZERO WIDTH NON-JOINER")
    ]
