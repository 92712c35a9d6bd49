"""What a reindex did or would do, for people and as JSON."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.commands.output import put_json, say
from indexer.commands.terminal import counted, megabytes, plural, print_rows

if TYPE_CHECKING:
    from indexer.build import Summary
    from indexer.cluster.encoding import Spread
    from indexer.core.records import Skipped
    from indexer.corpus.links import Followed
    from indexer.drafting.compare import Changes
    from indexer.drafting.draft import Texts
    from indexer.drafting.skips import Skips
    from indexer.estimate import Estimate
    from indexer.plan import Plan

LEAST_SHOWN = 0.05
"""Seconds of a stage from which it is shown to people."""


def plain_skipped(skipped: "Skipped") -> dict[str, str | None]:
    """What was left out, as JSON has it."""
    return {
        "source": skipped.source,
        "id": skipped.id,
        "reason": skipped.reason.value,
        "detail": skipped.detail,
    }


def _plain_changes(changes: "Changes") -> dict[str, Any]:
    values = asdict(changes)
    skips = values.pop("skips")
    values["skipped"] = {
        "total": changes.skips.total,
        "counts": skips["counts"],
        "samples": [plain_skipped(skipped) for skipped in changes.skips.samples],
    }
    values["unread"] = skips["unread"]
    values["title_alone"], values["undated"] = changes.skips.title_alone, changes.skips.undated
    values["metadata_cut"] = changes.skips.metadata_cut
    return values


def _plain_plan(planned: "Plan") -> dict[str, Any]:
    """A plan as JSON has it."""
    return {
        **_plain_changes(planned.changes),
        "refused": planned.refused,
        "characters": planned.estimate.characters,
        "texts": asdict(planned.estimate.texts),
        "seconds": round(planned.estimate.seconds, 3),
    }


def plain_summary(summary: "Summary") -> dict[str, Any]:
    """A summary as JSON has it."""
    manifest = summary.manifest
    return {
        "generation": manifest.name,
        "published": summary.published,
        **_plain_changes(summary.changes),
        "articles": manifest.articles,
        "passages": manifest.passages,
        "sentences": manifest.sentences,
        "languages": manifest.languages,
        "garbled": manifest.garbled,
        **asdict(summary.work),
        "seconds": round(summary.seconds, 3),
        "stages": {stage: round(seconds, 3) for stage, seconds in summary.stages.items()},
    }


def show_plan(planned: "Plan", folder: Path, followed: "Followed", *, as_json: bool, quiet: bool) -> None:
    """Print what a reindex of the index in `folder` would do."""
    if as_json:
        plain = {"index": str(folder.absolute()), **_plain_plan(planned), "links_out": len(followed)}
        put_json(plain)
        return
    changes = planned.changes
    rows = {
        "Would read": _read(changes),
        "Would remove": _removed(changes),
        "Would embed": _embedding(planned.estimate),
    }
    if changes.rebuilt:
        rows["Everything anew"] = "; ".join(changes.rebuilt)
    if planned.refused:
        rows["Would refuse"] = planned.refused
    print_rows(rows)
    if not quiet:
        _say_skips(changes.skips)
        _say_links(followed)


def show_summary(
    summary: "Summary",
    folder: Path,
    followed: "Followed",
    spread: "Spread | None" = None,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Print what a reindex of the index in `folder` did, and what it handed out on a cluster."""
    if as_json:
        plain = {"index": str(folder.absolute()), **plain_summary(summary), "links_out": len(followed)}
        put_json(plain | ({"cluster": asdict(spread)} if spread else {}))
        return
    changes, work, manifest = summary.changes, summary.work, summary.manifest
    rows = {
        "Read": _read(changes),
        "Removed": _removed(changes),
        "Articles": f"{manifest.articles:,} ({counted(manifest.languages)})",
        "Passages": f"{manifest.passages:,}, with {plural(manifest.sentences, 'sentence')}",
        "Texts": f"{work.embedded:,} embedded, {work.reused:,} embedded before: {_kinds(work.texts)}",
        **({"Cluster": spread_line(spread)} if spread else {}),
        "Written": megabytes(work.bytes_written),
        "Time": f"{summary.seconds:.1f} s: {_stages(summary.stages)}",
        "Live": f"{manifest.name} in {folder}" + ("" if summary.published else ", as before"),
    }
    if changes.rebuilt:
        rows["Everything anew"] = "; ".join(changes.rebuilt)
    if work.pruned.held:
        rows["Still read"] = ", ".join(work.pruned.held)
    print_rows(rows)
    if not quiet:
        _say_skips(changes.skips)
        _say_links(followed)
        if manifest.garbled:
            articles = _articles_that(manifest.garbled, "has", "have")
            say(f"{articles} words that are mostly in no word list: see `hudhud info`")


