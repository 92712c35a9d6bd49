"""An evaluation as JSON and as a table."""

from collections.abc import Sequence
from typing import Any

from search_api.evaluation.answerability import Answerability
from search_api.evaluation.evaluate import Evaluation, Measured
from search_api.evaluation.measures import Interval, SetScores

_FINGERPRINT = 12
_HEAD = ("set", "documents", "queries", "nDCG@10", "R@1", "RR@10", "R@100", "ms p50")
_NO_RANKING = ("–",) * 4
_MEANING = (
    "AUC: how often the first hit of a query with an answer is surer than that of a query without.",
    "Rankings are measured over the queries that have an answer.",
)


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
    """A line a set, under it what not every set has, at the end what was measured."""
    rows = [_row(measured) for measured in evaluation.sets]
    widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    lines = [_aligned(_HEAD, widths)]
    for measured, row in zip(evaluation.sets, rows, strict=True):
        lines.append(_aligned(row, widths))
        if measured.answerability:
            lines.append(f"  {_told(measured.answerability, measured.queries)}")
        lines += [
            f"  {language}: R@10 {found.r_10:.3f}, R@100 {found.r_100:.3f} ({found.queries:,} queries)"
            for language, found in measured.recall_by_language.items()
        ]
        if measured.reranking_ms_p50 is not None:
            lines.append(f"  of this, reranking: {measured.reranking_ms_p50:.1f} ms p50")
        if measured.refused:
            fate = "score 0, or count as told none" if measured.answerability else "score 0"
            lines.append(f"  cannot be searched and {fate}: {measured.refused:,} of the queries")
    return "\n".join([*lines, "", *_notes(evaluation)])


def _notes(evaluation: Evaluation) -> list[str]:
    model = f"{evaluation.model} ({evaluation.fingerprint[:_FINGERPRINT]}) on {evaluation.engine}"
    pooled = f"All sets in one index of {evaluation.sets[0].indexed:,} documents. " if evaluation.pool else ""
    reranked = f"; reranked by {evaluation.reranker}" if evaluation.reranker else ""
    lines = [
        f"{model}{reranked}; Hudhud {evaluation.hudhud}; {evaluation.created}",
        f"{pooled}In brackets: 95 % bootstrap intervals over queries.",
    ]
    if any(measured.answerability and measured.scores for measured in evaluation.sets):
        lines += _MEANING
    if evaluation.pool and any(measured.answerability for measured in evaluation.sets):
        lines.append("In the pool, documents of other sets may answer queries that count as without one.")
    return lines


def _told(found: Answerability, queries: int) -> str:
    parts = [f"without an answer: {found.without:,} of {queries:,} queries"]
    if found.auc is not None and found.auc_interval:
        parts.append(f"AUC {_with_interval(found.auc, found.auc_interval)}")
    if found.kept is not None:
        parts.append(f"kept {found.kept:.3f}")
    parts.append("no verdicts" if found.told is None else f"told none {found.told:.3f}")
    return "; ".join(parts)


def _set(measured: Measured) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": measured.name,
        **({"lane": measured.lane} if measured.lane else {}),
        "documents": measured.documents,
        "indexed": measured.indexed,
        "queries": measured.queries,
        "refused": measured.refused,
        **(_ranking(measured.scores) if measured.scores else {}),
        "ms_p50": round(measured.ms_p50, 2),
        "seconds": round(measured.seconds, 3),
    }
    if measured.reranking_ms_p50 is not None:
        values["reranking_ms_p50"] = round(measured.reranking_ms_p50, 2)
    if measured.answerability:
        values["without_answer"] = _without_answer(measured.answerability)
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


def _ranking(scores: SetScores) -> dict[str, Any]:
    return {
        "nDCG@10": round(scores.ndcg_10, 4),
        "nDCG@10_interval": _ends(scores.ndcg_10_interval),
        "R@1": round(scores.r_1, 4),
        "R@1_interval": _ends(scores.r_1_interval),
        "RR@10": round(scores.rr_10, 4),
        "R@100": round(scores.r_100, 4),
    }


def _without_answer(found: Answerability) -> dict[str, Any]:
    return {
        "queries": found.without,
        "AUC": _rounded(found.auc),
        "AUC_interval": _ends(found.auc_interval) if found.auc_interval else None,
        "kept": _rounded(found.kept),
        "told": _rounded(found.told),
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _ends(interval: Interval) -> list[float]:
    return [round(interval.low, 4), round(interval.high, 4)]


def _row(measured: Measured) -> tuple[str, ...]:
    return (
        f"{measured.name}: {measured.lane}" if measured.lane else measured.name,
        f"{measured.documents:,}",
        f"{measured.queries:,}",
        *(_cells(measured.scores) if measured.scores else _NO_RANKING),
        f"{measured.ms_p50:.1f}",
    )


def _cells(scores: SetScores) -> tuple[str, ...]:
    return (
        _with_interval(scores.ndcg_10, scores.ndcg_10_interval),
        _with_interval(scores.r_1, scores.r_1_interval),
        f"{scores.rr_10:.3f}",
        f"{scores.r_100:.3f}",
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
