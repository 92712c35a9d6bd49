"""Codes of vectors in inverted lists, which are mapped: what a search looks through before it compares.

A code has 4 bits for two dimensions of what is left of a vector less the centre of its list, and FAISS
compares 32 of them at a time (André et al., "Quicker ADC", IEEE TPAMI 2021). Each language has lists of its
own, so that the nearest of a language are looked for in no other's. FAISS maps only lists whose length is
their number of codes: so each is filled up to whole blocks of 32 with some of its rows once more.

    NAME-lists.faiss      the codes, by list, with the row of each; and the centres, rotated
    NAME-rotation.npy     axes of the codes: the spread along each in the first row, then the rotation
    NAME-radii.npy        of each list
    NAME-reach.npy        of each language: its lists, how far to look, and the recall that was measured
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.records import Numbers, Scores, Vectors
from indexer.storage.arrays import mapped
from indexer.vectors.clusters import AXES_TRAINED_ON, Axes, Clusters, evenly
from indexer.vectors.library import faiss
from indexer.vectors.vector_files import VectorFile, write_index

EXACT_BELOW = 16_384
"""With fewer rows than this, comparing all of them is as quick."""

LANGUAGE = np.dtype(
    [
        ("language", "S8"),
        ("first", np.uint32),
        ("past", np.uint32),
        ("reach", np.float32),
        ("recall", np.float32),
        ("asked", np.float32),
    ]
)

_PER_CODE = 2
_BITS = 4
_BLOCK = 32
_CODES_TRAINED_ON = 16_384

_AHEAD = 128 * 1024
"""Bytes that are read ahead at a time: of more, Linux reads only the beginning."""


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """What a query is to some lists.

    Attributes:
        vector: in the axes of the codes, shape `(1, dimensions)`.
        spread: standard deviation of the inner products with what lies about a centre.
        scores: inner products with the centres, shape `(lists,)`.
    """

    vector: Vectors
    spread: float
    scores: Scores


class InvertedLists:
    """Reads what `write` wrote. Safe to use from several threads."""

    def __init__(
        self,
        index: Any,  # noqa: ANN401 (of FAISS; its stubs leave out what is asked of it here)
        axes: Axes,
        radii: Scores,
        languages: NDArray[np.void],
    ) -> None:
        self._index, self._axes = index, axes
        self.radii, self.languages = radii, languages
        self.sizes = np.array([index.invlists.list_size(one) for one in range(index.nlist)], np.int64)
        centres: Any = faiss.downcast_index(index.quantizer)
        self._centres = faiss.rev_swig_ptr(centres.get_xb(), index.nlist * index.d).reshape(-1, index.d)

    @classmethod
    def open(cls, folder: Path, name: str, file: VectorFile) -> Self | None:
        """Map the lists over a file of vectors; None where it has too few to have any.

        Raises:
            IndexDamaged: a file cannot be read, or they do not fit each other.
        """
        path = folder / f"{name}-lists.faiss"
        if len(file) < EXACT_BELOW:
            return None
        try:
            _read_ahead(path)
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except (RuntimeError, MemoryError, OSError) as error:
            raise IndexDamaged(f"{path} cannot be read") from error
        axes = mapped(folder / f"{name}-rotation.npy", 2)
        radii, languages = mapped(folder / f"{name}-radii.npy"), mapped(folder / f"{name}-reach.npy")
        width = file.index.d
        fits = (
            isinstance(index, faiss.IndexIVFPQFastScan)
            and isinstance(faiss.downcast_index(index.quantizer), faiss.IndexFlat)
            and (index.d, index.ntotal, index.quantizer.ntotal) == (width, len(file), index.nlist)
            and (axes.shape, axes.dtype) == ((width + 1, width), np.dtype(np.float32))
            and (len(radii), radii.dtype, languages.dtype) == (index.nlist, np.dtype(np.float32), LANGUAGE)
            and len(languages) > 0
            and (languages["first"][1:] == languages["past"][:-1]).all()
            and (languages["first"][0], languages["past"][-1]) == (0, index.nlist)
        )
        if not fits:
            raise IndexDamaged(f"the lists of {name} in {folder} do not fit its vectors")
        return cls(index, Axes(axes[1:], axes[0]), radii, languages)

    def probe(self, vector: Vectors) -> Probe:
        """What a query of shape `(dimensions,)` is to the lists."""
        rotated = vector @ self._axes.rotation
        spread = float(np.linalg.norm(rotated * self._axes.spreads))
        return Probe(rotated[None, :], spread, np.asarray(self._centres @ rotated, np.float32))

    @property
    def asked(self) -> float:
        """Share of the nearest that was to be found when they were written."""
        return round(float(self.languages["asked"].max()), 6)

    def of_languages(self, languages: frozenset[bytes] | None) -> Numbers:
        """The lists of some languages; of all when None."""
        chosen = [
            np.arange(one["first"], one["past"])
            for one in self.languages
            if languages is None or bytes(one["language"]) in languages
        ]
        return np.concatenate(chosen).astype(np.int64) if chosen else np.empty(0, np.int64)

    def reaches(self, lists: Numbers) -> Scores:
        """How many spreads above its centre's score a row of each of `lists` may be expected."""
        owners = np.searchsorted(self.languages["first"], lists, side="right") - 1
        return np.asarray(self.languages["reach"][owners], np.float32)

    def scan(
        self, probe: Probe, lists: Numbers, limit: int, bits: NDArray[np.uint8] | None = None
    ) -> tuple[Scores, Numbers]:
        """The `limit` rows that score best by their codes, in some lists: scores and rows, in any order.

        A row that fills up a list comes twice.
        """
        if not len(lists):
            return np.empty(0, np.float32), np.empty(0, np.int64)
        parameters = faiss.SearchParametersIVF()
        parameters.nprobe = len(lists)
        if bits is not None:
            parameters.sel = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
        limit = min(limit, int(self.sizes[lists].sum()))
        keys, coarse = np.ascontiguousarray(lists), np.ascontiguousarray(probe.scores[lists])
        scores, rows = np.empty(limit, np.float32), np.empty(limit, np.int64)
        outputs = (faiss.swig_ptr(scores), faiss.swig_ptr(rows))
        inputs = (faiss.swig_ptr(keys), faiss.swig_ptr(coarse))
        vector = faiss.swig_ptr(probe.vector)
        if limit:
            self._index.search_preassigned_c(1, vector, limit, *inputs, *outputs, False, parameters)
        found = rows >= 0
        return scores[found], rows[found]


