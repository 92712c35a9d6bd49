"""The `hudhud` command as a person meets it: what it prints, where, and how it ends."""

import datetime
import importlib.metadata
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from nights import TEXTS, numbered, tree, write
from typer.testing import CliRunner, Result

import indexer.models.encoder
import indexer.upkeep.maintenance
import search_api.serving.loading
from indexer.core.protocols import Encoder
from indexer.generation.generation import Generation
from indexer.lexicon.word_vectors import VECTOR_WORDS
from indexer.storage.layout import Layout
from indexer.storage.locks import GenerationLock
from indexer.storage.manifest import Manifest
from search_api.commands.cli import app

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
NUCLEAR = "003_f7d4c279eac3b33f"
Hudhud = Callable[..., Result]


@pytest.fixture
def hudhud(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Hudhud:
    """Run the command in this process, where the encoder is loaded already."""
    monkeypatch.setattr(indexer.models.encoder, "load_encoder", lambda *_, **__: encoder)
    monkeypatch.setattr(search_api.serving.loading, "load_encoder", lambda *_, **__: encoder)

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


def in_a_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "search_api", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env=os.environ | environment,
        timeout=120,
        check=False,
    )


def rows(printed: str) -> dict[str, str]:
    """Names and values, as they are printed a line each; a name ends at two spaces."""
    return {name: value.strip() for name, _, value in (line.partition("  ") for line in printed.splitlines())}


def test_reindex_ends_with_a_summary_and_search_finds(hudhud: Hudhud, layout: Layout) -> None:
    made = hudhud("reindex", SEEDS, "--index", layout.folder)
    assert made.exit_code == 0
    lines = rows(made.stdout)
    assert list(lines) == ["Read", "Removed", "Articles", "Passages", "Texts", "Written", "Time", "Live"]
    assert lines["Read"] == "5 = 5 new + 0 changed + 0 unchanged + 0 skipped"
    assert lines["Articles"] == "5 (3 fa, 1 ar, 1 prs)"
    assert lines["Passages"] == "18, with 86 sentences"
    assert lines["Removed"] == "0"
    words = len(np.load(layout.live() / VECTOR_WORDS))
    texts = 18 + 86 + words
    kinds = f"18 passages, 86 sentences, {words:,} words"
    assert lines["Texts"] == f"0 embedded, {texts:,} embedded before: {kinds}"
    assert re.fullmatch(r"\d+\.\d s: \w+ \d+\.\d(, \w+ \d+\.\d)*", lines["Time"])
    assert lines["Live"] == f"{layout.live().name} in {layout.folder}"
    stages = ["embedding", "numbering", "comparing", "words", "checksums", "publishing"]
    assert made.stderr.splitlines() == stages
    again = hudhud("reindex", SEEDS, "--index", layout.folder, "--quiet")
    assert (again.exit_code, again.stderr) == (0, "")
    assert rows(again.stdout)["Read"] == "5 = 0 new + 0 changed + 5 unchanged + 0 skipped"
    assert rows(again.stdout)["Live"] == f"{layout.live().name} in {layout.folder}, as before"
    found = hudhud("search", "Zaporizhzhia nuclear plant lost external power", "--index", layout.folder)
    assert found.exit_code == 0
    assert found.stdout.splitlines()[1] == "Clear match."
    assert found.stdout.splitlines()[3].split()[:4] == ["clear", "no", "date", "ar"]
    assert NUCLEAR in found.stdout.splitlines()[3]


def test_a_summary_as_json(hudhud: Hudhud, layout: Layout, tmp_path: Path) -> None:
    archive = write(tmp_path / "in", {"a": TEXTS[1], "empty": ""})
    result = hudhud("reindex", archive, "--index", layout.folder, "--quiet", "--json")
    summary = json.loads(result.stdout)
    assert set(summary) == {
        *("generation", "published", "read", "new", "changed", "unchanged", "skipped", "unread"),
        *("removed", "kept"),
        *("rebuilt", "articles", "passages", "sentences", "languages", "embedded", "reused"),
        *("bytes_written", "pruned", "forgotten", "seconds", "title_alone", "undated", "metadata_cut"),
        *("stages", "index", "texts", "links_out", "garbled"),
    }
    assert summary["index"] == str(layout.folder)
    assert list(summary["stages"])[:2] == ["reading", "embedding"]
    assert list(summary["stages"])[-2:] == ["publishing", "tidying"]
    assert sum(summary["stages"].values()) == pytest.approx(summary["seconds"], abs=0.01)
    assert (summary["texts"]["passages"], summary["texts"]["sentences"]) == (1, 1)
    assert sum(summary["texts"].values()) == summary["embedded"] + summary["reused"]
    assert summary["skipped"] == {
        "total": 1,
        "counts": {"empty": 1},
        "samples": [
            {
                "source": str(archive / "empty.txt"),
                "id": "empty",
                "reason": "empty",
                "detail": "no letter and no digit in it",
            }
        ],
    }
    assert summary["unread"] == {"characters": 0, "files": 0, "example": ""}
    assert (summary["read"], summary["new"], summary["languages"]) == (2, 1, {"fa": 1})
    assert summary["pruned"] == {"removed": [], "held": []}
    assert summary["generation"] == layout.live().name
    planned = json.loads(
        hudhud("reindex", archive, "--index", layout.folder, "--quiet", "--json", "--dry-run").stdout
    )
    assert set(planned) == {
        *("read", "new", "changed", "unchanged", "skipped", "unread", "removed", "kept", "rebuilt"),
        *(
            "refused",
            "characters",
            "seconds",
            "title_alone",
            "undated",
            "metadata_cut",
            "texts",
            "index",
            "links_out",
        ),
    }
    assert (planned["unchanged"], planned["skipped"]) == (1, summary["skipped"])


