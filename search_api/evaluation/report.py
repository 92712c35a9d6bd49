"""An evaluation as JSON and as a table."""

from collections.abc import Sequence
from typing import Any

from search_api.evaluation.evaluate import Evaluation, Measured
from search_api.evaluation.measures import Interval

_FINGERPRINT = 12
_HEAD = ("set", "documents", "queries", "nDCG@10", "R@1", "RR@10", "R@100", "ms p50")


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """What `--json` prints; scores with four decimals."""
    values: dict[str, Any] = {
        "sets": [_set(measured) for measured in evaluation.sets],
        "model": evaluation.model,
        "fingerprint": evaluation.fingerprint[:_FINGERPRINT],
        "engine": evaluation.engine,
        "hudhud": evaluation.hudhud,
        "pool": evaluation.pool,
        "created": evaluation.created,
    }
    if evaluation.reranker:
        values["reranker"] = evaluation.reranker
    return values


def as_table(evaluation: Evaluation) -> str:
    """A line a set, under it the recall by language where there are several, at the end what was measured."""
    rows = [_row(measured) for measured in evaluation.sets]
    widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    lines = [_aligned(_HEAD, widths)]
    for measured, row in zip(evaluation.sets, rows, strict=True):
        lines.append(_aligned(row, widths))
        lines += [
            f"  {language}: R@10 {found.r_10:.3f}, R@100 {found.r_100:.3f} ({found.queries:,} queries)"
            for language, found in measured.recall_by_language.items()
        ]
        if measured.reranking_ms_p50 is not None:
            lines.append(f"  of this, reranking: {measured.reranking_ms_p50:.1f} ms p50")
        if measured.refused:
            lines.append(f"  cannot be searched and score 0: {measured.refused:,} of the queries")
    return "\n".join([*lines, "", *_notes(evaluation)])


def _notes(evaluation: Evaluation) -> list[str]:
    model = f"{evaluation.model} ({evaluation.fingerprint[:_FINGERPRINT]}) on {evaluation.engine}"
    pooled = f"All sets in one index of {evaluation.sets[0].indexed:,} documents. " if evaluation.pool else ""
    reranked = f"; reranked by {evaluation.reranker}" if evaluation.reranker else ""
    return [
        f"{model}{reranked}; Hudhud {evaluation.hudhud}; {evaluation.created}",
        f"{pooled}In brackets: 95 % bootstrap intervals over queries.",
    ]


def _set(measured: Measured) -> dict[str, Any]:
    scores = measured.scores
    values: dict[str, Any] = {
        "name": measured.name,
        **({"lane": measured.lane} if measured.lane else {}),
        "documents": measured.documents,
        "indexed": measured.indexed,
        "queries": measured.queries,
        "refused": measured.refused,
        "nDCG@10": round(scores.ndcg_10, 4),
        "nDCG@10_interval": _ends(scores.ndcg_10_interval),
        "R@1": round(scores.r_1, 4),
        "R@1_interval": _ends(scores.r_1_interval),
        "RR@10": round(scores.rr_10, 4),
        "R@100": round(scores.r_100, 4),
        "ms_p50": round(measured.ms_p50, 2),
        "seconds": round(measured.seconds, 3),
    }
    if measured.reranking_ms_p50 is not None:
        values["reranking_ms_p50"] = round(measured.reranking_ms_p50, 2)
    if measured.recall_by_language:
        values["recall_by_language"] = {
            language: {
                "queries": found.queries,
                "R@10": round(found.r_10, 4),
                "R@100": round(found.r_100, 4),
            }
            for language, found in measured.recall_by_language.items()
        }
    return values


def _ends(interval: Interval) -> list[float]:
    return [round(interval.low, 4), round(interval.high, 4)]


def _row(measured: Measured) -> tuple[str, ...]:
    scores = measured.scores
    return (
        f"{measured.name}: {measured.lane}" if measured.lane else measured.name,
        f"{measured.documents:,}",
        f"{measured.queries:,}",
        _with_interval(scores.ndcg_10, scores.ndcg_10_interval),
        _with_interval(scores.r_1, scores.r_1_interval),
        f"{scores.rr_10:.3f}",
        f"{scores.r_100:.3f}",
        f"{measured.ms_p50:.1f}",
    )


def _with_interval(mean: float, interval: Interval) -> str:
    return f"{mean:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """The name to the left, numbers to the right."""
    first, *others = (
        cell.rjust(width) if number else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others])
