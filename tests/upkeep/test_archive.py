"""A generation as one file: carried elsewhere, it is the same; damaged, it changes nothing."""

import dataclasses
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from making import embedded, fingerprint, published, signed

from indexer.core.errors import (
    IndexDamaged,
    IndexLocked,
    IndexNotFound,
    IndexNotWritable,
    InvalidArchive,
    PathNotFound,
)
from indexer.core.protocols import Encoder
from indexer.core.records import Candidates, Filter, QueryWord, RetrievalRequest
from indexer.generation.generation import Generation, open_live
from indexer.models.model import Model
from indexer.retrieval.retrieval import Retrieval
from indexer.storage.disk import sync
from indexer.storage.layout import Layout
from indexer.storage.manifest import FORMAT, MANIFEST, Manifest
from indexer.text.orthography import tokens
from indexer.upkeep import archive
from indexer.upkeep.archive import export, import_
from indexer.upkeep.checks import faults

Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture
def index(tmp_path: Path) -> Layout:
    """A small index."""
    articles = [embedded("a", [["باران بارید"], ["سیل"]]), embedded("b", [["نزل المطر"]], "ar", None)]
    return published(tmp_path / "index", articles)


@pytest.fixture
def exported(index: Layout, tmp_path: Path) -> Path:
    path = tmp_path / "news.tar"
    assert export(index, path) == Manifest.read(index.live() / MANIFEST)
    return path


@pytest.fixture
def other(tmp_path: Path) -> Layout:
    """An index with something else in it."""
    return published(tmp_path / "other", [embedded("z", [["old"]], "en")])


def asked(live: Generation, text: str, model: Model, encoder: Encoder) -> Candidates:
    """All scores of what may answer a question."""
    vectors = encoder.encode_queries([model.prompts.query + text])
    words = [
        live.lexicon.expand(
            QueryWord(word.text, word.text, "en"),
            encoder.encode_queries([model.prompts.query + word.text])[0],
        )
        for word in tokens(text)
    ]
    return Retrieval(live).candidates(
        RetrievalRequest(vectors[0], "en", tuple(words), tuple(words), Filter(), 20)
    )


def test_an_imported_index_answers_as_the_exported_one(
    seed_index: Path, tmp_path: Path, other: Layout, model: Model, encoder: Encoder
) -> None:
    path = tmp_path / "seeds.tar"
    manifest = export(Layout(seed_index), path)
    assert manifest == Manifest.read(Layout(seed_index).live() / MANIFEST)
    empty = Layout(tmp_path / "empty")
    questions = ("flood in the city", "Kabul", "2025")
    with closing(open_live(seed_index)) as live:
        expected = [asked(live, question, model, encoder) for question in questions]
        passages = live.passages(range(len(live.catalogue.passage_rows)))
    base = other.live().name
    for layout, number, before in ((empty, "000001", None), (other, "000002", base)):
        made = import_(layout, path)
        digest = manifest.name.partition("-")[2]
        assert made == dataclasses.replace(manifest, name=f"{number}-{digest}", base=before)
        assert Manifest.read(layout.live() / MANIFEST) == made
        assert faults(layout.live()) == []
        with closing(open_live(layout.folder)) as live:
            assert live.passages(range(len(passages))) == passages
            for question, candidates in zip(questions, expected, strict=True):
                found = asked(live, question, model, encoder)
                for column in dataclasses.fields(found)[:-1]:
                    np.testing.assert_array_equal(
                        getattr(found, column.name), getattr(candidates, column.name)
                    )
    assert [folder.name for folder in other.published()] == [base, other.live().name]


def test_the_manifest_comes_first_and_then_every_file(exported: Path, index: Layout) -> None:
    manifest = Manifest.read(index.live() / MANIFEST)
    with tarfile.open(exported) as opened:
        assert opened.getnames() == [MANIFEST, *manifest.files]
    assert not exported.with_name("news.tar.partial").exists()


def test_an_exported_file_is_replaced_when_it_is_whole(index: Layout, tmp_path: Path) -> None:
    path = tmp_path / "news.tar"
    path.write_bytes(b"old")
    content = bytearray((index.live() / "ids.txt").read_bytes())
    content[0] ^= 1
    (index.live() / "ids.txt").write_bytes(content)
    expected = r"ids\.txt has not the checksum of its manifest$"
    with pytest.raises(IndexDamaged, match=expected):
        export(index, path)
    assert path.read_bytes() == b"old"
    assert not path.with_name("news.tar.partial").exists()


def test_a_target_that_cannot_be_written_is_named(index: Layout, tmp_path: Path) -> None:
    with pytest.raises(IndexNotWritable, match=r"news\.tar cannot be written: No such file or directory"):
        export(index, tmp_path / "missing" / "news.tar")
    (tmp_path / "folder.tar").mkdir()
    with pytest.raises(IndexNotWritable, match=r"folder\.tar cannot be written: Is a directory"):
        export(index, tmp_path / "folder.tar")
    assert not (tmp_path / "folder.tar.partial").exists()