def test_a_summary_says_what_articles_lack(hudhud: Hudhud, layout: Layout, tmp_path: Path) -> None:
    lines = [
        {"id": "a", "title": "خبر", "words": TEXTS[1]},
        {"id": "b", "title": "خبر", "text": TEXTS[1], "date": "9/8/2025"},
        {"id": "c", "title": "خبر", "text": TEXTS[1], "updated": "2025-09-18"},
        {"id": "d", "title": "خبر", "text": TEXTS[1], "date": "2025-09-18"},
    ]
    archive = tmp_path / "in.jsonl"
    archive.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    result = hudhud("reindex", archive, "--index", layout.folder)
    assert result.stderr.splitlines()[-2:] == [
        "1 article is a title alone",
        "2 articles have no date, though a column looks like one",
    ]
    planned = hudhud("reindex", archive, "--index", layout.folder, "--fresh", "--json", "--dry-run").stdout
    assert {name: json.loads(planned)[name] for name in ("title_alone", "undated")} == {
        "title_alone": 1,
        "undated": 2,
    }


def test_a_garbled_article_is_told(hudhud: Hudhud, layout: Layout, tmp_path: Path) -> None:
    text = (SEEDS / "000_c1a583e564ddadc6.txt").read_text(encoding="utf-8")
    archive = write(
        tmp_path / "in", {"good.txt": text, "bad.txt": " ".join(word[::-1] for word in text.split())}
    )
    result = hudhud("reindex", archive, "--index", layout.folder)
    told = "1 article has words that are mostly in no word list: see `hudhud info`"
    assert result.stderr.splitlines()[-1] == told
    lines = dict(
        line.split(maxsplit=1) for line in hudhud("info", "--index", layout.folder).stdout.splitlines()
    )
    assert lines["Garbled"] == "1 article, whose words are mostly in no word list: bad"
    manifest = json.loads(hudhud("info", "--index", layout.folder, "--json").stdout)
    assert manifest["garbled"] == ["bad"]


class TestSources:
    LINES = "".join(
        json.dumps({"key": f"n{n}", "headline": f"خبر {n}", "body": text}, ensure_ascii=False) + "\n"
        for n, text in enumerate(TEXTS[:3])
    )
    MAP = ("--map", "id=key", "--map", "title=headline", "--map", "text=body")

    def ids(self, hudhud: Hudhud, layout: Layout) -> set[str]:
        found = hudhud("search", "نان تازه کابل باران", "--index", layout.folder, "--json")
        return {hit["article"]["id"] for hit in json.loads(found.stdout)["hits"]}

    def test_fields_are_mapped(self, hudhud: Hudhud, layout: Layout, tmp_path: Path) -> None:
        file = write(tmp_path, {"news.jsonl": self.LINES}) / "news.jsonl"
        result = hudhud("reindex", file, *self.MAP, "--index", layout.folder)
        assert rows(result.stdout)["Read"] == "3 = 3 new + 0 changed + 0 unchanged + 0 skipped"
        assert self.ids(hudhud, layout) == {"n0", "n1", "n2"}

    def test_standard_input_is_read(self, layout: Layout) -> None:
        command = [sys.executable, "-m", "search_api", "reindex", "-", *self.MAP]
        done = subprocess.run(
            [*command, "--index", str(layout.folder)],
            input=self.LINES.encode(),
            capture_output=True,
            cwd=ROOT,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        printed = rows(done.stdout.decode())
        assert printed["Read"] == "3 = 3 new + 0 changed + 0 unchanged + 0 skipped"

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (("--map", "titel=headline"), "no field is called 'titel': there are id, title, text, date,"),
            (("--map", "title"), "'title' maps nothing: write FIELD=NAME, as in title=headline"),
            (("--format", "docx"), "no format is called 'docx': there are text, jsonl, json, csv, tsv,"),
        ],
    )
    def test_what_is_not_known_is_named(
        self, hudhud: Hudhud, tmp_path: Path, options: tuple[str, ...], message: str
    ) -> None:
        result = hudhud("reindex", SEEDS, *options, "--index", tmp_path / "index")
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
        assert result.stderr.startswith(f"hudhud: {message}")
        assert not (tmp_path / "index").exists()


