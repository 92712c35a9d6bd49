"""Stand-ins for what translates: a translator, and the module that its processes run."""

import threading
from collections.abc import Sequence
from pathlib import Path

from indexer.core.deadline import Deadline
from indexer.core.errors import HudhudError, NotTranslated

MODULE = """
import os, sys, time

class Translator:
    def __init__(self, model, src_vocab, trg_vocab):
        self.does, self.words = model.decode(), (src_vocab.decode(), trg_vocab.decode())
        if self.does == "is damaged":
            raise ValueError("unknown version")

    def translate_long(self, text):
        if text != "2026" and self.does == "sleeps":
            with open(os.environ["STARTED"], "w") as file:
                file.write(str(os.getpid()))
            time.sleep(60)
        if text != "2026" and self.does == "ends":
            os.abort()
        if text != "2026" and self.does == "refuses":
            raise ValueError("no such letter")
        if self.does == "is silent":
            return " "
        return f"{'+'.join(sorted(set(self.words)))}: {len(text)} characters <b>"
"""
"""A module `fxtranslate` whose model says what it does, and whose vocabularies stand in its drafts."""


def module_in(folder: Path) -> Path:
    """The folder, in which `fxtranslate` is that module."""
    (folder / "fxtranslate.py").write_text(MODULE, encoding="utf-8")
    return folder


def model_in(folder: Path, pair: str = "faen", does: str = "translates") -> Path:
    """The folder, with a model for that module, whose vocabulary is the name of its pair of languages."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"model.{pair}.intgemm.alphas.bin").write_text(does, encoding="utf-8")
    (folder / f"vocab.{pair}.spm").write_text(pair, encoding="utf-8")
    return folder


class StandIn:
    """A translator whose drafts say what was asked of it.

    Attributes:
        fails: what it raises in place of a draft.
        waits: whether it makes none before its deadline is over, or nobody waits any more.
        started: set as soon as it waits.
        ended: set as soon as it does so no more.
    """

    def __init__(self, *languages: str) -> None:
        self.languages = frozenset(languages or ("fa", "prs", "ar"))
        self.fails: HudhudError | None = None
        self.waits = False
        self.started = threading.Event()
        self.ended = threading.Event()

    def model(self, language: str) -> str:
        if language not in self.languages:
            raise NotTranslated(f"no translation model reads {language!r} here")
        return f"{language}en"

    def translate(self, texts: Sequence[str], language: str, deadline: Deadline) -> list[str]:
        if self.fails:
            raise self.fails
        while self.waits:
            self.started.set()
            try:
                deadline.check()
            except Exception:
                self.ended.set()
                raise
        return [draft_of(text, language) for text in texts]


def draft_of(text: str, language: str) -> str:
    """What the stand-in says of a text."""
    return f"<i>{len(text)}</i> characters of {language}"
