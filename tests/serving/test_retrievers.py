"""The retrievers of LangChain and LlamaIndex, over an index of their own and over a server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from serving import served

import hudhud
from hudhud.retrieving import Asking, Searched
from indexer.core.limits import Limits
from search_api.client import Client
from search_api.serving.app import create_app
from search_api.serving.envelope import Envelope, Policy
from search_api.serving.live import Live

ROOT = Path(__file__).parents[2]
QUERY = "Zaporizhzhia nuclear plant lost external power"
NUCLEAR = "003_f7d4c279eac3b33f"
NOTHING = "How do bees make honey"

langchain = pytest.mark.skipif(
    find_spec("langchain_core") is None, reason="langchain-core is not installed: hudhud[langchain]"
)
llamaindex = pytest.mark.skipif(
    find_spec("llama_index") is None, reason="llama-index-core is not installed: hudhud[llamaindex]"
)


@pytest.fixture(scope="module")
def local(seed_index: Path) -> Iterator[Searched]:
    with hudhud.open(seed_index) as index:
        yield index


@pytest.fixture(scope="module")
def remote(live: Live) -> Iterator[Searched]:
    with served(Envelope(create_app(live), Policy()), Limits()) as server:
        yield Client(f"http://127.0.0.1:{server.port}")


@pytest.fixture(params=["local", "remote"])
def searched(request: pytest.FixtureRequest) -> Searched:
    found: Searched = request.getfixturevalue(request.param)
    return found


@langchain
def test_langchain_gets_documents_that_can_be_cited(searched: Searched, local: hudhud.Index) -> None:
    from hudhud.langchain import HudhudRetriever

    documents = HudhudRetriever(searched=searched, asking=Asking(limit=2, languages=("ar",))).invoke(QUERY)
    assert [document.metadata["id"] for document in documents] == [NUCLEAR] * 2
    text, first = local.article(NUCLEAR).text, documents[0]
    start, end = first.metadata["start"], first.metadata["end"]
    assert (first.page_content, first.id) == (text[start:end], f"{NUCLEAR}#{start}-{end}")
    assert first.metadata.keys() == {
        *("id", "title", "date", "language", "url", "source", "start", "end", "confidence")
    }
    json.dumps(first.metadata)


@langchain
def test_langchain_gets_nothing_where_nothing_answers(local: Searched) -> None:
    from hudhud.langchain import HudhudRetriever

    assert len(HudhudRetriever(searched=local).invoke(NOTHING)) == 5
    sure = HudhudRetriever(searched=local, asking=Asking(least_confidence=0.5))
    assert sure.invoke(NOTHING) == []
    assert {document.metadata["id"] for document in sure.invoke(QUERY)} == {NUCLEAR}


@langchain
def test_langchain_asks_from_async_programs(local: Searched) -> None:
    import asyncio

    from hudhud.langchain import HudhudRetriever

    retriever = HudhudRetriever(searched=local, asking=Asking(limit=1, group="article"))
    [document] = asyncio.run(retriever.ainvoke(QUERY))
    assert document.metadata["id"] == NUCLEAR


@llamaindex
def test_llamaindex_gets_nodes_that_can_be_cited(searched: Searched, local: hudhud.Index) -> None:
    from hudhud.llamaindex import HudhudRetriever

    nodes: list[Any] = HudhudRetriever(searched, Asking(limit=2, languages=("ar",))).retrieve(QUERY)
    assert [node.metadata["id"] for node in nodes] == [NUCLEAR] * 2
    text, first = local.article(NUCLEAR).text, nodes[0]
    start, end = first.node.start_char_idx, first.node.end_char_idx
    assert (first.node.text, first.node.node_id) == (text[start:end], f"{NUCLEAR}#{start}-{end}")
    assert first.score == pytest.approx(first.metadata["confidence"], abs=5e-4)


PROGRAM = """
import json, sys
seen = []
watched = ("socket.connect", "socket.send", "socket.get", "urllib.", "http.client.")
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith(watched) else None)
import hudhud
from hudhud.{module} import HudhudRetriever
with hudhud.open(sys.argv[1]) as index:
    found = HudhudRetriever({searched}index).{method}("{query}")
print(json.dumps([found[0].metadata["id"], seen]))
"""


@pytest.mark.parametrize(
    ("module", "searched", "method"),
    [
        pytest.param("langchain", "searched=", "invoke", marks=langchain),
        pytest.param("llamaindex", "", "retrieve", marks=llamaindex),
    ],
)
def test_nobody_else_is_told(seed_index: Path, module: str, searched: str, method: str) -> None:
    program = PROGRAM.format(module=module, searched=searched, method=method, query=QUERY)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LANG", "OTEL"))}
    command = [sys.executable, "-c", program, str(seed_index)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=kept, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [NUCLEAR, []]


@pytest.mark.parametrize(
    ("module", "library", "package"),
    [("langchain", "langchain_core", "langchain-core"), ("llamaindex", "llama_index", "llama-index-core")],
)
def test_without_the_library_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, module: str, library: str, package: str
) -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] == library or name == f"hudhud.{module}":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf"{package}, which .*pip install 'hudhud\[{module}\]'"):
        __import__(f"hudhud.{module}")
