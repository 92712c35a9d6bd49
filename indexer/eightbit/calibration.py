"""How to quantise the input of each matrix, from what flows through it on ordinary text.

SmoothQuant (Xiao et al. 2023, arXiv:2211.10438): a channel whose values run large is divided by a
number, and the weights it meets are multiplied by it, so that 8 bits suffice for both. How much
moves from activations to weights, and where the range is clipped, is chosen for each matrix by the
error of its own output; the mean of that error is taken out of the bias (Nagel et al. 2019,
arXiv:1906.04721).
"""

from collections import defaultdict
from collections.abc import Sequence
from importlib import resources

import numpy as np
import openvino
from openvino import opset15 as op

from indexer.eightbit.architecture import SITES, Architecture, Floats, Weights, matrix
from indexer.eightbit.graph import Quantisation, build_graph, eight_bit_rows

KEEP_FLOAT_ABOVE = 1e-3
"""A matrix whose output has a larger relative squared error keeps float inputs."""

_MIGRATIONS = (0.7, 0.8, 0.9)
_CLIPS = (1.0, 0.95, 0.85)
_ROWS = 1500

Site = tuple[int, str]


def texts() -> list[str]:
    """What to calibrate with: sentences and short news in Persian, Dari, Arabic, English and some others."""
    return resources.files(__package__).joinpath("calibration.txt").read_text(encoding="utf-8").splitlines()


def calibrate(
    architecture: Architecture, weights: Weights, sequences: Sequence[Sequence[int]]
) -> dict[Site, Quantisation]:
    """The quantisation of every matrix that stands it; `sequences` are token ids of ordinary text."""
    observed = _observe(architecture, weights, sequences)
    chosen = {
        site: choose(rows, peaks, matrix(weights, *site)[0]) for site, (rows, peaks) in observed.items()
    }
    return {site: found for site, found in chosen.items() if found.error <= KEEP_FLOAT_ABOVE}


def choose(rows: Floats, peaks: Floats, weight: Floats) -> Quantisation:
    """The quantisation with the smallest squared error of `rows @ weight.T`.

    Args:
        rows: shape `(tokens, inputs)`, inputs that were seen.
        peaks: shape `(inputs,)`, the largest magnitude of each channel.
        weight: shape `(outputs, inputs)`.
    """
    wanted = rows @ weight.T
    power = float(np.square(wanted).mean())
    columns = np.maximum(np.abs(weight).max(axis=0), 1e-5)
    candidates = []
    for migration in _MIGRATIONS:
        divisor = (peaks**migration / columns ** (1 - migration)).astype(np.float32)
        eighth, steps = eight_bit_rows(weight * divisor)
        restored = (eighth * steps).astype(np.float32)
        scaled = rows / divisor
        limit = float((peaks / divisor).max())
        for clip in _CLIPS:
            step = limit * clip / 127
            got = (np.clip(np.rint(scaled / np.float32(step)), -128, 127) * np.float32(step)) @ restored.T
            correction = (wanted - got).mean(axis=0)
            error = float(np.square(got + correction - wanted).mean()) / power
            candidates.append(Quantisation(divisor, step, correction, error))
    return min(candidates, key=lambda candidate: candidate.error)


def _observe(
    architecture: Architecture, weights: Weights, sequences: Sequence[Sequence[int]]
) -> dict[Site, tuple[Floats, Floats]]:
    """For each site: sampled input rows, and the largest magnitude of each channel over all tokens."""
    model = build_graph(architecture, weights, None)
    sites: list[Site] = []
    results = []
    for node in model.get_ordered_ops():
        name = node.get_friendly_name().split(".")
        if node.get_type_name() == "MatMul" and name[0] in SITES:
            sites.append((int(name[1]), name[0]))
            results.append(op.result(node.input_value(0)))
    model.add_results(results)
    options = {"INFERENCE_PRECISION_HINT": "f32"}
    request = openvino.Core().compile_model(model, "CPU", options).create_infer_request()
    table = weights["embeddings.word_embeddings.weight"]
    random = np.random.default_rng(0)
    rows: dict[Site, list[Floats]] = defaultdict(list)
    peaks: dict[Site, Floats] = {}
    for ids in sequences:
        request.infer([table[np.array([ids])], np.ones((1, len(ids)), np.float32)])
        sampled = random.choice(len(ids), min(len(ids), max(2, _ROWS // len(sequences))))
        tokens = np.unique(np.append(sampled, [0, len(ids) - 1]))
        for number, site in enumerate(sites, start=1):
            x = request.get_output_tensor(number).data[0]
            rows[site].append(x[tokens].copy())
            peaks[site] = np.maximum(peaks.get(site, 1e-5), np.abs(x).max(axis=0))
    return {site: (np.concatenate(rows[site]), peaks[site]) for site in sites}