class TestSkipped:
    @pytest.fixture
    def archive(self, tmp_path: Path) -> Path:
        folder = write(tmp_path / "in", {"good": TEXTS[1], "empty": "", "also-empty": "\n", "x.jpg": "x"})
        (folder / "binary.txt").write_bytes(bytes(range(256)))
        return folder

    def test_is_counted_with_an_example(self, hudhud: Hudhud, archive: Path, layout: Layout) -> None:
        result = hudhud("reindex", archive, "--index", layout.folder)
        assert rows(result.stdout)["Read"] == "5 = 1 new + 0 changed + 0 unchanged + 4 skipped"
        told = [line for line in result.stderr.splitlines() if line.startswith("skipped")]
        assert [line.partition(", e.g. ")[0] for line in told] == [
            "skipped, empty: 2",
            "skipped, unsupported format: 1",
            "skipped, binary: 1",
        ]
        assert f"e.g. {archive / 'also-empty.txt'}: no letter and no digit in it" in told[0]

    @pytest.mark.parametrize("mode", [(), ("--dry-run",), ("--json",)])
    def test_is_not_told_where_quiet_was_asked_for(
        self, hudhud: Hudhud, archive: Path, layout: Layout, mode: tuple[str, ...]
    ) -> None:
        result = hudhud("reindex", archive, "--index", layout.folder, "--quiet", *mode)
        assert (result.exit_code, result.stderr) == (0, "")

    def test_more_than_was_said_publishes_nothing(
        self, hudhud: Hudhud, archive: Path, layout: Layout
    ) -> None:
        asked = ("reindex", archive, "--index", layout.folder, "--quiet", "--max-skipped")
        for limit in ("2", "74%"):
            result = hudhud(*asked, limit)
            assert (result.exit_code, result.stdout, layout.published()) == (6, "", [])
            assert result.stderr == (
                f"hudhud: 3 of the 4 records cannot be read, more than --max-skipped {limit}: nothing was"
                f" published (2 × empty, 1 × binary, e.g. {archive / 'also-empty.txt'}: no letter and no"
                " digit in it)\n"
            )
            planned = hudhud(*asked, limit, "--dry-run")
            assert (planned.exit_code, planned.stderr) == (6, "")
            assert rows(planned.stdout)["Would refuse"].startswith("3 of the 4 records cannot be read")
        assert hudhud(*asked, "75%").exit_code == 0
        again = hudhud(*asked, "2")
        assert (again.exit_code, len(layout.published())) == (6, 1)

    @pytest.mark.parametrize("limit", ["", "many", "-1", "101%", "1.5", "nan%", "%"])
    def test_a_limit_is_a_number_or_a_share(self, hudhud: Hudhud, tmp_path: Path, limit: str) -> None:
        result = hudhud("reindex", SEEDS, "--index", tmp_path / "index", "--max-skipped", limit)
        assert (result.exit_code, result.stdout) == (2, "")
        expected = f"hudhud: --max-skipped takes a number or a share, as in 20 or 5%, not {limit!r}\n"
        assert result.stderr == expected

    @pytest.mark.parametrize("mode", [(), ("--dry-run",)])
    def test_is_written_to_a_report(
        self, hudhud: Hudhud, archive: Path, layout: Layout, tmp_path: Path, mode: tuple[str, ...]
    ) -> None:
        report = tmp_path / "skipped.jsonl"
        result = hudhud("reindex", archive, "--index", layout.folder, "--report", report, *mode)
        assert result.exit_code == 0
        written = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
        assert [(Path(one["source"]).name, one["id"], one["reason"]) for one in written] == [
            ("also-empty.txt", "also-empty", "empty"),
            ("empty.txt", "empty", "empty"),
            ("x.jpg", None, "unsupported format"),
            ("binary.txt", "binary", "binary"),
        ]
        assert {tuple(one) for one in written} == {("source", "id", "reason", "detail")}

    def test_a_report_that_cannot_be_written_is_said_first(
        self, hudhud: Hudhud, archive: Path, tmp_path: Path
    ) -> None:
        report = tmp_path / "no" / "report.jsonl"
        result = hudhud("reindex", archive, "--index", tmp_path / "index", "--report", report)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"hudhud: --report {report} cannot be written: No such file or directory\n"
        assert not (tmp_path / "index").exists()

    def test_strict_ends_at_the_first(self, hudhud: Hudhud, archive: Path, layout: Layout) -> None:
        result = hudhud("reindex", archive, "--index", layout.folder, "--strict", "--quiet")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == (
            f"hudhud: {archive / 'also-empty.txt'} cannot be read (empty: no letter and no digit in it):"
            " mend it, or leave out --strict\n"
        )
        assert layout.published() == []


