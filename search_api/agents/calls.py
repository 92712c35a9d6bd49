"""Calls of tools: arguments that nobody checked in, a document or a sentence of what is wrong out."""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from indexer.core.deadline import Deadline
from indexer.core.errors import Cancelled, HudhudError, InputError
from indexer.core.shown import shown_json
from indexer.generation.way_back import told
from indexer.storage.layout import Layout
from search_api.agents.tools import (
    NOTICE,
    FetchAnswer,
    FetchArguments,
    SearchAnswer,
    SearchArguments,
    fetch,
    schema_of,
    search,
)
from search_api.search import Searcher
from search_api.serving.asked import MOST_PARAMETERS
from search_api.serving.memory import WordCaches
from search_api.serving.problems import Invalid, brief, faults_of, without_paths

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, as it is described and as it is called.

    Attributes:
        name, title, description: for a model and for people.
        arguments, answer: what it takes and gives.
        function: what gives the answer.
    """

    name: str
    title: str
    description: str
    arguments: type[BaseModel]
    answer: type[BaseModel]
    function: Callable[[Any, Searcher, Deadline], BaseModel]

    @property
    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of its arguments, with examples."""
        return schema_of(self.arguments)

    @property
    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of its answer."""
        return schema_of(self.answer)


TOOLS = (
    Tool(
        "search",
        "Search the archive",
        "Find passages in Persian, Dari and Arabic news articles that answer a question in any language, best"
        " first. Each has the id of its article and its offsets there, to cite and to `fetch`. `verdict` says"
        f" whether the archive answers at all. {NOTICE}",
        SearchArguments,
        SearchAnswer,
        search,
    ),
    Tool(
        "fetch",
        "Read an article",
        "Read an article that `search` found, or a stretch of it: with the offsets of a passage these very"
        f" words, with smaller and larger ones what stands around. {NOTICE}",
        FetchArguments,
        FetchAnswer,
        fetch,
    ),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a call gives: a document and the same as a structure, or a sentence of what is wrong."""

    text: str
    structure: dict[str, Any] | None = None

    @property
    def is_error(self) -> bool:
        """Whether something is wrong."""
        return self.structure is None


class Lending(Protocol):
    """What lends the searcher that answers now."""

    @property
    def layout(self) -> Layout:
        """Of its index."""
        ...

    def searcher(self) -> AbstractContextManager[Searcher]:
        """The searcher; it stays open as long as this context."""
        ...


class Calls:
    """Calls tools over an index. Safe to use from several threads."""

    def __init__(self, lending: Lending) -> None:
        self._lending = lending
        self._words = WordCaches()

    def call(self, name: str, given: Mapping[str, Any], deadline: Deadline) -> Told:
        """What the tool `name` says to these arguments; whatever is wrong is told, and not raised.

        Raises:
            Cancelled: nobody waits any more.
        """
        try:
            answer = self._answer(name, given, deadline)
        except Cancelled:
            raise
        except HudhudError as error:
            layout = self._lending.layout
            return Told(without_paths(told(error, layout), layout))
        except Invalid as error:
            return Told(faults_of(error)[0])
        except Exception:
            _logger.exception("a call of the tool %s failed", brief(name))
            return Told("this is a fault of the server; its log says more")
        return Told(shown_json(answer.model_dump_json()), answer.model_dump(mode="json"))

    def _answer(self, name: str, given: Mapping[str, Any], deadline: Deadline) -> BaseModel:
        tool = next((tool for tool in TOOLS if tool.name == name), None)
        if tool is None:
            raise InputError(
                f"there is no tool {brief(name)!r}: {' and '.join(tool.name for tool in TOOLS)} are"
            )
        if len(given) > MOST_PARAMETERS:
            raise InputError(f"{len(given):,} arguments were given: {MOST_PARAMETERS} may be")
        try:
            arguments = tool.arguments.model_validate(given)
        except ValidationError as error:
            fields = [field.alias or name for name, field in tool.arguments.model_fields.items()]
            raise Invalid(fields, error) from None
        self._words.count(getattr(arguments, "query", ""))
        with self._lending.searcher() as searcher:
            return tool.function(arguments, searcher, deadline)
