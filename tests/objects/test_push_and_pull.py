"""An index in a store: what is pulled is what was pushed, whole, wherever a push or a pull ends."""

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest
from making import embedded, publish, published

from indexer.core.errors import (
    IndexDamaged,
    IndexLocked,
    IndexNotFound,
    IndexNotWritable,
    StoreChanged,
    StoreDamaged,
    StoreUnusable,
)
from indexer.generation.generation import Generation, open_live
from indexer.generation.segment import Embedded
from indexer.objects import pull as pulling
from indexer.objects.contents import (
    CURRENT,
    FILES,
    MANIFESTS,
    Pushed,
    digest,
    file_object,
    live_in,
    read_current,
    write_current,
)
from indexer.objects.copies import COPY
from indexer.objects.pull import pull
from indexer.objects.push import push
from indexer.objects.stores import FolderStore
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST, Manifest, content_faults


class Stopped(Exception):
    """A machine goes down."""


class Fragile(FolderStore):
    """A store whose machine goes down at one of its changes, before it or when it is done.

    Attributes:
        left: changes that succeed; any number when None.
        after: called after each change.
    """

    def __init__(self, folder: Path, left: int | None = None) -> None:
        super().__init__(folder)
        self.left = left
        self.after: Callable[[], None] = lambda: None

    def _changed(self, change: Callable[[], None]) -> None:
        if self.left == 0:
            raise Stopped
        change()
        self.left = None if self.left is None else self.left - 1
        self.after()

    def write(self, name: str, content: bytes) -> None:
        self._changed(lambda: FolderStore.write(self, name, content))

    def send(self, name: str, source: Path) -> None:
        self._changed(lambda: FolderStore.send(self, name, source))

    def remove(self, name: str) -> None:
        self._changed(lambda: FolderStore.remove(self, name))


def article(number: int, word: str = "flood") -> Embedded:
    return embedded(f"{number:03}", [[f"{word} in Kabul", f"rain {number}"]], "en")


