"""A server follows the live index: between requests, without a failure, and never to a damaged one."""

import gc
import itertools
import logging
import os
import shutil
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest
from fastapi.testclient import TestClient

import search_api.serving.loading
from indexer.build import build
from indexer.core.errors import IndexDamaged, IndexingError, IndexMismatch, IndexNotFound, ModelNotFound
from indexer.core.protocols import Encoder
from indexer.corpus import Corpus
from indexer.generation.generation import Generation
from indexer.generation.hubness import HUBNESS
from indexer.models import embedded_model
from indexer.models.encoder import load_encoder
from indexer.models.model import EMBEDDED_NAME, Model, locate
from indexer.models.packed_model import Source
from indexer.options import Options
from indexer.retrieval.retrieval import Retrieval
from indexer.storage.layout import Layout
from search_api.search import Searcher
from search_api.searching.query import parse
from search_api.serving.app import create_app
from search_api.serving.live import BUILDING, OPENING, Live, State
from search_api.serving.opening import Opener
from search_api.serving.schemas import SearchResponse

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
LOOK, RETRY = 0.02, 0.05
QUERIES = (
    "Zaporizhzhia nuclear plant lost external power",
    "Witkoff and Kushner met Umerov",
    "مذاکرات صلح",
    "How many of the 810 drones were intercepted",
)
NUCLEAR, RUTTE = "003_f7d4c279eac3b33f", "002_4c47832c54e4f7d9"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def publish(layout: Layout, paths: list[Path], model: Model, encoder: Encoder) -> Path:
    """Index `paths` and make them live; the folder of the new generation."""
    build(Corpus(paths), layout, model, encoder, options=Options(fresh=True))
    return layout.live()


