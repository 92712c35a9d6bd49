"""A translator over models in a folder: each draft is made by a process of its own, which then ends.

So nothing stays in memory between drafts, and a process that takes too long, or that nobody waits for any
more, is killed. Starting one and reading its model takes about as long as translating a passage.
"""

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from indexer.core.deadline import Deadline
from indexer.core.errors import InvalidSetting, ModelDamaged, NotTranslated, TranslationFailed
from search_api.translating.models import TranslationModel, models_in
from search_api.translating.outcome import Order, Outcome

LIBRARY = "fxtranslate"
PACKAGE = "fxtranslate==0.5.0"

MOST_CHARACTERS = 10_000
"""Of the texts of one order: some ten times what a usual passage has."""

TRIED = "2026"
"""What each model is tried with: in every language it reads so."""

TRIAL_SECONDS = 60.0

_CHILD = "search_api.translating.child"
_STEP = 0.05
"""Seconds after which it is asked again whether anybody waits."""


class LocalTranslator:
    """Translates with the models of a folder. Safe to use from several threads."""

    def __init__(self, models: Mapping[str, TranslationModel]) -> None:
        """Translate with `models`, by the languages of articles; nothing is read yet."""
        self._models = models

    @property
    def languages(self) -> frozenset[str]:
        """The languages that it translates."""
        return frozenset(self._models)

    def model(self, language: str) -> str:
        """The name of the model for a language, as `faen`.

        Raises:
            NotTranslated: there is none.
        """
        return self._of(language).name

    def translate(self, texts: Sequence[str], language: str, deadline: Deadline) -> list[str]:
        """The drafts of `texts`, made by a process.

        Raises:
            NotTranslated: there is no model for the language, or the texts are too long.
            TranslationFailed: the process ends without drafts.
            TooSlow: the deadline is over.
            Cancelled: nobody waits any more.
        """
        model = self._of(language)
        length = sum(map(len, texts))
        if length > MOST_CHARACTERS:
            raise NotTranslated(f"{length:,} characters are too long for a draft: {MOST_CHARACTERS:,} may be")
        outcome = _outcome(model, texts, deadline)
        if outcome.fault:
            raise TranslationFailed(f"the model {model.name} gives no draft of this text: {outcome.fault}")
        return list(outcome.drafts)

    def _of(self, language: str) -> TranslationModel:
        try:
            return self._models[language]
        except KeyError:
            known = ", ".join(sorted(self._models))
            raise NotTranslated(f"no translation model reads {language!r} here: there are {known}") from None


def translator_in(folder: Path) -> LocalTranslator:
    """A translator over the models in `folder`, each of which was tried.

    Raises:
        InvalidSetting: the package that runs them is not installed.
        ModelNotFound: there is none.
        ModelDamaged: one cannot be used.
    """
    if importlib.util.find_spec(LIBRARY) is None:
        raise InvalidSetting(
            f"draft translations need the package {LIBRARY}, which is not installed:"
            f" pip install 'hudhud[translation]', or {PACKAGE}"
        )
    models = models_in(folder)
    for model in {model.name: model for model in models.values()}.values():
        outcome = _outcome(model, [TRIED], Deadline(TRIAL_SECONDS))
        fault = outcome.fault or ("" if any(map(str.strip, outcome.drafts)) else "it says nothing")
        if fault:
            raise ModelDamaged(
                f"{model.weights} with {model.source_vocabulary.name} cannot translate: {fault};"
                " put both files there again"
            )
    return LocalTranslator(models)


def _outcome(model: TranslationModel, texts: Sequence[str], deadline: Deadline) -> Outcome:
    order = Order(
        str(model.weights.absolute()),
        str(model.source_vocabulary.absolute()),
        str(model.target_vocabulary.absolute()),
        list(texts),
    )
    written, code = _run(order.written(), deadline)
    try:
        return Outcome.read(written)
    except ValueError:
        spent = -getattr(signal, "SIGXCPU", 0)
        why = "its time is over" if code == spent != 0 else f"the process that runs it ends ({code})"
        return Outcome(fault=why)


def _run(order: bytes, deadline: Deadline) -> tuple[bytes, int]:
    """What a process writes that is given `order`, and its exit code; it does not outlive the deadline."""
    deadline.check()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as process:
        left: bytes | None = order
        try:
            while True:
                try:
                    written, _ = process.communicate(left, timeout=_STEP)
                    return written, process.returncode
                except subprocess.TimeoutExpired:
                    left = None
                    deadline.check()
        finally:
            process.kill()