def test_nothing_is_exported_from_nothing(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="there is no index"):
        export(Layout(tmp_path), tmp_path / "news.tar")
    assert list(tmp_path.iterdir()) == []


def test_while_it_is_exported_a_generation_is_held(
    index: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[tuple[str, ...]] = []

    def removing(path: Path) -> None:
        with index.writing():
            held.append(index.remove([index.live()]).held)
        sync(path)

    monkeypatch.setattr(archive, "sync", removing)
    export(index, tmp_path / "news.tar")
    assert held == [(index.live().name,)] * 2


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_a_compressed_file_is_refused(exported: Path, tmp_path: Path, mode: str) -> None:
    packed = tmp_path / "news.packed"
    with tarfile.open(packed, mode) as archive:  # type: ignore[call-overload]
        for info, content in members(exported):
            archive.addfile(info, io.BytesIO(content))
    layout = Layout(tmp_path / "empty")
    with pytest.raises(
        InvalidArchive, match=r"news\.packed is compressed, which no export is: unpack it first$"
    ):
        import_(layout, packed)
    assert layout.published() == []


@pytest.mark.parametrize("name", ["missing.tar", "."])
def test_a_file_that_is_not_there_is_named(other: Layout, tmp_path: Path, name: str) -> None:
    expected = r"is not a file: give one that `hudhud export` wrote"
    with pytest.raises(PathNotFound, match=expected):
        import_(other, tmp_path / name)


def members(path: Path) -> Members:
    with tarfile.open(path) as archive:
        return [(info, (archive.extractfile(info) or io.BytesIO()).read()) for info in archive]


def repacked(path: Path, content: Members) -> None:
    with tarfile.open(path, "w") as archive:
        for info, data in content:
            if info.isreg():
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def file(name: str, content: bytes = b"content") -> tuple[tarfile.TarInfo, bytes]:
    return tarfile.TarInfo(name), content


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


def changed(content: Members, **changes: object) -> Members:
    """The members with a manifest that says something else."""
    (info, manifest), *rest = content
    return [(info, signed(json.loads(manifest) | changes)), *rest]


def named(content: Members, name: str) -> Members:
    """The members, of which the first file is called otherwise, in the manifest too."""
    (_, manifest), (_, data), *rest = content
    values = json.loads(manifest)
    files = list(values["files"].items())
    values["files"] = {name: files[0][1], **dict(files[1:])}
    return [file(MANIFEST, signed(values)), file(name, data), *rest]


def flipped(content: Members, place: int) -> Members:
    """The members with another byte in one of them."""
    info, data = content[place]
    content[place] = info, bytes([data[0] ^ 1]) + data[1:]
    return content


NOT_WHOLE, NOT_NAMED = r"news\.tar is not whole: ", r"which its manifest does not name"


DAMAGES: list[tuple[Callable[[Members], Members], str]] = [
    (lambda content: content[:-1], NOT_WHOLE + r"\S+ is missing"),
    (lambda content: content[:1], NOT_WHOLE + r"arrivals\.npy is missing"),
    (lambda content: [], NOT_WHOLE + "it is empty"),
    (lambda content: [*content, file("more.txt")], r"holds 'more\.txt', " + NOT_NAMED),
    (lambda content: [*content, content[-1]], NOT_NAMED),
    (lambda content: [*content, content[0]], r"holds 'manifest\.json', " + NOT_NAMED),
    (lambda content: [content[0], file("../evil"), *content[1:]], r"holds '\.\./evil', " + NOT_NAMED),
    (lambda content: named(content, "../evil"), r"the manifest\.json in .* cannot be read"),
    (lambda content: named(content, "a/../../evil"), r"the manifest\.json in .* cannot be read"),
    (lambda content: named(content, "/evil"), r"the manifest\.json in .* cannot be read"),
    (lambda content: named(content, "a\x1b[2Jb"), r"the manifest\.json in .* cannot be read"),
    (lambda content: [*content, link("evil", "/etc/passwd")], r"holds 'evil', which is no file"),
    (lambda content: [*content, link("evil", MANIFEST, tarfile.LNKTYPE)], "'evil', which is no file"),
    (lambda content: [link(MANIFEST, "x")], r"holds 'manifest\.json', which is no file"),
    (lambda content: content[1:], r"does not begin with manifest\.json: `hudhud export` did not write"),
    (lambda content: [file("a.txt")], r"does not begin with manifest\.json"),
    (lambda content: [file(MANIFEST, b"{")], r"the manifest\.json in .* cannot be read"),
    (lambda content: flipped(content, 5), r"\S+ in .*news\.tar has not the checksum of its manifest"),
    (lambda content: flipped(content, -1), r"\S+ in .*news\.tar has not the checksum of its manifest"),
    (lambda content: [*content[:-1], file(content[-1][0].name, b"")], "has not the size of its manifest"),
    (lambda content: changed(content, passages=9), r"is not a sound generation \(.*9 passages"),
    (lambda content: changed(content, segments=["x"]), r"is not a sound generation \(.*cannot be read"),
]


@pytest.mark.parametrize(("damaged", "message"), DAMAGES, ids=[str(place) for place in range(len(DAMAGES))])
def test_what_is_damaged_changes_nothing(
    exported: Path, other: Layout, tmp_path: Path, damaged: Callable[[Members], Members], message: str
) -> None:
    before = everything(tmp_path, exported)
    repacked(exported, damaged(members(exported)))
    with pytest.raises(InvalidArchive, match=message):
        import_(other, exported)
    assert everything(tmp_path, exported) == before


def everything(folder: Path, but: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path != but)
    return {str(path): path.read_bytes() for path in found}


def test_a_header_that_asks_for_gigabytes_is_refused(exported: Path, other: Layout, tmp_path: Path) -> None:
    before = everything(tmp_path, exported)
    info = tarfile.TarInfo("x" * 200)
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 2**33
    with exported.open("wb") as file:
        file.write(info.tobuf(tarfile.GNU_FORMAT)[-512:])
        file.truncate(2**33)
    with pytest.raises(InvalidArchive, match="or a damaged one"):
        import_(other, exported)
    assert everything(tmp_path, exported) == before


def test_room_is_looked_for_before_anything_is_written(
    exported: Path, other: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = other.live()
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))  # type: ignore[attr-defined]
    with pytest.raises(IndexNotWritable, match=r"importing .* takes 0 MB, where 0 MB are free: make room"):
        import_(other, exported)
    assert (other.live(), other.published()) == (live, [live])


