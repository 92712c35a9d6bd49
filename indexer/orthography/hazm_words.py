"""hazm's vocabulary, read in a process of its own.

hazm imports scikit-learn, gensim and more: some 200 MB that a server would hold for good, for a
list of words. So another process imports it, and hands over the words.
"""

import os
import pickle
import subprocess
import sys

from indexer.errors import LibraryBroken


def read() -> tuple[dict[str, int], frozenset[str], frozenset[str]]:
    """hazm's words with their frequencies, those that are adjectives or adverbs, its one-word verb forms.

    Raises:
        LibraryBroken: hazm does not run in this environment.
    """
    command = [sys.executable, "-m", __name__]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").split("\n")
        reason = next((line for line in reversed(lines) if line.strip()), f"exit code {done.returncode}")
        raise LibraryBroken(f"hazm, which Persian text needs, does not run ({reason.strip()}): install again")
    words, adjectives, verbs = pickle.loads(done.stdout)
    return words, adjectives, verbs


def main() -> None:
    """Write what `read` returns to stdout."""
    from hazm import Lemmatizer

    lemmatizer = Lemmatizer()
    words: dict[str, tuple[int, tuple[str, ...]]] = lemmatizer.words
    frequencies = {word: frequency for word, (frequency, _) in words.items()}
    adjectives = frozenset(word for word, (_, tags) in words.items() if {"AJ", "ADV"} & set(tags))
    verbs = frozenset(verb for verb in lemmatizer.verbs if "_" not in verb and " " not in verb)
    sys.stdout.buffer.write(pickle.dumps((frequencies, adjectives, verbs)))


if __name__ == "__main__":
    main()
