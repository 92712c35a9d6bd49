"""Maps of words that are made once and then mapped."""

import zlib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from indexer.storage.word_map import WordMap, packed

PAIRS = st.lists(st.tuples(st.binary(max_size=6), st.binary(max_size=6)))


@given(PAIRS, st.lists(st.binary(max_size=6)))
def test_what_is_packed_is_read_again_and_nothing_else(
    pairs: list[tuple[bytes, bytes]], others: list[bytes]
) -> None:
    said = WordMap(packed(pairs))
    first = dict(reversed(pairs))
    assert {key: said.get(key) for key in first} == first
    assert [said.get(key) for key in others] == [first.get(key) for key in others]


def test_keys_of_one_slot_are_told_apart() -> None:
    wanted = zlib.crc32(b"0") & 7
    same = [key for number in range(100) if zlib.crc32(key := b"%d" % number) & 7 == wanted][:3]
    said = WordMap(packed((key, b"value of " + key) for key in same))
    assert [said.get(key) for key in same] == [b"value of " + key for key in same]


def test_a_file_is_mapped(tmp_path: Path) -> None:
    path = tmp_path / "words.map"
    path.write_bytes(packed([("کتاب".encode(), b"book"), (b"", b"nothing")]))
    said = WordMap.open(path)
    assert said.get("کتاب".encode()) == b"book"
    assert said.get(b"") == b"nothing"
    assert said.get("کتا".encode()) is None