@pytest.fixture(scope="module")
def made(seed_index: Path, model: Model, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with two generations: all five seeds, then, live, the last three."""
    layout = Layout(tmp_path_factory.mktemp("made"))
    shutil.copy(Layout(seed_index).cache, layout.cache)
    publish(layout, SEEDS, model, encoder)
    publish(layout, SEEDS[2:], model, encoder)
    return layout.folder


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Layout:
    """A copy of it to spoil."""
    return Layout(Path(shutil.copytree(made, tmp_path / "index")))


@dataclass
class Loaded:
    """Encoders that were asked for: names of their models, and whether they are in memory still."""

    names: list[str] = field(default_factory=list)
    encoders: list[weakref.ref[Encoder]] = field(default_factory=list)


@pytest.fixture(autouse=True)
def loaded(encoder: Encoder, model: Model, monkeypatch: pytest.MonkeyPatch) -> Loaded:
    """The default model's encoder is at hand and not loaded again; those of others are loaded."""
    seen = Loaded()

    def load(wanted: Model, *, cache: Path | None, progress: Callable[[str], None]) -> Encoder:
        at_hand = wanted.fingerprint == model.fingerprint
        found = encoder if at_hand else load_encoder(wanted, cache=cache, progress=progress)
        seen.names.append(wanted.name)
        seen.encoders.append(weakref.ref(found))
        return found

    monkeypatch.setattr(search_api.serving.loading, "load_encoder", load)
    return seen


def follow(index: Layout, opener: Opener | None = None) -> Live:
    return Live(index, opener or Opener(None, None), interval=LOOK, retry=RETRY)


def point(index: Layout, folder: Path) -> None:
    """Let `CURRENT` name a generation, as a publication or a rollback does."""
    pointer = index.folder / "CURRENT.new"
    pointer.write_text(folder.name + "\n", encoding="utf-8")
    pointer.replace(index.folder / "CURRENT")


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def change_to(live: Live, index: Layout, folder: Path) -> None:
    point(index, folder)
    wait_for(lambda: live.state.generation == folder.name and live.state.fault is None)


def store(folder: Path) -> Path:
    """The articles of a generation that has one segment."""
    (found,) = folder.glob("segments/*/articles.sqlite")
    return found


def flip(path: Path) -> None:
    """Change the last bit of a file."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def without_time(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "took_ms"}


def answer_of(searcher: Searcher, query: str) -> dict[str, Any]:
    return without_time(SearchResponse.of(searcher.search(parse(query))).model_dump(mode="json"))


def mapped_or_open(folder: Path) -> set[str]:
    """Files of a generation that this process has mapped or open."""
    lines = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    paths = [line.split(maxsplit=5)[-1] for line in lines]
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            paths.append(str(descriptor.readlink()))
        except OSError:
            continue
    return {Path(path).name for path in paths if path.startswith(f"{folder}/")}


class TestChangingOver:
    def test_no_request_fails_and_every_answer_is_of_one_generation(
        self, index: Layout, model: Model, encoder: Encoder
    ) -> None:
        first, second = index.published()
        with follow(index) as live, TestClient(create_app(live)) as client:
            with live.searcher() as searcher:
                encoders = searcher.encoders
            # Vectors depend a little on what is encoded beside: asked once, they are remembered for all.
            everything = Searcher(Retrieval(Generation(first)), encoders)
            expected = {first.name: {query: answer_of(everything, query) for query in QUERIES}}
            stop = threading.Event()
            answers: list[tuple[str, int, dict[str, Any]]] = []

            def ask(start: int) -> None:
                for query in itertools.cycle(QUERIES[start:] + QUERIES[:start]):
                    found = client.get("/v1/search", params={"q": query})
                    article = client.get(f"/v1/articles/{NUCLEAR}")
                    answers.append((query, found.status_code, found.json()))
                    answers.append(("", article.status_code, article.json()))
                    if stop.is_set():
                        return

            with ThreadPoolExecutor(8) as threads:
                running = [threads.submit(ask, number % len(QUERIES)) for number in range(8)]
                try:
                    change_to(live, index, first)
                    change_to(live, index, second)
                    third = publish(index, SEEDS[3:], model, encoder)
                    change_to(live, index, third)
                    asked = len(answers)
                    wait_for(lambda: len(answers) >= asked + 40)
                finally:
                    stop.set()
                for future in running:
                    future.result(30)
        for folder in (second, third):
            alone = Searcher(Retrieval(Generation(folder)), encoders)
            expected[folder.name] = {query: answer_of(alone, query) for query in QUERIES}
            alone.close()
        everything.close()
        assert {status for _, status, _ in answers} == {200}
        searches = [(query, body) for query, _, body in answers if query]
        assert {body["generation"] for _, body in searches} == {first.name, second.name, third.name}
        for query, body in searches:
            assert without_time(body) == expected[body["generation"]][query]
        assert {body["id"] for query, _, body in answers if not query} == {NUCLEAR}

    def test_a_request_keeps_the_generation_that_it_began_with(self, index: Layout) -> None:
        first, second = index.published()
        with follow(index) as live, live.searcher() as searcher:
            change_to(live, index, first)
            assert searcher.search(parse("war")).generation == second.name
            with live.searcher() as other:
                assert other.search(parse("war")).generation == first.name
            assert {hit.article.id for hit in searcher.search(parse("war", limit=100)).hits} == {
                path.stem for path in SEEDS[2:]
            }

    @LINUX
    def test_the_old_one_is_released_when_its_last_lease_ends(self, index: Layout) -> None:
        first, second = index.published()
        with follow(index) as live:
            gc.collect()
            gc.disable()
            try:
                with live.searcher() as searcher:
                    old = weakref.ref(searcher.index)
                    searcher.search(parse("war"))
                    change_to(live, index, first)
                    assert {"articles.sqlite", "postings.npy", "word-vectors-rows.npy"} <= mapped_or_open(
                        second
                    )
                    assert searcher.search(parse("peace")).generation == second.name
                    del searcher
                wait_for(lambda: not mapped_or_open(second))
                assert old() is None
            finally:
                gc.enable()

    def test_what_the_encoder_remembers_survives(self, index: Layout, loaded: Loaded) -> None:
        first, _ = index.published()
        with follow(index) as live:
            with live.searcher() as searcher:
                encoders = searcher.encoders
                [vector] = encoders.queries.vectors(["what is asked twice"])
            change_to(live, index, first)
            with live.searcher() as searcher:
                assert searcher.encoders is encoders
                assert searcher.encoders.queries.vectors(["what is asked twice"])[0] is vector
        assert len(loaded.names) == 1

    @LINUX
    def test_memory_does_not_grow_with_changes(self, index: Layout) -> None:
        generations = index.published()
        size = sum(file.stat().st_size for file in generations[0].iterdir())

        def resident() -> int:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE")

        with follow(index) as live:
            for number in range(24):
                if number == 4:
                    before = resident()
                change_to(live, index, generations[number % 2])
                with live.searcher() as searcher:
                    searcher.search(parse("war"))
            grown = resident() - before
        assert grown < 10 * size

    def test_a_change_is_logged_with_its_time(self, index: Layout, caplog: pytest.LogCaptureFixture) -> None:
        first, second = index.published()
        with caplog.at_level(logging.INFO, "search_api.serving.live"), follow(index) as live:
            change_to(live, index, first)
        assert f"{first.name} answers after {second.name}; opened in " in caplog.text


class TestDamage:
    def test_a_damaged_new_one_does_not_answer_and_a_sound_one_does(
        self, index: Layout, caplog: pytest.LogCaptureFixture
    ) -> None:
        first, second = index.published()
        point(index, first)
        truncate(store(second))
        with follow(index) as live, TestClient(create_app(live)) as client:
            point(index, second)
            wait_for(lambda: live.state.fault is not None)
            problem = client.get("/readyz")
            size = (store(second)).stat().st_size
            assert (problem.status_code, problem.headers["content-type"]) == (503, "application/problem+json")
            assert problem.json()["detail"] == (
                f"generations/{second.name} is damaged ({store(second).relative_to(second)}: {size} bytes"
                f" instead of {size + 1}): go back with `hudhud rollback {first.name}`;"
                f" {first.name} answers in its place"
            )
            assert client.get("/v1/search", params={"q": "war"}).json()["generation"] == first.name
            [logged] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
            assert logged == f"{index.folder}/{problem.json()['detail']}"
            change_to(live, index, first)
            wait_for(lambda: live.state.checked)
            ready = client.get("/readyz")
            assert (ready.status_code, ready.json()) == (
                200,
                {"status": "ok", "generation": first.name, "checked": True},
            )

    def test_what_fails_while_it_answers_is_told_with_what_to_do(
        self, index: Layout, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = index.published()

        def fails(*_: object) -> NoReturn:
            raise IndexDamaged(f"{store(second)} cannot be read (disk I/O error)", [store(second)])

        with follow(index) as live:
            monkeypatch.setattr(Searcher, "search", fails)
            with TestClient(create_app(live)) as client:
                response = client.get("/v1/search", params={"q": "war"})
        told = store(second).relative_to(index.folder)
        assert (response.status_code, response.json()["detail"]) == (
            503,
            f"{told} cannot be read (disk I/O error): go back with `hudhud rollback {first.name}`",
        )

    def test_what_was_mended_answers_though_current_names_it_still(self, index: Layout) -> None:
        first, second = index.published()
        point(index, first)
        whole = (store(second)).read_bytes()
        truncate(store(second))
        with follow(index) as live:
            point(index, second)
            wait_for(lambda: live.state.fault is not None)
            (store(second)).write_bytes(whole)
            wait_for(lambda: live.state == State(second.name, checked=True, fault=None))

    def test_content_that_fails_in_any_way_is_a_fault(self, index: Layout) -> None:
        first, second = index.published()
        point(index, first)
        size = (store(second)).stat().st_size
        (store(second)).write_bytes(bytes(size))
        with follow(index) as live:
            point(index, second)
            wait_for(lambda: live.state.fault is not None)
            assert str(second) in (live.state.fault or "")
            assert live.state.generation == first.name

    def test_a_flipped_bit_is_found_and_the_one_before_answers(self, index: Layout) -> None:
        first, second = index.published()
        flip(second / HUBNESS)
        with follow(index) as live, TestClient(create_app(live)) as client:
            wait_for(lambda: live.state.fault is not None)
            assert live.state.generation == first.name
            detail = client.get("/readyz").json()["detail"]
            assert detail.startswith(f"generations/{second.name} is damaged ({HUBNESS}: SHA-256 ")
            assert detail.endswith(
                f"): go back with `hudhud rollback {first.name}`; {first.name} answers in its place"
            )
            assert client.get("/v1/search", params={"q": "war"}).json()["generation"] == first.name
            wait_for(lambda: live.state.checked)
            time.sleep(3 * RETRY)
            assert live.state.generation == first.name
            flip(second / HUBNESS)
            wait_for(lambda: live.state == State(second.name, checked=True, fault=None))

    def test_what_a_check_finds_just_after_a_look_is_not_forgotten(
        self, index: Layout, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Late(threading.Event):
            """What a check sets is set when a wait for it has just ended in vain."""

            waited_for = late = False

            def set(self) -> None:
                if self.waited_for and threading.current_thread().name == "check-index":
                    self.late = True
                else:
                    super().set()

            def wait(self, timeout: float | None = None) -> bool:
                self.waited_for |= timeout == LOOK
                came = super().wait(timeout)
                if self.late:
                    super().set()
                return came

        monkeypatch.setattr("threading.Event", Late)
        first, second = index.published()
        flip(second / HUBNESS)
        with follow(index) as live:
            wait_for(lambda: live.state.fault is not None)
            assert live.state.generation == first.name

    def test_damaged_again_after_it_was_written_anew(self, index: Layout) -> None:
        first, second = index.published()
        flip(second / HUBNESS)
        with follow(index) as live:
            wait_for(lambda: live.state.fault is not None)
            flip(second / HUBNESS)
            flip(store(second))
            wait_for(lambda: "articles.sqlite: SHA-256" in (live.state.fault or ""))
            assert live.state.generation == first.name

    def test_with_nothing_else_it_refuses_rather_than_answer_wrong(self, index: Layout) -> None:
        first, second = index.published()
        shutil.rmtree(first)
        flip(second / HUBNESS)
        with follow(index) as live, TestClient(create_app(live)) as client:
            wait_for(lambda: live.state.fault is not None)
            assert live.state.generation is None
            assert client.get("/healthz").status_code == 200
            for path in ("/readyz", "/v1/search?q=war", f"/v1/articles/{NUCLEAR}"):
                response = client.get(path)
                assert response.status_code == 503
                assert response.json()["detail"].endswith(
                    "): restore a backup with `hudhud import FILE`, or make the index anew with"
                    " `hudhud reindex PATH... --fresh`; nothing can answer in its place"
                )
                assert response.headers["retry-after"] == "1"
            flip(second / HUBNESS)
            wait_for(lambda: live.state.fault is None)
            assert client.get("/v1/search", params={"q": "war"}).json()["generation"] == second.name

    def test_it_never_goes_on_to_one_that_somebody_went_back_from(self, index: Layout) -> None:
        first, _ = index.published()
        point(index, first)
        flip(first / HUBNESS)
        with follow(index) as live:
            wait_for(lambda: live.state.fault is not None)
            assert live.state.generation is None

    def test_it_starts_with_the_one_before_and_says_so(
        self, index: Layout, caplog: pytest.LogCaptureFixture
    ) -> None:
        first, second = index.published()
        truncate(store(second))
        with follow(index) as live:
            assert live.state.generation == first.name
            assert f"{second} is damaged (" in caplog.text
            assert f"; {first.name} answers in its place" in caplog.text

    def test_it_does_not_start_where_nothing_can_answer(self, index: Layout, tmp_path: Path) -> None:
        for folder in index.published():
            truncate(store(folder))
        with pytest.raises(IndexDamaged, match=r"000002-\w+ is damaged \(segments/\w+/articles.sqlite: "):
            follow(index)
        with pytest.raises(IndexNotFound, match="there is no index in"):
            follow(Layout(tmp_path / "none"))

    def test_it_waits_for_the_first_index_that_is_being_built(self, index: Layout, tmp_path: Path) -> None:
        first, _ = index.published()
        new = Layout(tmp_path / "new")
        with new.writing(), follow(new) as live:
            assert live.state == State(None, checked=False, fault=BUILDING)
            with pytest.raises(IndexingError, match="is being built"), live.searcher():
                pass
            before = live._settled_at
            wait_for(lambda: live._settled_at > before)
            assert live.state.fault == BUILDING, "also where it was looked for again"
            shutil.copytree(first, new.generations / first.name)
            point(new, first)
            wait_for(lambda: live.state == State(first.name, checked=True, fault=None))

    def test_it_says_that_the_first_index_is_being_opened(
        self, index: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, _ = index.published()
        new = Layout(tmp_path / "new")
        serve, told = Live._serve, list[str | None]()

        def serving(live: Live, folder: Path) -> None:
            told.append(live.state.fault)
            serve(live, folder)

        copied = Path(shutil.copytree(first, tmp_path / first.name))
        with new.writing(), Live(new, Opener(None, None), interval=LOOK, retry=3600) as live:
            monkeypatch.setattr(Live, "_serve", serving)
            new.generations.mkdir(parents=True, exist_ok=True)
            copied.rename(new.generations / first.name)  # a look before it is named would find it
            point(new, first)
            wait_for(lambda: live.state.generation == first.name)
        assert told[0] == OPENING

    def test_it_does_not_wait_for_a_build_that_was_killed(self, tmp_path: Path) -> None:
        new = Layout(tmp_path / "new")
        (new.generations / ".draft-1").mkdir(parents=True)
        (new.folder / ".lock").touch()
        with pytest.raises(IndexNotFound, match="make one with `hudhud reindex PATH"):
            follow(new)

    @pytest.mark.parametrize("content", ["", "../elsewhere", None])
    def test_without_a_name_in_current_what_answers_goes_on(self, index: Layout, content: str | None) -> None:
        _, second = index.published()
        current = index.folder / "CURRENT"
        with follow(index) as live:
            if content is None:
                current.unlink()
            else:
                current.write_text(content)
            wait_for(lambda: live.state.fault is not None)
            assert live.state.generation == second.name
            change_to(live, index, second)

    def test_a_rollback_is_a_change_like_any_other(self, index: Layout) -> None:
        first, second = index.published()
        with follow(index) as live:
            assert live.state.generation == second.name
            change_to(live, index, first)
            wait_for(lambda: live.state == State(first.name, checked=True, fault=None))
            change_to(live, index, second)

    def test_none_that_holds_a_deleted_article_answers_in_its_place(self, index: Layout) -> None:
        first, second = index.published()
        with closing(Generation(first)) as generation:
            only = generation.catalogue.ids[0]
        point(index, first)
        index.set_deleted({only})
        truncate(store(second))
        with follow(index) as live:
            assert live.state.generation == first.name
            point(index, second)
            wait_for(lambda: live.state.fault is not None)
            assert live.state.generation is None
            assert (live.state.fault or "").endswith("; nothing can answer in its place")
            index.set_deleted({"another"})
            point(index, first)
            wait_for(lambda: live.state.generation == first.name)


class TestAnotherModel:
    @pytest.fixture
    def tiny_model(self, tiny: Source, tmp_path: Path) -> Model:
        folder, _ = embedded_model.ready(tmp_path / "cache", lambda line: None, source=tiny)
        return locate(str(folder), cache=tmp_path / "cache")

    @pytest.fixture
    def opener(self, tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch) -> Opener:
        """Opens generations of any model; the default one is where it always is."""
        monkeypatch.setattr(
            search_api.serving.loading,
            "locate",
            lambda name, **options: model if name == model.name else locate(name, **options),
        )
        return Opener(None, tmp_path / "cache")

    def test_its_encoder_comes_and_the_old_one_goes(
        self, index: Layout, opener: Opener, tiny_model: Model, tmp_path: Path, loaded: Loaded
    ) -> None:
        _, second = index.published()
        tiny_encoder = load_encoder(tiny_model, cache=tmp_path / "cache")
        third = publish(index, SEEDS[4:], tiny_model, tiny_encoder)
        del tiny_encoder
        with follow(index, opener) as live:
            with live.searcher() as searcher:
                assert len(searcher.encoders.queries.vectors(["a"])[0]) == 32
                del searcher
            change_to(live, index, second)
            with live.searcher() as searcher:
                assert len(searcher.encoders.queries.vectors(["a"])[0]) == 384
            assert loaded.encoders[0]() is None
            change_to(live, index, third)
        assert loaded.names == [tiny_model.name, EMBEDDED_NAME, tiny_model.name]

    def test_without_it_the_old_one_answers(
        self, index: Layout, opener: Opener, tiny_model: Model, tmp_path: Path
    ) -> None:
        _, second = index.published()
        third = publish(index, SEEDS[4:], tiny_model, load_encoder(tiny_model, cache=tmp_path / "cache"))
        shutil.rmtree(tiny_model.folder)
        point(index, second)
        with follow(index, opener) as live:
            point(index, third)
            wait_for(lambda: live.state.fault is not None)
            assert live.state.generation == second.name
            assert live.state.fault == (
                f"the model folder {tiny_model.folder} does not exist; {second.name} answers in its place"
            )
        with pytest.raises(ModelNotFound):
            follow(index, opener)

    def test_a_model_that_was_named_does_not_change(
        self, index: Layout, model: Model, tiny_model: Model
    ) -> None:
        _, second = index.published()
        cache = tiny_model.folder.parent
        third = publish(index, SEEDS[4:], tiny_model, load_encoder(tiny_model, cache=cache))
        point(index, second)
        with follow(index, Opener(model.name, None)) as live:
            point(index, third)
            wait_for(lambda: live.state.fault is not None)
            assert f"was made with {tiny_model.name}" in (live.state.fault or "")
            assert live.state.generation == second.name

    def test_what_does_not_fit_is_closed_again(
        self, index: Layout, tmp_path: Path, tiny_model: Model, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed: list[str] = []
        monkeypatch.setattr(Generation, "close", lambda generation: closed.append(generation.name))
        _, second = index.published()
        with pytest.raises(IndexMismatch, match="was made with multilingual-e5-small"):
            Opener(str(tiny_model.folder), tmp_path / "cache").open(second)
        assert closed == [second.name]


class TestClosing:
    @pytest.fixture(autouse=True)
    def threads(self) -> Iterator[None]:
        def following() -> set[threading.Thread]:
            return {
                thread for thread in threading.enumerate() if thread.name in {"watch-index", "check-index"}
            }

        before = following()
        yield
        assert following() <= before

    def test_its_threads_end_at_once(self, index: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("search_api.serving.checking.REST", 1e9)
        live = Live(index, Opener(None, None), interval=3600)
        started = time.monotonic()
        live.close()
        assert time.monotonic() - started < 1

    def test_who_has_a_lease_keeps_it_and_nobody_gets_another(self, index: Layout) -> None:
        live = follow(index)
        with live.searcher() as searcher:
            live.close()
            assert searcher.search(parse("war")).hits
            with pytest.raises(IndexingError, match="no index is open"), live.searcher():
                pass
        live.close()

    @LINUX
    def test_nothing_stays_open(self, index: Layout) -> None:
        with follow(index) as live, live.searcher() as searcher:
            searcher.search(parse("war"))
            del searcher
        assert mapped_or_open(index.folder) == set()