@pytest.fixture
def index(tmp_path: Path) -> Layout:
    return published(tmp_path / "index", [article(number) for number in range(12)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def copy(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "copy")


def add(index: Layout, number: int) -> str:
    """Publish one more article; the name of the generation."""
    with closing(open_live(index.folder)) as base:
        return publish(index, [article(number, "wheat")], base).name


def require_whole(layout: Layout, wanted: str) -> None:
    """A generation of this name is live, opens, and is as it was written."""
    assert layout.live().name == wanted
    assert content_faults(layout.live()) == []
    with closing(Generation(layout.live())) as generation:
        assert len(generation.passages([0])) == 1


def objects(manifests: Sequence[Manifest]) -> set[str]:
    return {file_object(fact) for manifest in manifests for fact in manifest.files.values()}


def largest(layout: Layout) -> str:
    """The name of the largest file of the live generation."""
    files = Manifest.read(layout.live() / MANIFEST).files
    return max(files, key=lambda name: files[name].bytes)


def stored(folder: Path) -> set[str]:
    """The files of generations that a store has."""
    return {*FolderStore(folder).names(FILES)}


def test_what_is_pulled_is_what_was_pushed_and_files_that_are_there_stay(
    index: Layout, folder: Path, copy: Layout
) -> None:
    store = FolderStore(folder)
    first = index.live().name
    sent = push(index, store)
    assert (sent.manifest.name, sent.files) == (first, len({*sent.manifest.files.values()}))
    brought = pull(copy, store)
    assert (brought.manifest, brought.is_new) == (sent.manifest, True)
    assert brought.bytes == sum(fact.bytes for fact in sent.manifest.files.values())
    require_whole(copy, first)
    assert pull(copy, store) == pulling.Pull(sent.manifest)
    assert push(index, store).files == 0

    second = add(index, 20)
    again = push(index, store)
    shared = {*again.manifest.files.values()} & {*sent.manifest.files.values()}
    assert shared
    assert again.files == len({*again.manifest.files.values()} - shared)
    assert pull(copy, store).bytes < brought.bytes
    require_whole(copy, second)
    assert [folder.name for folder in copy.published()] == [first, second]
    assert [one.name for one in read_current(store)] == [second, first]


def test_old_generations_leave_the_store_and_what_others_share_stays(
    index: Layout, folder: Path, copy: Layout
) -> None:
    store = FolderStore(folder)
    for number in range(20, 24):
        push(index, store, keep=2)
        add(index, number)
    push(index, store, keep=2)
    kept = [Manifest.read(one / MANIFEST) for one in index.published()[-2:]]
    assert stored(folder) == objects(kept)
    assert len(store.names(MANIFESTS)) == 2
    pull(copy, store)
    require_whole(copy, index.live().name)


def test_a_push_that_ends_anywhere_leaves_the_generation_before_and_goes_on(
    index: Layout, folder: Path, copy: Layout, tmp_path: Path
) -> None:
    push(index, FolderStore(folder), keep=1)
    first = index.live().name
    pull(copy, FolderStore(folder))
    second = add(index, 20)
    steps = 0
    while True:
        broken = Fragile(tmp_path / f"store-{steps}", steps)
        shutil.copytree(folder, tmp_path / f"store-{steps}")
        own = Layout(tmp_path / f"copy-{steps}")
        try:
            push(index, broken, keep=1)
        except Stopped:
            live = live_in(broken).name
            assert live in (first, second)
            pull(own, broken)
            require_whole(own, live)
            broken.left = None
            push(index, broken, keep=1)
        else:
            break
        finally:
            assert [one.name for one in read_current(broken)][:1] == [live_in(broken).name]
        pull(own, broken)
        require_whole(own, second)
        manifest = Manifest.read(index.live() / MANIFEST)
        assert stored(tmp_path / f"store-{steps}") == objects([manifest])
        assert len(broken.names(MANIFESTS)) == 1
        steps += 1
    assert steps > 15


def test_who_pulls_while_somebody_pushes_gets_the_old_or_the_new(
    index: Layout, folder: Path, tmp_path: Path
) -> None:
    push(index, FolderStore(folder), keep=1)
    first, second = index.live().name, add(index, 20)
    store, seen = Fragile(folder), list[str]()

    def look() -> None:
        own = Layout(tmp_path / f"copy-{len(seen)}")
        pull(own, store)
        seen.append(own.live().name)
        require_whole(own, seen[-1])

    store.after = look
    push(index, store, keep=1)
    assert [*dict.fromkeys(seen)] == [first, second]


def test_a_pull_that_ends_anywhere_leaves_the_generation_before_and_goes_on(
    index: Layout, folder: Path, copy: Layout, tmp_path: Path
) -> None:
    class Closing(FolderStore):
        """A store that is gone after some more objects were opened."""

        left = 1000

        def open(self, name: str) -> IO[bytes]:
            if not self.left:
                raise ConnectionError("the network is gone")
            self.left -= 1
            return super().open(name)

    store = Closing(folder)
    push(index, store)
    pull(copy, store)
    first, second = index.live().name, add(index, 20)
    push(index, store)

    def breaks(layout: Layout) -> bool:
        try:
            pull(layout, store)
        except StoreUnusable as error:
            return "the network is gone" in str(error)
        return False

    steps = 0
    while True:
        own = Layout(tmp_path / f"copy-{steps}")
        shutil.copytree(copy.folder, own.folder)
        store.left = steps
        if not breaks(own):
            break
        require_whole(own, first)
        store.left = 1000
        pull(own, store)
        require_whole(own, second)
        assert not own.is_being_written
        steps += 1
    assert steps > 5


@pytest.mark.parametrize("what", ["missing", "shorter", "altered"])
def test_an_object_that_is_not_what_was_pushed_changes_nothing_and_is_named(
    what: str, index: Layout, folder: Path, copy: Layout
) -> None:
    store = FolderStore(folder)
    push(index, store)
    pull(copy, store)
    first, second = index.live().name, add(index, 20)
    before = stored(folder)
    push(index, store)
    name = min(stored(folder) - before)
    content = (folder / name).read_bytes()
    spoilt = {"missing": None, "shorter": content[:-1], "altered": bytes([content[0] ^ 1]) + content[1:]}[
        what
    ]
    (folder / name).unlink()
    if spoilt is not None:
        (folder / name).write_bytes(spoilt)
    with pytest.raises(StoreDamaged, match=name):
        pull(copy, store)
    require_whole(copy, first)
    assert not copy.is_being_written
    if what == "altered":
        assert push(index, store).files == 0
        store.remove(name)
    assert push(index, store).files == 1
    pull(copy, store)
    require_whole(copy, second)


def test_a_manifest_that_is_altered_is_told(index: Layout, folder: Path, copy: Layout) -> None:
    store = FolderStore(folder)
    push(index, store)
    [name] = store.names(MANIFESTS)
    store.write(name, (folder / name).read_bytes().replace(b'"articles": 12', b'"articles": 13'))
    with pytest.raises(StoreDamaged, match=name):
        pull(copy, store)
    store.remove(name)
    with pytest.raises(StoreDamaged, match="is missing"):
        pull(copy, store)
    push(index, store)
    pull(copy, store)
    for content in (
        b"",
        b"{}",
        b'{"generations": []}',
        b'{"generations": [{"name": "../x", "manifest": "0"}]}',
    ):
        store.write(CURRENT, content)
        with pytest.raises(StoreDamaged, match=CURRENT):
            pull(copy, store)
    store.remove(CURRENT)
    with pytest.raises(IndexNotFound, match="hudhud push"):
        pull(copy, store)
    require_whole(copy, index.live().name)


def test_files_of_a_kept_manifest_that_cannot_be_read_are_not_removed(index: Layout, folder: Path) -> None:
    store = FolderStore(folder)
    for number in (20, 21):
        push(index, store)
        add(index, number)
    kept = live_in(store)
    store.write(kept.object, b"{")
    before = stored(folder)
    assert push(index, store).removed == 0
    assert stored(folder) > before


def test_a_generation_that_leaves_while_it_is_pulled_gives_way_to_the_next(
    index: Layout, folder: Path, copy: Layout
) -> None:
    class Slow(FolderStore):
        """A store to which somebody pushes twice before a file comes."""

        is_first = True

        def open(self, name: str) -> IO[bytes]:
            if name.startswith(FILES) and self.is_first:
                self.is_first = False
                for number in (20, 21):
                    add(index, number)
                    push(index, FolderStore(folder), keep=1)
            return super().open(name)

    push(index, FolderStore(folder))
    pull(copy, Slow(folder))
    require_whole(copy, index.live().name)


def test_what_is_deleted_goes_along_and_what_was_deleted_here_does_not_come_back(
    index: Layout, folder: Path, copy: Layout
) -> None:
    store = FolderStore(folder)
    with index.writing():
        index.set_deleted(["900"])
    push(index, store)
    pull(copy, store)
    assert copy.deleted() == {"900"}
    with index.writing():
        index.set_deleted(["900", "901"])
    assert push(index, store).files == 0
    assert not pull(copy, store).is_new
    assert copy.deleted() == {"900", "901"}
    with copy.writing():
        copy.set_deleted(["003"])
    add(index, 20)
    push(index, store)
    first = copy.live().name
    with pytest.raises(StoreChanged, match=r"holds '003', which was deleted in"):
        pull(copy, store)
    require_whole(copy, first)


def test_a_folder_is_a_copy_of_one_store_or_an_index_of_its_own(
    index: Layout, folder: Path, copy: Layout, tmp_path: Path
) -> None:
    store = FolderStore(folder)
    push(index, store)
    with pytest.raises(StoreChanged, match="holds an index of its own"):
        pull(index, store)
    pull(copy, store)
    with pytest.raises(StoreChanged, match=f"is a copy of the index in {store.address}"):
        push(copy, store)
    other = FolderStore(tmp_path / "other")
    push(index, other)
    with pytest.raises(StoreChanged, match=f"not in {other.address}"):
        pull(copy, other)
    own = add(copy, 30)
    with pytest.raises(StoreChanged, match=f"{own} is live in .*, which was not pulled last"):
        pull(copy, store)
    copy.point_to(copy.published()[0])
    assert not pull(copy, store).is_new
    (copy.folder / COPY).write_text("{", encoding="utf-8")
    with pytest.raises(StoreChanged, match="cannot be read"):
        pull(copy, store)


def test_a_copy_follows_a_store_back(index: Layout, folder: Path, copy: Layout) -> None:
    store = FolderStore(folder)
    first = index.live()
    push(index, store)
    pull(copy, store)
    add(index, 20)
    push(index, store)
    pull(copy, store)
    index.point_to(first)
    assert push(index, store).files == 0
    back = pull(copy, store)
    assert (back.manifest.name, back.files, back.is_new) == (first.name, 0, True)
    require_whole(copy, first.name)


def test_who_else_pushes_is_told(index: Layout, folder: Path, tmp_path: Path) -> None:
    other = published(tmp_path / "other", [article(1)])
    store = Fragile(folder)

    def interfere() -> None:
        store.after = lambda: None
        push(other, FolderStore(folder))

    store.after = interfere
    with pytest.raises(StoreChanged, match="somebody else pushed"):
        push(index, store)
    assert live_in(store).name == other.live().name

    def twice() -> None:
        store.after = lambda: None
        with pytest.raises(IndexLocked, match="another process pushes"):
            push(index, FolderStore(folder))

    store.after = twice
    add(index, 20)
    push(index, store)


def test_what_is_damaged_here_is_not_pushed(index: Layout, folder: Path) -> None:
    path = index.live() / largest(index)
    content = path.read_bytes()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(IndexDamaged, match="checksum"):
        push(index, FolderStore(folder))
    assert read_current(FolderStore(folder)) == ()


def test_a_copy_that_lost_a_file_is_told(index: Layout, folder: Path, copy: Layout) -> None:
    store = FolderStore(folder)
    push(index, store)
    pull(copy, store)
    (copy.live() / largest(copy)).unlink()
    with pytest.raises(IndexDamaged, match="pull into an empty folder"):
        pull(copy, store)


def test_without_room_nothing_is_fetched(
    index: Layout, folder: Path, copy: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(index, FolderStore(folder))
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10))
    with pytest.raises(IndexNotWritable, match="make room"):
        pull(copy, FolderStore(folder))
    assert copy.published() == []


def test_a_manifest_of_another_generation_is_refused(index: Layout, folder: Path, copy: Layout) -> None:
    store = FolderStore(folder)
    push(index, store)
    current = json.loads((folder / CURRENT).read_text(encoding="utf-8"))
    current["generations"][0]["name"] = "000009-abcdef12"
    store.write(CURRENT, json.dumps(current).encode())
    with pytest.raises(StoreDamaged, match=MANIFESTS):
        pull(copy, store)


def test_a_manifest_that_is_made_by_hand_cannot_leave_the_folder(
    index: Layout, folder: Path, copy: Layout
) -> None:
    store = FolderStore(folder)
    manifest = push(index, store).manifest
    fact = next(iter(manifest.files.values()))
    content = replace(manifest, files={"../../outside": fact}).content().encode()
    forged = Pushed(manifest.name, digest(content))
    store.write(forged.object, content)
    write_current(store, (forged,))
    with pytest.raises(StoreDamaged, match=MANIFESTS):
        pull(copy, store)
    assert not (copy.folder / "outside").exists()
