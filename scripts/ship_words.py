"""Fold hazm's vocabulary into the file that Hudhud ships; `--write` puts it there, else it is only compared.

To be run when the pin of hazm or the way of folding changes, in an environment that `make` installed.
"""

import sys
from pathlib import Path

from indexer.text.orthography import folded_words, hazm_words

FILE = Path(folded_words.__file__).with_name(folded_words.FILE)


def main() -> None:
    """Write the file, or exit with a sentence where it does not hold what hazm gives."""
    known = folded_words.folded(hazm_words.read())
    if sys.argv[1:] == ["--write"]:
        FILE.write_bytes(folded_words.packed(known))
    elif known != folded_words.shipped():
        sys.exit(f"{FILE} does not hold what hazm {hazm_words.HAZM} gives: run with --write")


if __name__ == "__main__":
    main()
