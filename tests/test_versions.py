"""Whoever changes what an index holds raises a version, so that indexes made before are made anew.

For every module with a `VERSION`, what it gives for fixed inputs is pinned by its digest, together with the
version. A digest that differs says which version to raise.
"""

import ast
from pathlib import Path

import pinned
import pinned_files
import pytest
from pinned import Given, digest

from indexer.corpus import source
from indexer.drafting.provenance import MODULES, OF_ARTICLES, OF_SOUNDS, OF_WORDS, versions
from indexer.storage import manifest
from indexer.text import orthography
from indexer.text.orthography import common

ROOT = Path(__file__).parent.parent

PINS = {
    "calibration": (1, "aadad9445e53d4f7eea974a6b78dbb6bfa9251a1a5abfccdfd2b6ba364830b66"),
    "catalogue": (3, "b40f14dac93236db16ba1910415a4cc710d98c04cb413f6fba651f87ec59ba6f"),
    "chunking": (2, "0daf4a7d05b479424d70ea247565cbcd0609b6cccfe7e8da0b92e5a90d476faa"),
    "columns": (4, "9757273556aafa38616a084b53eefa3c15ebd6eaa39cd49e4079cd4f54ed7560"),
    "format": (8, "57ce2758a1410c52f8a663d10a77ef6be33469a74a4ef325bfc99927e91ff27d"),
    "language": (2, "bb70553cd7c3c36c47484f554a27c140f18e7997d06ff4a2acdcdf43b60c7d39"),
    "lexicon": (6, "0387f716924cc0a5bce41417827b281fb515b561d8962d4a81fbe18565c68b23"),
    "orthography": (5, "888df6ec7a05e3fda592ec5fcb367aa615814809ea3ee6df5f9c596a90bfb4ed"),
    "phonemes": (2, "4e64fc337d5de9bdb50938a2dc029cec38c980e42e637cb745431a17ea3e7cbd"),
    "repeats": (1, "fd0e284b3408b8eeb8e69fa76b09a4643eee4b53886ff83068b168ed7790e301"),
    "segment": (5, "08f78d4f1609085925dd61604ae296e61c7107a22a98d0e64e0ea03e1f8170c1"),
    "sentences": (1, "4736880eeaff9c609cea5dde82be84f6267393112f071bf0b38c111e1fe7582c"),
    "sound": (2, "55a2aed889adcafa614de59807045b14e802dd062bc92e8c99c9fc28204d55b4"),
    "sound_distance": (2, "0cb37be7155cb1b71f9ca381030aa95502a11d25eb6d832da0b01ed976f2d048"),
    "source": (6, "a6c99256da6d2c6a8492430ee4df5f1e6e8f062ab1ef01e70447262ad64c6567"),
    "terms": (3, "791180ce1ad4cbc4d7b77860f41bd6e00cb101264bde8679ec078ecefe977d94"),
    "word_tables": (5, "b7b09cd610a4ba3550d7b8dc6426cb8bd201c2f0c7043148d72649933d30ff33"),
}
"""By name, a version and the digest of what the module gives under it."""

GIVEN: dict[str, Given] = {
    "calibration": pinned_files.calibration,
    "catalogue": pinned_files.catalogue,
    "chunking": pinned.chunking,
    "columns": pinned_files.columns,
    "format": pinned_files.format,
    "language": pinned.language,
    "lexicon": pinned_files.lexicon,
    "orthography": pinned.orthography,
    "phonemes": pinned.phonemes,
    "repeats": pinned.repeats,
    "segment": pinned_files.segment,
    "sentences": pinned.sentences,
    "sound": pinned_files.sound,
    "sound_distance": pinned.sound_distance,
    "source": pinned.source,
    "terms": pinned_files.terms,
    "word_tables": pinned.word_tables,
}

ELSEWHERE = {"format": manifest, "orthography": common, "source": source, "word_tables": common}
"""Where versions stand that are in no manifest under this name, or in no module of this name."""

NOT_OF_INDEXES = {"indexer.models.eightbit.convert"}
"""What is made once per machine, and lies in the user's cache under its version."""


@pytest.mark.parametrize("name", PINS)
def test_a_change_of_what_a_module_gives_raises_its_version(name: str, tmp_path: Path) -> None:
    module = ELSEWHERE.get(name) or MODULES[name]
    constant = "FORMAT" if name == "format" else "VERSION"
    version: int = getattr(module, constant)
    found = digest(GIVEN[name](tmp_path))
    where = f"{constant} in {module.__name__.replace('.', '/')}.py"
    if version == PINS[name][0]:
        assert found == PINS[name][1], (
            f"{name} gives something else than before, still under version {version}. If that was not meant,"
            f" undo it; else raise {where} to {version + 1}, so that indexes made before are brought up to"
            f' date, and pin ({version + 1}, "{found}") here'
        )
    assert (version, found) == PINS[name], f'{where} was raised: pin ({version}, "{found}") here'


def test_every_version_is_in_manifests_and_pinned() -> None:
    found = set()
    for path in sorted((ROOT / "indexer").rglob("*.py")):
        names = {
            target.id
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        if "VERSION" in names:
            found.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    in_manifests = {module.__name__ for module in MODULES.values()} - {orthography.__name__}
    assert found - NOT_OF_INDEXES == in_manifests | {common.__name__, source.__name__}
    assert sorted(GIVEN) == sorted(PINS) == sorted([*versions(), "format", "source", "word_tables"])


def test_a_version_is_called_as_its_module() -> None:
    assert {name: module.__name__.split(".")[-1] for name, module in MODULES.items()} == {
        name: name for name in MODULES
    }
    assert {*OF_ARTICLES, *OF_SOUNDS, *OF_WORDS} <= set(MODULES)