def test_a_dry_run_changes_nothing(hudhud: Hudhud, layout: Layout, tmp_path: Path) -> None:
    archive = write(tmp_path / "in", numbered(10))
    hudhud("reindex", archive, "--index", layout.folder)
    for name in ("01.txt", "02.txt"):
        (archive / name).unlink()
    write(archive, {"new": TEXTS[1]})
    before = tree(layout.folder)
    result = hudhud("reindex", archive, "--index", layout.folder, "--dry-run")
    lines = rows(result.stdout)
    assert (result.exit_code, list(lines)) == (
        2,
        ["Would read", "Would remove", "Would embed", "Would refuse"],
    )
    assert lines["Would read"] == "9 = 1 new + 0 changed + 8 unchanged + 0 skipped"
    assert lines["Would remove"] == "2"
    assert lines["Would embed"].startswith(
        f"{len(TEXTS[1])} characters, about 1 passage, 1 sentence, 9 words, in about "
    )
    assert lines["Would refuse"].startswith(f"2 of the 10 articles from {archive} are no longer there")
    assert tree(layout.folder) == before


def test_reindex_asks_for_a_path_in_a_sentence(hudhud: Hudhud) -> None:
    for arguments in ((), ("--quiet",)):
        result = hudhud("reindex", *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == (
            "hudhud: say what to index, as in `hudhud reindex archive/`: files, folders, patterns or -\n"
        )


def test_the_version_is_said(hudhud: Hudhud) -> None:
    result = hudhud("--version")
    assert (result.exit_code, result.stdout) == (0, f"hudhud {importlib.metadata.version('hudhud')}\n")


def test_links_out_of_the_paths_are_told_and_may_be_left_out(
    hudhud: Hudhud, layout: Layout, tmp_path: Path
) -> None:
    elsewhere = write(tmp_path / "elsewhere", {"b": TEXTS[4]})
    archive = write(tmp_path / "in", {"a": TEXTS[1]})
    (archive / "link").symlink_to(elsewhere)
    result = hudhud("reindex", archive, "--index", layout.folder)
    followed = f"followed out of the PATHs: {archive / 'link'}, which leads to {elsewhere}"
    assert result.stderr.splitlines()[-1] == followed
    asked = ("reindex", archive, "--index", layout.folder, "--no-follow-links", "--allow-removals", "--json")
    left = json.loads(hudhud(*asked).stdout)
    assert (left["articles"], left["removed"], left["links_out"]) == (1, 1, 0)
    assert left["skipped"]["counts"] == {"link not followed": 1}


def test_removals_are_refused_unless_told(hudhud: Hudhud, layout: Layout, tmp_path: Path) -> None:
    archive = write(tmp_path / "in", numbered(4))
    hudhud("reindex", archive, "--index", layout.folder)
    (archive / "01.txt").unlink()
    refused = hudhud("reindex", archive, "--index", layout.folder, "--quiet")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"hudhud: 1 of the 4 articles from {archive} are no longer there")
    kept = hudhud("reindex", archive, "--index", layout.folder, "--keep-missing")
    assert rows(kept.stdout)["Removed"] == "0; 1 not found and kept"
    allowed = hudhud("reindex", archive, "--index", layout.folder, "--allow-removals")
    assert rows(allowed.stdout)["Removed"] == "1"
    assert rows(allowed.stdout)["Articles"] == "3 (3 fa)"


def test_generations_and_the_cache_are_kept_small(hudhud: Hudhud, layout: Layout, tmp_path: Path) -> None:
    archive = write(tmp_path / "in", {"a": TEXTS[1]})
    hudhud("reindex", archive, "--index", layout.folder)
    write(archive, {"b": TEXTS[4]})
    options = ("--keep", 1, "--cache-size", 1, "--json")
    summary = json.loads(hudhud("reindex", archive, "--index", layout.folder, *options).stdout)
    assert len(summary["pruned"]["removed"]) == 1
    assert [folder.name for folder in layout.published()] == [summary["generation"]]
    assert summary["forgotten"] > 10


def test_fresh_begins_anew(hudhud: Hudhud, layout: Layout, tmp_path: Path) -> None:
    hudhud("reindex", write(tmp_path / "first", {"a": TEXTS[1]}), "--index", layout.folder)
    second = write(tmp_path / "second", {"b": TEXTS[4]})
    result = hudhud("reindex", second, "--index", layout.folder, "--fresh")
    assert rows(result.stdout)["Articles"] == "1 (1 ar)"


