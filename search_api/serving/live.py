"""The index that a server answers from: it follows `CURRENT`, and changes over between requests.

A request leases the searcher that answers when it begins, and keeps it to its end. Once a second the
watcher reads which generation `CURRENT` names. A new one is opened and warmed aside, then takes the place
of the old one, which is closed when its last lease ends. A rollback is the same: `CURRENT` names an
older one.

What answers is, in this order, the first that can be opened and was not found damaged:

1. the generation that `CURRENT` names;
2. the one that answers now;
3. those published before the one that `CURRENT` names, newest first. Never a later one: somebody went
   back from it, or it was never made live. Of 2 and 3 none that holds an article that was deleted.

Opening checks the sizes of files. Their contents are compared with the manifest afterwards, slowly, while
the generation answers already. One whose contents differ answers no longer, for its answers may be wrong
without a sign; where nothing else is left, requests are refused. As long as something else answers than
what `CURRENT` names, `Live.state` says why, and all of this is tried again every minute.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from indexer.core.errors import HudhudError, IndexDamaged, IndexingError, IndexNotFound
from indexer.generation.generation import Generation
from indexer.generation.way_back import told
from indexer.storage.layout import Layout
from search_api.search import Searcher
from search_api.serving.checking import Checks, Stopped
from search_api.serving.leases import Held, Leases
from search_api.serving.opening import Opener

INTERVAL = 1.0
"""Seconds between two looks at `CURRENT`."""

RETRY = 60.0
"""Seconds until what could not be used is tried again."""

BUILDING = "the index is being built: it answers as soon as it is published"
OPENING = "the index is being opened: it answers in some seconds"

_PATIENCE = 5.0
"""Seconds that closing waits for a thread, which may be opening a generation."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """What answers, and what is wrong.

    Attributes:
        generation: name of the generation that answers; None when none does.
        checked: whether the contents of its files were found to be what its manifest says.
        fault: why something else answers than what `CURRENT` names; None when all is well.
    """

    generation: str | None
    checked: bool
    fault: str | None


class Live:
    """The searcher over whichever generation is live. Safe to use from several threads."""

    def __init__(
        self,
        layout: Layout,
        opener: Opener,
        *,
        interval: float = INTERVAL,
        retry: float = RETRY,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """Open the live generation, or what may answer in its place if it is damaged; then follow `CURRENT`.

        Where there is none yet and the first is being built, nothing answers until it is published.

        Args:
            layout: of the index.
            opener: makes searchers of generations; nobody else uses it from now on.
            interval: seconds between two looks at `CURRENT`.
            retry: seconds until what could not be used is tried again.
            changed: called after a generation began to answer.

        Raises:
            IndexingError: there is no index, it does not fit, or it is damaged and nothing can replace it.
            ModelError: the model or the reranker cannot be loaded.
        """
        self._layout = layout
        self._opener = opener
        self._interval = interval
        self._retry = retry
        self._changed = changed
        self._leases = Leases()
        self._checks = Checks()
        self._checking: threading.Thread | None = None
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._fault: str | None = None
        self._settled: tuple[Path | None, str | None] = (None, None)
        self._settled_at = time.monotonic()
        self._start()
        self._watching = threading.Thread(target=self._watch, name="watch-index", daemon=True)
        self._watching.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def layout(self) -> Layout:
        """The index that is followed."""
        return self._layout

    @property
    def state(self) -> State:
        """What answers now, and what is wrong."""
        held, fault = self._leases.current, self._fault
        if held is None:
            return State(None, checked=False, fault=fault)
        return State(held.folder.name, held.checked, fault)

    @contextlib.contextmanager
    def searcher(self) -> Iterator[Searcher]:
        """The searcher that answers now; it stays open as long as this context.

        Raises:
            IndexingError: no generation can be used, or this is closed.
        """
        with self._leases.lease() as held:
            if held is None:
                raise IndexingError(self._fault or "no index is open")
            yield held.searcher

    def close(self) -> None:
        """Stop following and checking; what is open is closed when its last lease ends."""
        self._stopped.set()
        self._wake.set()
        self._watching.join(_PATIENCE)
        self._leases.replace(None)
        if self._checking:
            self._checking.join(_PATIENCE)

    def _start(self) -> None:
        """Let what is live answer; only if it is damaged, something else. The first one is waited for."""
        folder, error = self._named()
        self._settled = (folder, str(error) if error else None)
        if folder is None:
            if isinstance(error, IndexNotFound) and self._layout.is_being_written:
                self._fault = BUILDING
                _logger.info("%s", BUILDING)
                return
            raise error or IndexNotFound(f"there is no index in {self._layout.folder}")
        try:
            self._serve(folder)
        except IndexDamaged:
            self._settle(folder)
            if self._leases.current is None:
                raise

    def _watch(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(self._interval)
            woken = self._wake.is_set()  # not what wait() returned: it may have been set just after that
            if woken:
                self._wake.clear()
            try:
                folder, error = self._named()
                named = (folder, str(error) if error else None)
                due = self._fault is not None and time.monotonic() - self._settled_at >= self._retry
                if woken or due or named != self._settled:
                    if folder and self._settled[0] is None and self._leases.current is None:
                        self._fault = OPENING
                    self._settled = named
                    self._settle(folder, error)
            except Stopped:
                return
            except Exception:
                _logger.exception("the index in %s cannot be followed: trying again", self._layout.folder)

    def _named(self) -> tuple[Path | None, IndexingError | None]:
        """The folder that `CURRENT` names, or why there is none.

        It is read at every look: a few bytes, as cheap as asking for its times, and hanging on no clock.
        """
        try:
            return self._layout.live(), None
        except IndexingError as error:
            return None, error

    def _settle(self, folder: Path | None, error: Exception | None = None) -> None:
        """Let the first generation answer that can, in the order above; say why where it is another one.

        Args:
            folder: the generation that `CURRENT` names.
            error: why it names none.
        """
        for choice in self._choices(folder):
            if choice != folder and self._holds_deleted(choice):
                continue
            try:
                self._serve(choice)
                break
            except (HudhudError, OSError) as failure:
                error = error or failure
        else:
            self._leases.replace(None)
        self._settled_at = time.monotonic()
        self._tell(error)

    def _choices(self, named: Path | None) -> list[Path]:
        try:
            published = self._layout.published()
        except OSError:
            published = []
        before = published[: published.index(named)] if named in published else published
        held = self._leases.current
        order = (named, held.folder if held else None, *reversed(before))
        return [folder for folder in dict.fromkeys(order) if folder]

    def _holds_deleted(self, folder: Path) -> bool:
        """Whether a generation has, or may have, an article that was deleted by hand."""
        try:
            deleted = self._layout.deleted()
            if not deleted:
                return False
            with contextlib.closing(Generation(folder)) as generation:
                return bool(generation.catalogue.held(deleted))
        except (HudhudError, OSError):
            return True

    def _serve(self, folder: Path) -> None:
        """Let the generation in `folder` answer, unless it does so already.

        Raises:
            HudhudError: it cannot be used.
        """
        serving = self._leases.current
        if serving and serving.folder == folder and not self._checks.is_damaged(folder):
            return
        self._checks.require_not_damaged(folder, self._stopped)
        started = time.perf_counter()
        held = Held(folder, self._open(folder))
        if self._stopped.is_set():
            held.searcher.close()
            raise Stopped
        self._leases.replace(held)
        self._changed()
        before = f" after {serving.folder.name}" if serving else ""
        milliseconds = (time.perf_counter() - started) * 1000
        _logger.info("%s answers%s; opened in %.0f ms", folder.name, before, milliseconds)
        self._checking = threading.Thread(target=self._check, args=(held,), name="check-index", daemon=True)
        self._checking.start()

    def _open(self, folder: Path) -> Searcher:
        try:
            return self._opener.open(folder, warm=True)
        except HudhudError:
            raise
        except Exception as error:  # a file that is not what it should be may fail anywhere
            _logger.exception("%s cannot be opened", folder)
            raise IndexDamaged(f"{folder} cannot be opened ({type(error).__name__}: {error})") from error

    def _tell(self, error: Exception | None) -> None:
        name = self.state.generation
        fault = None
        if name is None and isinstance(error, IndexNotFound) and self._layout.is_being_written:
            fault = BUILDING
        elif error:
            answers = f"{name} answers" if name else "nothing can answer"
            fault = f"{told(error, self._layout)}; {answers} in its place"
        if fault and fault != self._fault:
            _logger.error("%s", fault)
        elif self._fault and not fault:
            _logger.info("%s answers: all is well again", name)
        self._fault = fault

    def _check(self, held: Held) -> None:
        """Compare the contents of a generation's files with its manifest while it answers."""
        started = time.monotonic()
        try:
            self._checks.check(held.folder, held.retired)
            held.checked = True
            _logger.info("%s is sound; checked in %.1f s", held.folder.name, time.monotonic() - started)
        except IndexDamaged:
            self._wake.set()
        except Stopped:
            pass
        finally:
            self._leases.give_back(held)
