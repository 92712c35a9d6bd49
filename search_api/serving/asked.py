"""What a request asks for, read out of its query, body or path on a thread: none of it is believed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NoReturn, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from indexer.core.errors import ArticleNotFound
from search_api.serving.filter_fields import gathered
from search_api.serving.problems import Invalid, Refused, brief

MOST_PARAMETERS = 64
"""Parameters of a query, fields of a JSON object."""

MOST_OF_AN_ID = 4096
"""Characters of an article's id; no file has a longer path."""

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came, before anything of it is parsed.

    Attributes:
        query: what stands behind the question mark.
        path: the parts of the path that the route names.
        content_type: of the body.
        body: at most as long as the server takes; no log shows it, nor the headers: they may hold secrets.
        headers: by name, in lower case.
        prefix: of all paths, which a proxy cut off.
    """

    query: bytes
    path: Mapping[str, str]
    content_type: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    prefix: str = ""


def from_query(model: type[M]) -> Callable[[Asked], M]:
    """Reads a model from the parameters of a query; of a parameter that comes again, lists take all."""
    lists = frozenset(
        field.alias or name
        for name, field in model.model_fields.items()
        if str(field.annotation).startswith("list")
    )

    def read(asked: Asked) -> M:
        return _fitting(model, gathered(iter(parameters(asked.query)), lists))

    return read


def from_json(model: type[M]) -> Callable[[Asked], M]:
    """Reads a model from a JSON body."""

    def read(asked: Asked) -> M:
        if asked.content_type.partition(";")[0].strip().lower() != "application/json":
            raise Refused(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "send the body as JSON, with Content-Type: application/json",
            )
        given = _json(asked.body)
        if isinstance(given, dict) and len(given) > MOST_PARAMETERS:
            raise Refused(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"the body has {len(given):,} fields: {MOST_PARAMETERS} may be",
            )
        return _fitting(model, given)

    return read


def article_id(asked: Asked) -> str:
    """The id of an article in the path.

    Raises:
        ArticleNotFound: none is that long.
    """
    found = asked.path["id"]
    if len(found) > MOST_OF_AN_ID:
        raise ArticleNotFound(f"no article has the id {brief(found)!r} in this index")
    return found


def article_id_and_query(model: type[M]) -> Callable[[Asked], tuple[str, M]]:
    """Reads the id of an article in the path, and a model from the parameters of the query."""
    of_query = from_query(model)
    return lambda asked: (article_id(asked), of_query(asked))


def _fitting(model: type[M], given: object) -> M:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        fields = [field.alias or name for name, field in model.model_fields.items()]
        raise Invalid(fields, error) from None


def parameters(query: bytes) -> list[tuple[str, str]]:
    """The parameters of a query, in its order.

    Raises:
        Refused: there are too many.
    """
    try:
        return parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        message = f"the query has more than {MOST_PARAMETERS} parameters"
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, message) from None


def _json(body: bytes) -> object:
    try:
        return json.loads(body, parse_constant=_no_number)
    except RecursionError:
        message = "the body is nested too deep"
    except UnicodeDecodeError:
        message = "the body is not UTF-8"
    except json.JSONDecodeError as error:
        message = f"the body is no JSON: {error.msg} at character {error.pos}"
    except ValueError as error:
        message = f"the body is no JSON: {brief(str(error))}"
    raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, message)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