def test_search_closes_the_index(hudhud: Hudhud, seed_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Path] = []
    close = Generation.close

    def note(generation: Generation) -> None:
        closed.append(generation.folder)
        close(generation)

    monkeypatch.setattr(Generation, "close", note)
    assert hudhud("search", "war", "--index", seed_index).exit_code == 0
    assert closed == [Layout(seed_index).live()]


def test_search_prints_the_response_of_the_api(hudhud: Hudhud, seed_index: Path) -> None:
    options = "--json --limit 2 --languages fa,ar --from 2025-09-04 --to 2025-12-31 --group passage"
    printed = hudhud("search", "war", "--index", seed_index, *options.split())
    body = json.loads(printed.stdout)
    assert list(body) == [
        *("query", "verdict", "verdict_text", "generation", "took_ms", "reranking_ms"),
        *("total", "total_is_exact", "answering", "facets", "next_cursor", "missing", "hits"),
    ]
    assert list(body["hits"][0]) == [
        "rank",
        "confidence",
        "score",
        "scores",
        "article",
        "twins",
        "passage",
        "evidence",
        "highlight",
    ]
    assert [hit["article"]["date"] >= "2025-09-04" for hit in body["hits"]] == [True, True]


def test_right_to_left_text_is_isolated_and_stands_right(hudhud: Hudhud, seed_index: Path) -> None:
    asked = ("search", "drones intercepted", "--index", seed_index, "--limit", 1)
    printed = hudhud(*asked).stdout
    head, verdict, title, facts, *lines, reasons = [line for line in printed.splitlines() if line.strip()]
    assert head == "1 hit for: drones intercepted"
    assert verdict == "Perhaps: something here may answer this."
    assert (title[:6], title[-1]) == ("  1. \u2068", "\u2069")
    assert facts.startswith("     perhaps  2025-09-09  fa  ")
    assert lines
    assert all(line.strip()[0] == "\u2067" and line[-1] == "\u2069" for line in lines)
    assert len({len(line) for line in lines}) == 1
    assert "drones \u2192 \u2068پهپاد\u2069 (dictionary)" in reasons
    assert len(hudhud(*asked, "--full").stdout) > len(printed)
    assert " drone" in hudhud(*asked, "--gloss").stdout.splitlines()[-2]


def test_search_takes_its_words_as_they_come(hudhud: Hudhud, seed_index: Path) -> None:
    for arguments, text, excluded in (
        (["nuclear plant"], "nuclear plant", []),
        (["nuclear", "plant", "--limit", "1"], "nuclear plant", []),
        (
            ["nuclear", "--limit", "1", "plant", "--", "-پهپاد", "power"],
            "nuclear plant -پهپاد power",
            ["پهپاد"],
        ),
    ):
        result = hudhud("search", "--index", seed_index, "--json", *arguments)
        query = json.loads(result.stdout)["query"]
        assert (query["text"], query["excluded"]) == (text, excluded)


def test_search_says_how_the_query_was_understood(hudhud: Hudhud, seed_index: Path) -> None:
    asked = ["war 18 Shahrivar", "and September 2025", "--from", "1404-01-01", "--limit", "1"]
    lines = hudhud("search", "--index", seed_index, *asked).stdout.splitlines()
    undated = "1 article has no date, and no filter by date finds what has none"
    assert lines[1:5] == [
        "\u206818 Shahrivar\u2069: articles of this day of any year come first",
        "\u2068September 2025\u2069: articles of 2025-09-01 to 2025-09-30 come first",
        "from 1404-01-01 is read as Jalali: 2025-03-21",
        undated,
    ]
    body = json.loads(hudhud("search", "--index", seed_index, "--json", *asked).stdout)
    assert body["query"] == {
        "text": "war 18 Shahrivar and September 2025",
        "language": "en",
        "from": "2025-03-21",
        "to": None,
        "dates": [
            {"text": "18 Shahrivar", "from": None, "to": None},
            {"text": "September 2025", "from": "2025-09-01", "to": "2025-09-30"},
        ],
        "exact": [],
        "excluded": [],
        "mode": "hybrid",
        "without": [],
        "corrected": None,
        "warnings": ["from 1404-01-01 is read as Jalali: 2025-03-21", undated],
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the", "only words that say little (the): add one that says what you look for"),
        (
            '"peace is close"',
            "nothing holds these words as they stand: peace is close; try without quotation marks",
        ),
    ],
)
def test_why_nothing_is_found_is_said(hudhud: Hudhud, seed_index: Path, text: str, told: str) -> None:
    printed = hudhud("search", text, "--index", seed_index)
    assert (printed.exit_code, printed.stdout) == (0, f"0 hits for: {text}\n{told}\n\n")


