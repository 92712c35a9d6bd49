"""The two products as commands: how each indexes a folder and serves what it indexed."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.processes import Command
from benchmarks.speed.texts import ROOT
from indexer.models.model import Model

LIMIT = 10
"""Hits that a search asks for, on both sides."""

_PEER = Path(__file__).parent / "txtai_peer.py"


@dataclass(frozen=True, slots=True)
class Hudhud:
    """Hudhud as a user runs it, with the embedded default model."""

    name = "hudhud"
    search = f"/v1/search?limit={LIMIT}&q="

    def index(self, documents: Path, index: Path) -> Command:
        """Index a folder from nothing."""
        return self._command("reindex", str(documents), "--index", str(index), "--quiet", "--json")

    def serve(self, index: Path, port: int) -> Command:
        """Serve an index on the loopback interface."""
        return self._command("serve", "--index", str(index), "--port", str(port))

    def _command(self, *arguments: str) -> Command:
        return Command((sys.executable, "-m", "search_api", *arguments), _environment(), ROOT)


@dataclass(frozen=True, slots=True)
class Txtai:
    """txtai with its defaults and stored texts: transformers on torch, FAISS, SQLite, its own API."""

    python: Path
    model: Model

    name = "txtai"
    search = f"/search?limit={LIMIT}&query="

    def index(self, documents: Path, index: Path) -> Command:
        """Index a folder from nothing."""
        prompts = self.model.prompts
        given = (str(documents), str(index), str(self.model.folder))
        asked = ("--query-prompt", prompts.query, "--passage-prompt", prompts.passage)
        return Command((str(self.python), str(_PEER), *given, *asked), _environment(), index.parent)

    def serve(self, index: Path, port: int) -> Command:
        """Serve a saved index on the loopback interface; writes the API's configuration beside it."""
        config = index.with_suffix(".yml")
        embeddings = {"path": str(self.model.folder)}
        text = json.dumps({"path": str(index), "writable": False, "embeddings": embeddings})
        config.write_text(text, encoding="utf-8")  # JSON is YAML
        command = ("-m", "uvicorn", "txtai.api:app", "--host", "127.0.0.1", "--port", str(port))
        environment = _environment() | {"CONFIG": str(config)}
        return Command((str(self.python), *command), environment, index.parent)


Product = Hudhud | Txtai


def _environment() -> dict[str, str]:
    """This process's, without settings of Hudhud that would change what is measured, and off the hub."""
    kept = {name: value for name, value in os.environ.items() if name not in ("HUDHUD_INDEX", "HUDHUD_MODEL")}
    return kept | {"HF_HUB_OFFLINE": "1"}
