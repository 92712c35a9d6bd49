"""What pyproject.toml asks for can be installed plainly, now and later."""

import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from indexer.text.orthography import hazm_words

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DECLARED = [Requirement(line) for line in PYPROJECT["project"]["dependencies"]]
EXTRAS = [
    Requirement(line) for lines in PYPROJECT["project"]["optional-dependencies"].values() for line in lines
]
WITH_HAZM = [Requirement(line) for line in PYPROJECT["dependency-groups"]["hazm"]]
BOUNDS = [
    Requirement(line)
    for name in ("constraint-dependencies", "override-dependencies")
    for line in PYPROJECT["tool"]["uv"][name]
]
FACTS = {"certifi", "pytz", "tzdata"}
"""Root certificates and time zones: the newer the better."""


def installed(declared: list[Requirement]) -> Iterator[str]:
    """The names of all that these requirements bring here."""
    seen: set[str] = set()
    left = list(declared)
    while left:
        requirement = left.pop()
        name = canonicalize_name(requirement.name)
        if name in seen or not applies(requirement):
            continue
        seen.add(name)
        try:
            left += [Requirement(line) for line in requires(name) or []]
        except PackageNotFoundError:
            continue  # left out by an override
        yield name


def applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def is_here(name: str) -> bool:
    """Whether what an extra brings is installed, as `make` installs some of them."""
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def is_bounded(requirement: Requirement) -> bool:
    return any(part.operator in {"==", "~=", "<", "<="} for part in requirement.specifier)


def test_plain_pip_is_not_asked_for_hazm() -> None:
    asked = [Requirement(line).name for line in requires("hudhud") or []]
    assert len(asked) == len(DECLARED + EXTRAS)
    assert "hazm" not in asked


def test_make_installs_the_hazm_whose_words_are_shipped() -> None:
    assert str(WITH_HAZM[0]) == f"hazm=={hazm_words.HAZM}"


def test_every_dependency_has_an_upper_bound() -> None:
    bounded = {
        canonicalize_name(one.name) for one in DECLARED + EXTRAS + WITH_HAZM + BOUNDS if is_bounded(one)
    }
    assert sorted(set(installed(DECLARED + EXTRAS + WITH_HAZM)) - bounded - FACTS) == []


def test_the_bounds_admit_what_the_tests_run_with() -> None:
    versions = {name: version(name) for name in installed(DECLARED + WITH_HAZM)}
    versions |= {name: version(name) for name in installed(EXTRAS) if is_here(name)}
    bounds = [(bound, versions.get(canonicalize_name(bound.name))) for bound in BOUNDS if applies(bound)]
    assert [str(bound) for bound, found in bounds if found and found not in bound.specifier] == []
