"""Every error that Hudhud raises on purpose.

    HudhudError                     what happened, with the value, and what to do
    ├── InputError                  the caller asked for something that cannot be
    │   ├── PathNotFound            a PATH to index does not exist
    │   ├── InvalidMapping          a field or format of the input that Hudhud does not know
    │   ├── EmptyCorpus             the given paths hold no article
    │   ├── UnreadableInput         a record cannot be read, and that was to be fatal
    │   ├── TooManyRemovals         much of a source is gone, and nobody said that it shall go
    │   ├── TooManySkipped          more cannot be read than `--max-skipped` allows
    │   ├── AddressNotFree          a server cannot listen at its address
    │   ├── InvalidGlossary         a user's glossary that cannot be used
    │   ├── InvalidSetting          an environment variable that Hudhud does not know
    │   ├── KeysUnusable            the file of API keys cannot be used, or a key is not there
    │   ├── InvalidQuery            a query, filter or limit that cannot be searched
    │   │   └── UnknownField        the index keeps no such field of its articles
    │   ├── CursorExpired           a page of a generation that no longer answers
    │   ├── InvalidEvaluation       an evaluation set, or what to do with it, that cannot be used
    │   ├── ArticleNotFound         no article has this id
    │   ├── NotTranslated           no model here translates this text
    │   ├── GenerationNotFound      no generation has this name, or there is none to go back to
    │   └── InvalidArchive          a file is no exported generation, or a damaged one
    ├── ModelError                  the embedding model cannot be had
    │   ├── ModelNotFound           neither a folder nor a model that can be downloaded
    │   ├── ModelDamaged            the model's files are not what they should be
    │   ├── LibraryBroken           a library that prepares text for the model does not run
    │   ├── ModelNotConvertible     no graph can be made of this kind of model; torch runs it
    │   ├── TranslationFailed       a translation model made no draft of a text
    │   └── ModelNotWritable        no permission or no space left to unpack the model
    ├── Overloaded                  more searches wait than the server accepts
    ├── TooSlow                     an answer took longer than it may
    ├── Cancelled                   nobody waits for an answer any more
    └── IndexingError               the index on disk cannot be used
        ├── IndexNotFound           no published generation here
        ├── IndexDamaged            a file is missing, truncated or altered
        ├── CacheDamaged            the file of cached vectors cannot be read
        ├── DeletionsDamaged        the list of deleted articles cannot be read
        ├── IndexLocked             another process writes this index
        ├── IndexMismatch           made with another model than asked for
        │   └── FormatMismatch      made in another format than this version reads
        ├── IndexClosed             asked after it was closed
        ├── ShardMissing            a shard of the index has no process that answers
        ├── StoreUnusable           a store of generations cannot be reached, read or written
        ├── StoreDamaged            an object of a store is missing or altered
        ├── StoreChanged            a folder and a store do not belong together, or no longer
        └── IndexNotWritable        no permission or no space left to write

The library raises these; `indexer/commands/terminal.py` turns one into one line on stderr
and an exit code, `search_api/serving/app.py` into problem details with a status.
Nothing here knows of HTTP.

Messages say what to do. Those of IndexDamaged and FormatMismatch state the fact alone: what to do depends on
what else there is, and is added where the error is told to people (`indexer/generation/way_back.py`).
"""

from collections.abc import Callable, Iterable
from pathlib import Path


class HudhudError(Exception):
    """Base of all errors; `str(error)` is a sentence for the user."""

    def __reduce__(self) -> tuple[Callable[..., Exception], tuple[object, ...]]:
        """Errors pass from one process to another, whatever they are made of."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[HudhudError], args: tuple[object, ...], values: dict[str, object]) -> HudhudError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(values)
    return error


class InputError(HudhudError):
    """The caller's input cannot be used; retrying without a change will not help."""


class PathNotFound(InputError):
    """A path given for indexing does not exist."""


class InvalidMapping(InputError):
    """What was said about the format or the fields of an input cannot be."""


class EmptyCorpus(InputError):
    """The given paths hold nothing that can be indexed."""


class UnreadableInput(InputError):
    """A record cannot be read, and `--strict` makes that fatal."""


class TooManyRemovals(InputError):
    """So many articles of a source are gone that it may be a mistake."""


class TooManySkipped(InputError):
    """More records cannot be read than the caller allows."""


