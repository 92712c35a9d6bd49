"""Routes about the server and its index: whether they answer, what there is, and which version."""

import datetime
import importlib.metadata
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from indexer.core.errors import IndexingError
from indexer.storage.manifest import Manifest
from search_api.searching.facets import MOST_VALUES, SOURCE
from search_api.serving.facts import Facts
from search_api.serving.live import Live


class Health(BaseModel):
    """The process answers."""

    status: str


class Readiness(BaseModel):
    """The live generation answers: its name, and whether the contents of its files were checked."""

    status: str
    generation: str
    checked: Annotated[bool, Field(description="False until every file was compared with its checksum.")]


class Version(BaseModel):
    """The version that answers."""

    hudhud: str


class Stats(BaseModel):
    """What the generation that answers holds."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    generation: str
    made: Annotated[datetime.datetime, Field(description="When it was made, in UTC.")]
    model: Annotated[str, Field(description="That made its vectors.")]
    articles: int
    passages: int
    sentences: int
    languages: Annotated[dict[str, int], Field(description="Articles in each language, most first.")]
    sources: Annotated[
        dict[str, int],
        Field(description=f"Articles of each publisher, most first; of more than {MOST_VALUES}, these."),
    ]
    since: Annotated[
        datetime.date | None, Field(alias="from", description="First day of an article; null without any.")
    ]
    until: Annotated[datetime.date | None, Field(alias="to", description="Last day of an article.")]

    @classmethod
    def of(cls, manifest: Manifest, sources: Sequence[tuple[str, int]]) -> "Stats":
        """What a manifest says, and its publishers; of a model in a folder, the name of the folder alone."""
        model = manifest.model
        is_folder = model.startswith((".", "~", "/")) or model.count("/") > 1
        return cls(
            generation=manifest.name,
            made=datetime.datetime.fromisoformat(manifest.created),
            model=Path(model).name if is_folder else model,
            articles=manifest.articles,
            passages=manifest.passages,
            sentences=manifest.sentences,
            languages=manifest.languages,
            sources=dict(sources[:MOST_VALUES]),
            since=_day(manifest.first_date),
            until=_day(manifest.last_date),
        )


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def add_about(app: FastAPI, live: Live) -> None:
    """Let `app` tell whether it answers, and from what."""
    facts = Facts(live)

    @app.get("/v1/stats", summary="What the index that answers holds")
    def stats() -> Stats:
        with live.searcher() as searcher:
            manifest = facts.manifest(searcher.index.name)
            sources = searcher.index.counts(SOURCE, np.arange(manifest.articles))
            return Stats.of(manifest, sources)

    @app.get("/v1/version", summary="Which version of Hudhud answers")
    async def version() -> Version:
        return Version(hudhud=importlib.metadata.version("hudhud"))

    @app.get("/healthz", summary="Whether the process answers")
    async def healthz() -> Health:
        return Health(status="ok")

    @app.get("/readyz", summary="Whether the live index answers")
    async def readyz() -> Readiness:
        state = live.state
        if state.fault or state.generation is None:
            raise IndexingError(state.fault or "no index is open")
        return Readiness(status="ok", generation=state.generation, checked=state.checked)