def write(
    folder: Path, name: str, file: VectorFile, languages: NDArray[np.bytes_]
) -> tuple[InvertedLists, Numbers]:
    """Write the lists over a file of vectors, but for how far to look into them; with the list of each row.

    Args:
        folder: where to write.
        name: what the names of the files begin with.
        file: the vectors.
        languages: of each row.

    Raises:
        IndexNotWritable: the disk is full.
    """
    clusters = Clusters.of(file, languages)
    sample = evenly(len(file), AXES_TRAINED_ON)
    residuals = file.stored(sample) - clusters.centres[clusters.of_rows[sample]]
    axes = Axes.of(residuals)
    rotated = np.asarray(residuals @ axes.rotation, np.float32)
    index = _filled(file, clusters, axes, rotated)
    write_index(index, folder / f"{name}-lists.faiss")
    np.save(folder / f"{name}-rotation.npy", np.concatenate([axes.spreads[None, :], axes.rotation]))
    np.save(folder / f"{name}-radii.npy", clusters.radii)
    described = np.zeros(len(clusters.languages), LANGUAGE)
    described["language"] = clusters.languages
    described["first"], described["past"] = clusters.starts[:-1], clusters.starts[1:]
    mapped_index = faiss.read_index(str(folder / f"{name}-lists.faiss"), faiss.IO_FLAG_MMAP_IFC)
    return InvertedLists(mapped_index, axes, clusters.radii, described), clusters.of_rows


def _read_ahead(path: Path) -> None:
    """Let the system begin to read a file that every search looks through, where it takes such advice.

    FAISS maps files as if they were read here and there: without this the first searches wait for each
    page alone, 150,000 of them over a million passages.
    """
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            for start in range(0, path.stat().st_size, _AHEAD):
                os.posix_fadvise(file.fileno(), start, _AHEAD, os.POSIX_FADV_WILLNEED)


def names(name: str) -> tuple[str, ...]:
    """The files of the lists of a name."""
    return (f"{name}-lists.faiss", *(f"{name}-{part}.npy" for part in ("rotation", "radii", "reach")))


def _filled(file: VectorFile, clusters: Clusters, axes: Axes, sample: Vectors) -> Any:  # noqa: ANN401
    """The index of FAISS over all rows of a file; `sample` is of what its codes are of."""
    lists, width = clusters.centres.shape
    per_code = _PER_CODE if width % _PER_CODE == 0 else 1
    centres: Any = faiss.IndexFlatIP(width)
    centres.add(clusters.centres @ axes.rotation)
    index = faiss.IndexIVFPQFastScan(
        centres, width, lists, width // per_code, _BITS, faiss.METRIC_INNER_PRODUCT, _BLOCK
    )
    centres.this.disown()
    index.own_fields, index.by_residual, index.is_trained = True, True, True
    index.pq.cp.min_points_per_centroid = 1
    index.pq.train(np.ascontiguousarray(sample[evenly(len(sample), _CODES_TRAINED_ON)]))
    filled: Any = faiss.ArrayInvertedLists(lists, index.M2 // 2)
    packer = index.get_CodePacker()
    order = np.argsort(clusters.of_rows, kind="stable")
    ends = np.cumsum(np.bincount(clusters.of_rows, minlength=lists))
    for number, (rows, centre) in enumerate(zip(np.split(order, ends[:-1]), clusters.centres, strict=True)):
        padded = np.resize(rows, -(-len(rows) // _BLOCK) * _BLOCK)
        if not len(padded):
            continue
        codes = index.pq.compute_codes((file.stored(padded) - centre) @ axes.rotation)
        packed = np.empty(len(padded) // _BLOCK * packer.block_size, np.uint8)
        for block in range(len(padded) // _BLOCK):
            source, target = codes[block * _BLOCK :], packed[block * packer.block_size :]
            packer.pack_all(faiss.swig_ptr(source), faiss.swig_ptr(target))
        filled.add_entries(number, len(padded), faiss.swig_ptr(padded), faiss.swig_ptr(packed))
    index.replace_invlists(filled, True)
    filled.this.disown()
    index.ntotal = len(file)
    return index