class AddressNotFree(InputError):
    """A server cannot listen at the address that it was given."""


class InvalidGlossary(InputError):
    """A user's glossary cannot be read, or a line of it is not what it should be."""


class InvalidSetting(InputError):
    """An environment variable carries our prefix and is no setting."""


class KeysUnusable(InputError):
    """The file of API keys cannot be read or written, or holds no such key."""


class InvalidQuery(InputError):
    """A query, filter or limit is out of range.

    Attributes:
        field: the name of the parameter, as in the API.
        value: what was given for it.
    """

    def __init__(self, message: str, *, field: str, value: object) -> None:
        super().__init__(message)
        self.field = field
        self.value = value


class UnknownField(InvalidQuery):
    """The index keeps no field of this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        kept = ", ".join(known)
        message = (
            f"the index keeps no field {name!r}: it has {kept}; declare more with `hudhud reindex --meta`"
        )
        super().__init__(message, field=name, value=name)


class CursorExpired(InputError):
    """The next page of a search is asked of another generation than the page before."""


class InvalidEvaluation(InputError):
    """An evaluation set is not as it should be, or cannot be evaluated as asked."""


class ArticleNotFound(InputError):
    """No article in the open generation has the id asked for."""


class NotTranslated(InputError):
    """There is no model here that translates a text, or it is too long."""


class GenerationNotFound(InputError):
    """The index has no generation of the name asked for, or none to go back to."""


class InvalidArchive(InputError):
    """A file to import is no exported generation, or was damaged."""


class ModelError(HudhudError):
    """The embedding model cannot be loaded."""


class ModelNotFound(ModelError):
    """The model is neither a folder here nor one that can be downloaded now."""


class ModelDamaged(ModelError):
    """The model's files do not have the expected content."""


class Overloaded(HudhudError):
    """More searches are waiting than the server accepts; try again shortly."""


class TooSlow(HudhudError):
    """An answer was not ready when its time was over; the work was stopped."""


class Cancelled(HudhudError):
    """Whoever asked has left; the work was stopped."""


class LibraryBroken(ModelError):
    """A library that prepares text for the model is installed and does not run."""


class ModelNotConvertible(ModelError):
    """The model is of a kind that no graph can be made of; sentence-transformers on torch may run it."""


class TranslationFailed(ModelError):
    """A translation model, or the process that runs it, made no draft of a text."""


class ModelNotWritable(ModelError):
    """The embedded model cannot be unpacked: permission denied or no space left."""


class IndexingError(HudhudError):
    """The index on disk cannot be used."""


class IndexNotFound(IndexingError):
    """The folder holds no published generation."""


class IndexDamaged(IndexingError):
    """A file of an index is missing, truncated or altered.

    Attributes:
        files: those that are altered where opening a generation does not show it.
    """

    def __init__(self, message: str, files: Iterable[Path] = ()) -> None:
        super().__init__(message)
        self.files = tuple(files)


class CacheDamaged(IndexingError):
    """The file of cached vectors cannot be read; no generation is touched by it."""


class DeletionsDamaged(IndexingError):
    """The list of deleted articles cannot be read; no generation is touched by it."""


class IndexLocked(IndexingError):
    """Another process is writing this index."""


class IndexMismatch(IndexingError):
    """The generation was made with another model than the one asked for."""


class FormatMismatch(IndexMismatch):
    """The generation was made in a format that this version of Hudhud does not read.

    Attributes:
        found, read: the format that it has, and the one that is read.
        later: whether a later version made it.
    """

    def __init__(self, path: Path, found: int, read: int) -> None:
        super().__init__(f"{path} has format {found}, this version reads format {read}")
        self.found, self.read = found, read
        self.later = found > read


class IndexClosed(IndexingError):
    """An index is asked something after it was closed."""


class ShardMissing(IndexingError):
    """A shard of an index has no process that answers."""


class StoreUnusable(IndexingError):
    """A store of generations cannot be reached, read or written; nothing was changed that is read."""


class StoreDamaged(IndexingError):
    """An object of a store is missing, or is not what was put there."""


class StoreChanged(IndexingError):
    """The folder of an index is not a copy of a store, or one of both was changed by somebody else."""


class IndexNotWritable(IndexingError):
    """The index cannot be written: permission denied or no space left."""
