"""The encoder as an OpenVINO graph, written by hand: float, or with 8-bit matrices.

The word embeddings stay outside: a graph takes their rows. So it weighs 22 MB instead of 118, and
can be compiled several times, once for each width of query.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from indexer.models.eightbit.architecture import Architecture, Floats, Weights, matrix
from indexer.models.eightbit.engine import Model, Node, op


def eight_bit_rows(weight: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Symmetric 8-bit rows and the step of each: `weight` is about `rows * steps`."""
    steps = np.maximum(np.abs(weight).max(axis=1, keepdims=True), 1e-12).astype(np.float32) / np.float32(127)
    return np.clip(np.rint(weight / steps), -127, 127).astype(np.int8), steps


def build_graph(architecture: Architecture, weights: Weights, *, eight_bit: bool) -> Model:
    """The graph `(embeddings (n, tokens, hidden), mask (n, tokens)) → unit vectors (n, hidden)`.

    With `eight_bit`, matrices are 8-bit rows with a step each; OpenVINO then quantises their inputs as
    they come, in groups.
    """
    return _Builder(architecture, weights, eight_bit=eight_bit).model()


def build_packed_graph(architecture: Architecture, weights: Weights) -> Model:
    """The same in 8 bits, for several texts behind each other in one row, of which none is padded.

    Takes embeddings (1, tokens, hidden), places (tokens,), bias (tokens, tokens), pool (n, tokens): of each
    token its place in its own text, what is added to its attention to every other, and what it counts in the
    vector of each text. Gives unit vectors (n, hidden).
    """
    return _Packed(architecture, weights, eight_bit=True).model()


class _Builder:
    """Adds node to node; `model` names the stages in order."""

    def __init__(self, architecture: Architecture, weights: Weights, *, eight_bit: bool) -> None:
        self.architecture = architecture
        self.weights = weights
        self.eight_bit = eight_bit

    def model(self) -> Model:
        """The whole graph."""
        architecture = self.architecture
        embeddings = op.parameter([-1, -1, architecture.hidden], np.float32, name="embeddings")
        mask = op.parameter([-1, -1], np.float32, name="mask")
        hidden = op.multiply(op.subtract(mask, _floats([1.0])), _floats([10000.0]))
        x = self.encoded(op.add(embeddings, self.positions(mask)), op.unsqueeze(hidden, _integers(1, 2)))
        return Model([self.unit(self.pooled(x, mask))], [embeddings, mask], "encoder")

    def encoded(self, x: Node, bias: Node) -> Node:
        """All layers over embeddings with their positions."""
        x = self.norm(x, "embeddings.LayerNorm")
        for layer in range(self.architecture.layers):
            prefix = f"encoder.layer.{layer}."
            attended = self.dense(self.attention(x, layer, bias), layer, "attended")
            x = self.norm(op.add(attended, x), f"{prefix}attention.output.LayerNorm")
            inner = op.gelu(self.dense(x, layer, "inner"), "erf")
            x = self.norm(op.add(self.dense(inner, layer, "outer"), x), f"{prefix}output.LayerNorm")
        return x

    def unit(self, x: Node) -> Node:
        """The result: rows of unit length."""
        return op.result(op.normalize_l2(x, _integers(1), 1e-12, "add"))

    def table(self) -> Floats:
        """Position embeddings with that of the first token type."""
        table = self.weights["embeddings.position_embeddings.weight"][self.architecture.first_position :]
        if "embeddings.token_type_embeddings.weight" in self.weights:
            table = table + self.weights["embeddings.token_type_embeddings.weight"][0]
        return np.asarray(table, np.float32)

    def positions(self, mask: Node) -> Node:
        """Position and token-type embeddings for the tokens there are."""
        length = op.gather(op.shape_of(mask, "i64"), _integers(1), _integers(0))
        rows = op.slice(_floats(self.table()), _integers(0), length, _integers(1), _integers(0))
        return op.unsqueeze(rows, _integers(0))

    def attention(self, x: Node, layer: int, bias: Node) -> Node:
        """Multi-head attention before its output matrix; the queries' scale is in their weights."""
        architecture = self.architecture
        head = architecture.hidden // architecture.heads
        parts = []
        for site, scale in (("query", head**-0.5), ("key", 1.0), ("value", 1.0)):
            y = self.dense(x, layer, site, scale)
            split = op.reshape(y, _integers(0, 0, architecture.heads, head), True)
            parts.append(op.transpose(split, _integers(0, 2, 1, 3)))
        queries, keys, values = parts
        shares = op.softmax(op.add(op.matmul(queries, keys, False, True), bias), -1)
        context = op.transpose(op.matmul(shares, values, False, False), _integers(0, 2, 1, 3))
        return op.reshape(context, _integers(0, 0, architecture.hidden), True)

    def dense(self, x: Node, layer: int, site: str, scale: float = 1.0) -> Node:
        """One matrix with its bias, both multiplied by `scale`."""
        weight, bias = matrix(self.weights, layer, site)
        if self.eight_bit:
            rows, steps = eight_bit_rows(weight * scale)
            constant = op.multiply(op.convert(op.constant(rows), "f32"), _floats(steps))
        else:
            constant = _floats(weight * scale)
        return op.add(op.matmul(x, constant, False, True), _floats(bias * scale))

    def norm(self, x: Node, name: str) -> Node:
        """Layer normalisation."""
        y = op.mvn(x, _integers(-1), True, self.architecture.epsilon, "inside_sqrt")
        return op.add(
            op.multiply(y, _floats(self.weights[f"{name}.weight"])), _floats(self.weights[f"{name}.bias"])
        )

    def pooled(self, x: Node, mask: Node) -> Node:
        """One vector a text. The sum of the tokens points where their mean does."""
        if self.architecture.pooling == "cls":
            return op.gather(x, op.constant(np.int64(0)), op.constant(np.int64(1)))
        return op.reduce_sum(op.multiply(x, op.unsqueeze(mask, _integers(2))), _integers(1))


class _Packed(_Builder):
    """Several texts in one row."""

    def model(self) -> Model:
        """The whole graph."""
        embeddings = op.parameter([1, -1, self.architecture.hidden], np.float32, name="embeddings")
        places = op.parameter([-1], np.int64, name="places")
        bias = op.parameter([-1, -1], np.float32, name="bias")
        pool = op.parameter([-1, -1], np.float32, name="pool")
        positions = op.unsqueeze(op.gather(_floats(self.table()), places, _integers(0)), _integers(0))
        x = self.encoded(op.add(embeddings, positions), op.unsqueeze(bias, _integers(0, 1)))
        texts = op.matmul(pool, op.squeeze(x, _integers(0)), False, False)
        return Model([self.unit(texts)], [embeddings, places, bias, pool], "packed")


def _floats(value: ArrayLike) -> Node:
    return op.constant(np.ascontiguousarray(value, dtype=np.float32))


def _integers(*values: int) -> Node:
    return op.constant(np.array(values, dtype=np.int64))