def test_what_contradicts_itself_is_not_published(exported: Path, other: Layout, tmp_path: Path) -> None:
    before = everything(tmp_path, exported)
    repacked(exported, changed(members(exported), articles=9, languages={"fa": 9}))
    with pytest.raises(InvalidArchive, match=r"not a sound generation \(articles: the catalogue has 2, the"):
        import_(other, exported)
    assert everything(tmp_path, exported) == before


def test_forged_files_with_right_checksums_are_refused_or_answer(exported: Path, tmp_path: Path) -> None:
    whole = members(exported)
    values = json.loads(whole[0][1])
    refused = 0
    for place, (info, data) in enumerate(whole[1:], 1):
        forged = bytes(reversed(data))
        fact = {"bytes": len(data), "sha256": hashlib.sha256(forged).hexdigest()}
        said = signed(values | {"files": values["files"] | {info.name: fact}})
        repacked(
            exported, [file(MANIFEST, said), *whole[1:place], file(info.name, forged), *whole[place + 1 :]]
        )
        layout = Layout(tmp_path / str(place))
        try:
            import_(layout, exported)
        except InvalidArchive:
            refused += 1
            assert (layout.published(), layout.live_or_none()) == ([], None)
        else:
            with closing(open_live(layout.folder)) as live:
                assert [article.id for article in live.articles(range(2))] == ["a", "b"]
    assert refused > len(whole) / 2


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.5, 0.9])
def test_a_truncated_file_changes_nothing(
    exported: Path, other: Layout, tmp_path: Path, share: float
) -> None:
    before = everything(tmp_path, exported)
    content = exported.read_bytes()
    exported.write_bytes(content[: int(share * len(content)) + 7])
    with pytest.raises(InvalidArchive, match=r"news\.tar is not (an exported generation|whole)"):
        import_(other, exported)
    assert everything(tmp_path, exported) == before


def test_what_is_no_archive_changes_nothing(exported: Path, other: Layout, tmp_path: Path) -> None:
    before = everything(tmp_path, exported)
    for content in (b"", b"no archive", b"\x1f\x8b\x08" + bytes(100), b"x" * 10_000):
        exported.write_bytes(content)
        with pytest.raises(InvalidArchive):
            import_(other, exported)
    assert everything(tmp_path, exported) == before


def test_another_format_is_refused(exported: Path, other: Layout, tmp_path: Path) -> None:
    before = everything(tmp_path, exported)
    repacked(exported, changed(members(exported), format=2))
    message = rf"news\.tar has format 2, this version reads format {FORMAT}: nothing was changed$"
    with pytest.raises(InvalidArchive, match=message):
        import_(other, exported)
    assert everything(tmp_path, exported) == before


def test_a_generation_is_called_after_what_it_holds_whatever_it_says(
    exported: Path, index: Layout, other: Layout
) -> None:
    digest = index.live().name.partition("-")[2]
    for name in ("", "000001-", "000001-../../x", "x"):
        repacked(exported, changed(members(exported), name=name))
        made = import_(other, exported)
        assert made.name.partition("-")[2] == digest
        assert other.live().name == made.name
        assert fingerprint(other.live()) == fingerprint(index.live())


def test_a_broken_pointer_does_not_hinder(exported: Path, other: Layout) -> None:
    other.current.write_text("")
    made = import_(other, exported)
    assert (made.base, made.name[:7]) == (None, "000002-")


def test_nothing_is_imported_while_another_writes(exported: Path, other: Layout) -> None:
    live = other.live()
    with other.writing(), pytest.raises(IndexLocked):
        import_(Layout(other.folder), exported)
    assert other.live() == live
