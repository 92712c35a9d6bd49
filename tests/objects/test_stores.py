"""Every kind of store: an object is what was written last, and one that is not there is told."""

import importlib.util
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from making import embedded, published

from indexer.core.errors import IndexNotFound, InvalidSetting, StoreUnusable
from indexer.objects.addresses import store_at
from indexer.objects.arrow import ArrowStore
from indexer.objects.pull import pull
from indexer.objects.push import push
from indexer.objects.stores import FolderStore, Store, small_object
from indexer.storage.layout import Layout

NO_SERVER = importlib.util.find_spec("moto") is None


@contextmanager
def s3_server(path: str) -> Iterator[str]:
    """A server on this machine that speaks as S3 does, and forgets nothing; the address of a path there."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        options = f"endpoint_override={host}:{port}&scheme=http&region=us-east-1&allow_bucket_creation=true"
        from pyarrow.fs import FileSystem

        FileSystem.from_uri(f"s3://archive?{options}")[0].create_dir("archive")
        yield f"s3://archive/{path}?{options}"
    finally:
        server.stop()


@pytest.fixture(
    params=[
        "folder",
        "arrow",
        pytest.param("s3", marks=pytest.mark.skipif(NO_SERVER, reason="needs moto[server]")),
    ]
)
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    if request.param == "s3":
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        with s3_server("objects") as address:
            yield store_at(address)
    elif request.param == "arrow":
        for folder in ("files/ab", "manifests"):
            (tmp_path / "store" / folder).mkdir(parents=True)
        yield ArrowStore((tmp_path / "store").as_uri())
    else:
        yield store_at((tmp_path / "store").as_uri())


def test_an_object_is_what_was_written_last(store: Store, tmp_path: Path) -> None:
    assert (store.size("CURRENT"), store.names("files")) == (None, [])
    with pytest.raises(FileNotFoundError):
        store.open("CURRENT")
    store.write("CURRENT", b"one")
    store.write("CURRENT", b"another")
    assert store.size("CURRENT") == 7
    assert small_object(store, "CURRENT", 7) == b"another"
    with pytest.raises(OSError, match="larger than 6 bytes"):
        small_object(store, "CURRENT", 6)
    large = tmp_path / "large"
    large.write_bytes(bytes(range(256)) * 40_000)
    store.send("files/ab/abc", large)
    store.write("manifests/d.json", b"{}")
    assert store.names("files") == ["files/ab/abc"]
    with store.open("files/ab/abc") as file:
        assert file.read() == large.read_bytes()
    store.remove("files/ab/abc")
    store.remove("files/ab/abc")
    assert (store.size("files/ab/abc"), store.names("files")) == (None, [])


@pytest.mark.skipif(NO_SERVER, reason="needs moto[server]")
def test_an_index_goes_through_s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    index = published(tmp_path / "index", [embedded("a", [["flood in Kabul"]], "en")])
    copy = Layout(tmp_path / "copy")
    with s3_server("some/path") as address:
        store = store_at(address)
        assert store.address == "s3://archive/some/path"
        with pytest.raises(IndexNotFound, match="s3://archive/some/path holds no index"):
            pull(copy, store)
        sent = push(index, store)
        assert sent.files == len({*sent.manifest.files.values()}) > 5
        assert pull(copy, store).files == len(sent.manifest.files)
        assert copy.live().name == index.live().name
        assert push(index, store).files == 0


def test_a_store_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("no folder", encoding="utf-8")
    index = published(tmp_path / "index", [embedded("a", [["flood in Kabul"]], "en")])
    with pytest.raises(StoreUnusable, match=r"the store file:.*/store cannot be used"):
        push(index, store_at(str(tmp_path / "store")))


@pytest.mark.parametrize(
    "address",
    [
        *("s3://", "s3://key:secret@bucket/path", "ftp://host/path", "file://host/path", "https://host/x"),
        *("gs:///path", "s3://bucket name/x"),
    ],
)
def test_what_is_no_address_of_a_store_is_refused_and_no_secret_told(address: str) -> None:
    with pytest.raises(InvalidSetting, match=r"names no store: say s3://BUCKET/PATH") as caught:
        store_at(address)
    assert "secret" not in str(caught.value)


def test_addresses_of_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert store_at("some/store").address == (tmp_path / "some" / "store").as_uri()
    assert store_at("file:///mnt/a%20b").address == "file:///mnt/a%20b"
    assert store_at("gs://bucket/path?scheme=https").address == "gs://bucket/path"


def test_an_upload_that_was_never_finished_is_no_object(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    (tmp_path / "source").write_bytes(b"x" * 100)

    class Ending(io.BytesIO):
        """A file that cannot be read to its end."""

        def read(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002
            raise OSError("the disk is gone")

    broken = cast(Path, SimpleNamespace(open=lambda mode: Ending()))
    with pytest.raises(OSError, match="the disk is gone"):
        store.send("files/ab/abc", broken)
    assert (store.size("files/ab/abc"), store.names("files")) == (None, [])
