"""What a generation says of itself."""

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import signed

from indexer.core.errors import FormatMismatch, IndexDamaged
from indexer.storage import manifest as manifests
from indexer.storage.manifest import FORMAT, MANIFEST, FileFact, Manifest, digest_of, fact_of

WHOLE = Manifest(
    name="000007-0123abcd",
    base="000006-fedcba98",
    created="2025-11-22T00:00:00+00:00",
    hudhud="0.1.0",
    model="test",
    fingerprint="f" * 64,
    engine="by hand",
    prompts={"query": "query: ", "passage": ""},
    dimensions=4,
    versions={"chunking": 1},
    segments=["b", "a"],
    articles=3,
    passages=4,
    sentences=5,
    languages={"fa": 2, "ar": 1},
    first_date="2025-09-03",
    last_date=None,
    garbled=0,
    skipped={"empty": 1},
    roots=["/news/خبر"],
    meta=["author"],
    deleted=["news/a.txt"],
    files={"ids.txt": FileFact(3, "1" * 64), "segments/b/days.npy": FileFact(0, "2" * 64)},
)
TEXTS = st.lists(st.text(), max_size=3)
NAMES = st.from_regex(r"\A[\w-][\w.-]{0,9}\Z", fullmatch=False).filter(lambda name: name != MANIFEST)
FACTS = st.builds(FileFact, st.integers(0, 2**40), st.from_regex(r"\A[0-9a-f]{64}\Z"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    WHOLE.write(tmp_path / "manifest.json")
    return tmp_path / "manifest.json"


def test_a_manifest_is_read_as_it_was_written(path: Path) -> None:
    assert Manifest.read(path) == WHOLE
    assert (WHOLE.format, WHOLE.bytes) == (FORMAT, 3)


@given(st.none() | st.text(), TEXTS, st.lists(NAMES, max_size=3), st.dictionaries(NAMES, FACTS))
def test_whatever_it_says_it_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    base: str | None,
    texts: list[str],
    segments: list[str],
    files: dict[str, FileFact],
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    several = replace(WHOLE, base=base, segments=segments, roots=texts, deleted=texts, files=files)
    several.write(path)
    assert Manifest.read(path) == several


def test_it_is_for_people_to_read(path: Path) -> None:
    assert '\n  "roots": [\n    "/news/خبر"\n  ],\n' in path.read_text(encoding="utf-8")


def test_it_is_forced_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forced: list[str] = []

    def sync(descriptor: int) -> None:
        assert os.fstat(descriptor).st_size == (tmp_path / "manifest.json").stat().st_size > 500
        forced.append("manifest.json")

    monkeypatch.setattr(os, "fsync", sync)
    WHOLE.write(tmp_path / "manifest.json")
    assert forced == ["manifest.json"]


def changed(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


@pytest.mark.parametrize("form", [1, 2, 99])
def test_another_format_is_refused(path: Path, form: int) -> None:
    changed(path, format=form)
    message = rf"manifest\.json has format {form}, this version reads format {FORMAT}$"
    with pytest.raises(FormatMismatch, match=message) as refused:
        Manifest.read(path)
    assert (refused.value.found, refused.value.read, refused.value.later) == (form, FORMAT, form == 99)


@pytest.mark.parametrize("form", ["3", None])
def test_a_format_that_is_no_number_is_damage(path: Path, form: object) -> None:
    changed(path, format=form)
    with pytest.raises(IndexDamaged, match="cannot be read as a manifest"):
        Manifest.read(path)


def test_an_old_manifest_is_refused_for_its_format_whatever_else_it_lacks(path: Path) -> None:
    path.write_text('{"name": "000001-a", "format": 2}', encoding="utf-8")
    with pytest.raises(FormatMismatch, match=f"has format 2, this version reads format {FORMAT}"):
        Manifest.read(path)


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "[]", "null", "3", '"format"', "{}", f'{{"format": {FORMAT}}}', "\ud800"),
        f'{{"format": {FORMAT}, "files": []}}',
        f'{{"format": {FORMAT}, "files": {{"a": {{}}}}}}',
        f'{{"format": {FORMAT}, "files": {{"a": {{"bytes": 1}}}}}}',
        f'{{"format": {FORMAT}, "files": {{"a": 1}}}}',
    ],
)
def test_what_is_no_manifest_is_refused(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(IndexDamaged, match=r"manifest\.json cannot be read as a manifest"):
        Manifest.read(path)


@pytest.mark.parametrize("name", ["articles", "segments", "files", "base"])
def test_one_that_lacks_something_is_refused(path: Path, name: str) -> None:
    values = json.loads(path.read_text(encoding="utf-8"))
    del values[name]
    path.write_bytes(signed(values))
    with pytest.raises(IndexDamaged, match="cannot be read as a manifest"):
        Manifest.read(path)


def test_one_that_says_more_is_refused(path: Path) -> None:
    path.write_bytes(signed(json.loads(path.read_text(encoding="utf-8")) | {"more": 1}))
    with pytest.raises(IndexDamaged, match="cannot be read as a manifest"):
        Manifest.read(path)


@pytest.mark.parametrize("changes", [{"articles": 4}, {"roots": []}, {"deleted": []}, {"checksum": "0"}])
def test_one_that_was_altered_is_refused(path: Path, changes: dict[str, object]) -> None:
    changed(path, **changes)
    with pytest.raises(IndexDamaged, match="cannot be read as a manifest"):
        Manifest.read(path)


def test_a_flipped_bit_is_never_read_as_something_else(path: Path) -> None:
    whole = path.read_bytes()
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        with suppress(IndexDamaged, FormatMismatch):
            assert Manifest.read(path) == WHOLE


def test_a_missing_one_is_damage(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match=r"manifest\.json cannot be read as a manifest"):
        Manifest.read(tmp_path / "manifest.json")


def test_files_of_another_size_are_told(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_bytes(b"abc")
    (tmp_path / "segments" / "b").mkdir(parents=True)
    (tmp_path / "segments" / "b" / "days.npy").touch()
    assert WHOLE.size_faults(tmp_path) == []
    (tmp_path / "ids.txt").write_bytes(b"ab")
    assert WHOLE.size_faults(tmp_path) == ["ids.txt: 2 bytes instead of 3"]
    (tmp_path / "segments" / "b" / "days.npy").unlink()
    assert WHOLE.size_faults(tmp_path) == [
        "ids.txt: 2 bytes instead of 3",
        "segments/b/days.npy: missing",
    ]
    assert WHOLE.size_faults(tmp_path / "nowhere") == ["ids.txt: missing", "segments/b/days.npy: missing"]


def test_a_fact_is_size_and_sha_256(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert fact_of(tmp_path / "a") == FileFact(3, expected)


def test_a_digest_stands_for_names_and_contents_in_any_order() -> None:
    one, other = FileFact(1, "1" * 64), FileFact(2, "2" * 64)
    expected = hashlib.sha256(f"a {'1' * 64}\nb {'2' * 64}\n".encode()).hexdigest()
    assert digest_of({"a": one, "b": other}) == digest_of({"b": other, "a": one}) == expected
    assert len({digest_of(facts) for facts in ({"a": one}, {"a": other}, {"b": one}, {})}) == 4
    assert manifests.MANIFEST == "manifest.json"


@pytest.mark.parametrize(
    "changes",
    [
        {"articles": "3"},
        {"articles": -1},
        {"articles": True},
        {"articles": 2**63},
        {"dimensions": 0},
        {"dimensions": 4.0},
        {"name": None},
        {"model": ["a"]},
        {"base": 7},
        {"prompts": {"query": 1}},
        {"versions": {"chunking": "1"}},
        {"languages": ["fa"]},
        {"segments": "ab"},
        {"segments": ["../a"]},
        {"segments": ["a/b"]},
        {"segments": [1]},
        {"deleted": {"a": 1}},
        {"roots": None},
        {"files": {"ids.txt": {"bytes": "3", "sha256": "1" * 64}}},
        {"files": {"ids.txt": {"bytes": 3, "sha256": "x"}}},
        {"files": {"../ids.txt": {"bytes": 3, "sha256": "1" * 64}}},
        {"files": {"a/../b": {"bytes": 3, "sha256": "1" * 64}}},
        {"files": {"/etc/passwd": {"bytes": 3, "sha256": "1" * 64}}},
        {"files": {"a\x1b[2J": {"bytes": 3, "sha256": "1" * 64}}},
        {"files": {"manifest.json": {"bytes": 3, "sha256": "1" * 64}}},
    ],
)
def test_every_field_is_what_it_may_be(path: Path, changes: dict[str, object]) -> None:
    path.write_bytes(signed(json.loads(path.read_text(encoding="utf-8")) | changes))
    with pytest.raises(IndexDamaged, match="cannot be read as a manifest"):
        Manifest.read(path)


@pytest.mark.parametrize("content", [b"[" * 100_000, b"[" + b"[]," * 2_000_000 + b"[]]"])
def test_a_manifest_that_fills_the_memory_is_none(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(IndexDamaged, match="cannot be read as a manifest"):
        Manifest.read(path)