def test_no_hit_is_said(hudhud: Hudhud, seed_index: Path) -> None:
    printed = hudhud("search", "war", "--index", seed_index, "--languages", "tr")
    assert (printed.exit_code, printed.stdout) == (0, "0 hits for: war\nNo article passes these filters.\n\n")


def test_info_says_what_is_live(hudhud: Hudhud, seed_index: Path) -> None:
    lines = dict(line.split(maxsplit=1) for line in hudhud("info", "--index", seed_index).stdout.splitlines())
    assert lines["Articles"] == "5 (3 fa, 1 ar, 1 prs)"
    assert lines["Dates"] == "2025-09-03 to 2025-12-06; 1 article without a date"
    assert lines["Generation"].startswith(Layout(seed_index).live().name)
    assert "384 dimensions" in lines["Model"]
    manifest = json.loads(hudhud("info", "--index", seed_index, "--json").stdout)
    assert (manifest["articles"], manifest["undated"], manifest["deleted"]) == (5, 1, [])
    assert (lines["Garbled"], manifest["garbled"]) == ("none", [])


def test_verify_tells_sound_from_damaged(hudhud: Hudhud, layout: Layout) -> None:
    hudhud("reindex", SEEDS, "--index", layout.folder)
    sound = hudhud("verify", "--index", layout.folder)
    assert (sound.exit_code, sound.stdout.split()[-2:]) == (0, ["is", "sound"])
    older = layout.live().name
    path = layout.live() / "passage-rows.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    damaged = hudhud("verify", "--index", layout.folder)
    assert damaged.exit_code == 1
    assert damaged.stdout.startswith("passage-rows.npy: SHA-256")
    assert damaged.stderr.endswith(" with `hudhud reindex PATH... --fresh`\n")
    told = json.loads(hudhud("verify", "--index", layout.folder, "--json").stdout)
    assert (told["generation"], told["sound"], len(told["faults"])) == (older, False, 1)
    assert hudhud("verify", "--index", layout.folder, "--generation", "1").exit_code == 1
    unknown = hudhud("verify", "--index", layout.folder, "--generation", "7")
    assert (unknown.exit_code, unknown.stderr) == (
        2,
        f"hudhud: {layout.folder} has no generation '7'; it has {older}\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["search", "?!"], 2, "hudhud: the query holds no letter and no digit"),
        (["search", "war", "--limit", "0"], 2, "hudhud: limit must be from 1 to 100, not 0"),
        (["search", "war", "--from", "soon"], 2, "hudhud: from must be a date as YYYY-MM-DD, not 'soon'"),
        (["search", "war"], 4, "hudhud: there is no index in"),
        (["serve"], 4, "hudhud: there is no index in"),
        (["info"], 4, "hudhud: there is no index in"),
        (["verify"], 4, "hudhud: there is no index in"),
        (["delete", "a"], 4, "hudhud: there is no index in"),
        (["delete", "a", "--purge"], 4, "hudhud: there is no index in"),
        (["undelete", "a"], 4, "hudhud: there is no index in"),
        (["prune"], 4, "hudhud: there is no index in"),
        (["export", "/no/such/folder/file"], 4, "hudhud: there is no index in"),
        (["rollback"], 2, "hudhud: "),
        (["rollback", "7"], 2, "hudhud: "),
        (["import", "/no/such/file"], 2, "hudhud: /no/such/file is not a file: give one that"),
        (["reindex", "/no/such/folder"], 2, "hudhud: "),
        (["reindex", "seeds", "--model", "./no-model"], 3, "hudhud: the model folder ./no-model"),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(
    hudhud: Hudhud, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    result = hudhud(*arguments, "--index", tmp_path / "none")
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "none").exists()


def test_an_empty_folder_is_named(hudhud: Hudhud, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = hudhud("reindex", tmp_path / "empty", "--index", tmp_path / "index", "--quiet")
    assert result.exit_code == 2
    assert result.stderr == f"hudhud: nothing to index in {tmp_path / 'empty'}: it holds no files\n"


def test_a_folder_that_cannot_be_listed_is_named(
    hudhud: Hudhud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Path.iterdir

    def refused(path: Path) -> Iterator[Path]:
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    (tmp_path / "closed").mkdir()
    monkeypatch.setattr(Path, "iterdir", refused)
    result = hudhud("reindex", tmp_path / "closed", "--index", tmp_path / "index", "--quiet")
    assert result.exit_code == 2
    assert result.stderr == (
        f"hudhud: nothing to index in {tmp_path / 'closed'}: every input was skipped (1 × unreadable), e.g."
        f" {tmp_path / 'closed'}: Permission denied\n"
    )


def test_a_typing_error_in_an_option_names_the_right_one(hudhud: Hudhud) -> None:
    result = hudhud("search", "war", "--limt", "3")
    assert result.exit_code == 2
    assert "--limit" in result.stderr
    result = hudhud("reindex", SEEDS, "--alow-removals")
    assert result.exit_code == 2
    assert "--allow-removals" in result.stderr


def test_an_unknown_setting_is_refused() -> None:
    result = in_a_process("info", HUDHUD_IDNEX="elsewhere")
    assert result.returncode == 2
    time, _, told = result.stderr.partition(" ")
    assert datetime.datetime.fromisoformat(time).tzinfo is not None
    assert told == "hudhud: HUDHUD_IDNEX is not a setting of Hudhud: did you mean HUDHUD_INDEX?\n"


def test_the_index_is_taken_from_the_environment(tmp_path: Path) -> None:
    result = in_a_process("info", HUDHUD_INDEX=str(tmp_path / "mine"))
    assert f"there is no index in {tmp_path / 'mine'}" in result.stderr


def test_help_comes_in_well_under_a_second() -> None:
    in_a_process("--help")
    started = time.process_time(), os.times().children_user + os.times().children_system
    assert in_a_process("--help").returncode == 0
    spent = os.times().children_user + os.times().children_system - started[1]
    assert spent < 0.8


def test_help_loads_nothing_heavy() -> None:
    heavy = {"torch", "faiss", "numpy", "hazm", "fastapi"}
    program = f"import sys, search_api.commands.cli; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_says_how_to_go_on_and_the_next_does(
    hudhud: Hudhud, layout: Layout, tmp_path: Path, number: signal.Signals
) -> None:
    hudhud("reindex", write(tmp_path / "old", {"old": TEXTS[1]}), "--index", layout.folder)
    before = layout.live().name
    archive = write(
        tmp_path / "in",
        {f"{n}": f"خبر شماره {n}: در شهر شماره {n * 7} باران بارید. " * 2 for n in range(1500)},
    )
    command = [sys.executable, "-m", "search_api", "reindex", str(archive), "--index", str(layout.folder)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    size, deadline = layout.cache_size(), time.monotonic() + 60
    while layout.cache_size() < size + 500_000 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    lines = [line.partition(" ") for line in err.splitlines()]
    assert all(datetime.datetime.fromisoformat(time).tzinfo for time, _, _ in lines)
    assert [told for _, _, told in lines[-2:]] == [
        "hudhud: stopped. The live index is unchanged; what was embedded is kept, so that the same",
        "command goes on where this one stopped.",
    ]
    assert "Traceback" not in err
    assert [path.name for path in layout.generations.iterdir()] == [before]
    assert layout.live().name == before
    for path in list(archive.iterdir())[200:]:
        path.unlink()
    result = hudhud("reindex", archive, "--index", layout.folder, "--json", "--quiet")
    summary = json.loads(result.stdout)
    assert (summary["new"], summary["articles"]) == (200, 201)
    assert summary["reused"] > 200


class TestUpkeep:
    @pytest.fixture
    def index(self, hudhud: Hudhud, layout: Layout, tmp_path: Path) -> Path:
        """An index with two generations, of two articles and of three."""
        archive = write(tmp_path / "in", {"a": TEXTS[1], "b": TEXTS[4]})
        hudhud("reindex", archive, "--index", layout.folder)
        hudhud("reindex", write(archive, {"c": TEXTS[7]}), "--index", layout.folder)
        return layout.folder

    def test_delete_and_undelete(self, hudhud: Hudhud, layout: Layout, index: Path, tmp_path: Path) -> None:
        deleted = hudhud("delete", "a", "--index", index)
        assert deleted.stdout == f"deleted 1 article; live: {layout.live().name}\n"
        assert rows(hudhud("info", "--index", index).stdout)["Deleted"] == "1 by hand"
        again = hudhud("delete", "a", "--index", index)
        assert (again.exit_code, again.stdout, again.stderr) == (
            2,
            "",
            "hudhud: no article has the id 'a' in this index: nothing was deleted\n",
        )
        left_out = hudhud("reindex", tmp_path / "in", "--index", index)
        assert rows(left_out.stdout)["Read"] == "3 = 0 new + 0 changed + 2 unchanged + 1 skipped"
        assert left_out.stderr.endswith("`hudhud undelete a` lets it be indexed again\n")
        undeleted = hudhud("undelete", "a", "--index", index)
        assert undeleted.stdout == "1 article may be indexed again\n"
        unknown = hudhud("undelete", "a", "--index", index)
        assert (unknown.exit_code, unknown.stderr) == (
            2,
            "hudhud: 'a' was not deleted from this index\n",
        )
        back = hudhud("reindex", tmp_path / "in", "--index", index)
        assert rows(back.stdout)["Read"] == "3 = 1 new + 0 changed + 2 unchanged + 0 skipped"

    def test_deleted_articles_stay_out_of_what_is_gone_back_to(
        self, hudhud: Hudhud, layout: Layout, index: Path
    ) -> None:
        newer = layout.live().name
        hudhud("delete", "a", "--index", index)
        back = hudhud("rollback", "--index", index)
        assert back.stdout == f"live: {layout.live().name}, {newer} without 1 deleted article\n"
        found = json.loads(hudhud("search", "fresh bread", "--json", "--index", index).stdout)["hits"]
        assert sorted(hit["article"]["id"] for hit in found) == ["b", "c"]
        assert rows(hudhud("info", "--index", index).stdout)["Deleted"] == "1 by hand"

    def test_purge(self, hudhud: Hudhud, layout: Layout, index: Path) -> None:
        purged = hudhud("delete", "a", "b", "--purge", "--index", index)
        words = len(TEXTS[1].rstrip(".").split()) + len(TEXTS[4].rstrip(".").split())
        assert purged.stdout.startswith("erased 2 articles from 2 generations, and ")
        assert purged.stdout.endswith(f" texts from the cache; live: {layout.live().name}\n")
        assert int(purged.stdout.split()[7].replace(",", "")) >= 2 + words
        assert [folder.name for folder in layout.published()] == [layout.live().name]

    def test_a_purge_that_a_server_holds_up_exits_1(
        self, hudhud: Hudhud, layout: Layout, index: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        purge = indexer.upkeep.maintenance.purge
        monkeypatch.setattr(indexer.upkeep.maintenance, "purge", partial(purge, patience=0.0))
        older = layout.published()[0]
        lock = GenerationLock.shared(older)
        purged = hudhud("delete", "a", "--purge", "--index", index)
        lock.release()
        assert (purged.exit_code, purged.stdout.split(",")[0]) == (1, "erased 1 article from 1 generation")
        assert purged.stderr.splitlines()[-1] == (
            f"hudhud: not erased from {older.name}, which a server still reads: stop it, or let it change"
            " over, and say the same again"
        )

    def test_rollback_and_prune(self, hudhud: Hudhud, layout: Layout, index: Path) -> None:
        older, newer = (folder.name for folder in layout.published())
        listed = rows(hudhud("info", "--index", index).stdout)["Generations"]
        assert listed == f"{older}, {newer}"
        assert hudhud("rollback", "--index", index).stdout == f"live: {older}\n"
        nothing = hudhud("rollback", "--index", index)
        assert (nothing.exit_code, nothing.stderr) == (
            2,
            f"hudhud: {index} has no generation to go back to\n",
        )
        assert hudhud("rollback", "2", "--index", index).stdout == f"live: {newer}\n"
        assert hudhud("prune", "--index", index).stdout == "removed: none\n"
        lock = GenerationLock.shared(layout.published()[0])
        held = hudhud("prune", "--keep", 1, "--index", index)
        lock.release()
        assert held.stdout == f"removed: none\nstill read: {older}\n"
        assert hudhud("prune", "--keep", 1, "--index", index).stdout == f"removed: {older}\n"
        assert hudhud("prune", "--keep", 0, "--index", index).exit_code == 2

    def test_export_and_import(self, hudhud: Hudhud, layout: Layout, index: Path, tmp_path: Path) -> None:
        file = tmp_path / "backup.tar"
        exported = hudhud("export", file, "--index", index)
        assert exported.stdout.startswith(f"{layout.live().name}, 3 articles, ")
        assert exported.stdout.endswith(f" MB, is in {file}\n")
        other = Layout(tmp_path / "other")
        imported = hudhud("import", file, "--index", other.folder)
        assert imported.stdout == f"live: {other.live().name}, 3 articles\n"
        found = [
            json.loads(hudhud("search", "fresh bread", "--json", "--index", folder).stdout)["hits"]
            for folder in (index, other.folder)
        ]
        assert found[0] == found[1]
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        damaged = hudhud("import", file, "--index", other.folder)
        assert (damaged.exit_code, damaged.stdout, damaged.stderr.count("\n")) == (2, "", 1)

    def test_another_model_is_refused(self, hudhud: Hudhud, index: Path, layout: Layout) -> None:
        path = layout.live() / "manifest.json"
        replace(Manifest.read(path), fingerprint="0" * 64).write(path)
        refused = hudhud("delete", "a", "--index", index)
        assert (refused.exit_code, refused.stdout) == (4, "")
        assert refused.stderr.startswith(f"hudhud: the index in {index} was made with ")
        unchecked = hudhud("verify", "--index", index)
        assert (unchecked.exit_code, unchecked.stdout) == (0, f"{layout.live().name} in {index} is sound\n")
        assert "did not make this index: no vector is compared with its text" in unchecked.stderr