def _embedding(estimate: "Estimate") -> str:
    """What would be embedded, and in what time."""
    if not estimate.characters:
        return "nothing"
    return (
        f"{plural(estimate.characters, 'character')}, about {_kinds(estimate.texts)}, in about"
        f" {estimate.seconds:,.0f} s if none was embedded before"
    )


def spread_line(spread: "Spread") -> str:
    """What was encoded on a cluster, and what of it twice."""
    done = f"{plural(spread.texts, 'text')} in {plural(spread.blocks, 'block')} by"
    by = f"{spread.processes:,} {'process' if spread.processes == 1 else 'processes'}"
    again = f"{plural(spread.repeated_blocks, 'block')} with {plural(spread.repeated_texts, 'text')}"
    return f"{done} {by}; again, after a process died: {again if spread.repeated_blocks else 'none'}"


def _kinds(texts: "Texts") -> str:
    """How many texts of each kind have a vector."""
    kinds = {"passage": texts.passages, "sentence": texts.sentences, "word": texts.words}
    return ", ".join(plural(count, kind) for kind, count in kinds.items())


def _stages(seconds: Mapping[str, float]) -> str:
    """How long each stage took, but for those that are over in no time."""
    long = {stage: took for stage, took in seconds.items() if took >= LEAST_SHOWN}
    return ", ".join(f"{stage} {took:.1f}" for stage, took in (long or seconds).items())


def _read(changes: "Changes") -> str:
    parts = {
        "new": changes.new,
        "changed": changes.changed,
        "unchanged": changes.unchanged,
        "skipped": changes.skips.total,
    }
    return f"{changes.read:,} = {' + '.join(f'{count:,} {name}' for name, count in parts.items())}"


def _removed(changes: "Changes") -> str:
    return f"{changes.removed:,}" + (f"; {changes.kept:,} not found and kept" if changes.kept else "")


def _say_links(followed: "Followed") -> None:
    for link, target in followed.items():
        others = f", and {len(followed) - 1:,} more" if len(followed) > 1 else ""
        say(f"followed out of the PATHs: {link}, which leads to {target}{others}")
        return


def _say_skips(skips: "Skips") -> None:
    if skips.title_alone:
        say(f"{_articles_that(skips.title_alone, 'is', 'are')} a title alone")
    if skips.undated:
        say(f"{_articles_that(skips.undated, 'has', 'have')} no date, though a column looks like one")
    if skips.metadata_cut:
        articles = _articles_that(skips.metadata_cut, "has", "have")
        say(f"{articles} metadata that is too long or too much, which was left out")
    for reason, count in skips.counts.items():
        first = next(skipped for skipped in skips.samples if skipped.reason.value == reason)
        say(f"skipped, {reason}: {count:,}, e.g. {first.source}: {first.detail}")
    unread = skips.unread
    if unread.characters:
        say(
            f"{plural(unread.characters, 'character')} of {plural(unread.files, 'file')} could not be read,"
            f" and stand as U+FFFD, e.g. in {unread.example}"
        )


def _articles_that(count: int, is_one: str, are_many: str) -> str:
    return f"{plural(count, 'article')} {is_one if count == 1 else are_many}"
