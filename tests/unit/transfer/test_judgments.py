"""Queries, judgments and runs in the formats of others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vsexplorer.core.errors import UsageError
from vsexplorer.transfer.judgments import JudgedQuery, read_judgments, read_queries, read_run, write_run
from vsexplorer.transfer.snapshot import read_snapshot, write_snapshot


def test_trec_judgments_and_tabbed_queries(tmp_path: Path) -> None:
    (tmp_path / "qrels").write_text("q1 0 a 2\nq1 0 b 0\n\nq2 0 c 1\n")
    (tmp_path / "queries.tsv").write_text("q1\tfirst text\nq2\tsecond\n")
    found = read_queries(tmp_path / "queries.tsv", tmp_path / "qrels")
    assert found == [JudgedQuery("q1", "first text", {"a": 2, "b": 0}), JudgedQuery("q2", "second", {"c": 1})]


def test_names_with_spaces_are_separated_by_tabs(tmp_path: Path) -> None:
    (tmp_path / "qrels.tsv").write_text("q1\tMarie Curie\t2\nq1\t0\tLinus Pauling\t1\n")
    assert read_judgments(tmp_path / "qrels.tsv") == {"q1": {"Marie Curie": 2, "Linus Pauling": 1}}


def test_a_beir_folder(tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "1", "text": "who"}) + "\n")
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\n1\tdev\t1\n")
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n1\td7\t1\n")
    assert read_queries(tmp_path) == [JudgedQuery("1", "who", {"d7": 1})]
    other = read_queries(tmp_path, tmp_path / "qrels" / "dev.tsv")
    assert other[0].grades == {"dev": 1}


def test_cases_in_toml_and_json(tmp_path: Path) -> None:
    (tmp_path / "cases.toml").write_text(
        '[[case]]\nquery = "science"\nfilter = ".born > 1800"\nrelevant = ["Marie Curie"]\n'
        '[[case]]\nid = "music"\nquery = "a singer"\n[case.relevant]\n"Freddie Mercury" = 2\n'
    )
    expected = [
        JudgedQuery("science .born > 1800", "science", {"Marie Curie": 1}, ".born > 1800"),
        JudgedQuery("music", "a singer", {"Freddie Mercury": 2}),
    ]
    assert read_queries(tmp_path / "cases.toml") == expected
    cases = [
        {"query": "science", "filter": ".born > 1800", "relevant": ["Marie Curie"]},
        {"id": "music", "query": "a singer", "relevant": {"Freddie Mercury": 2}},
    ]
    (tmp_path / "cases.json").write_text(json.dumps({"cases": cases}))
    assert read_queries(tmp_path / "cases.json") == expected


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tsv", "no tab\n", "line 1: not a query"),
        ("a.jsonl", '{"_id": "1"}\n', "line 1: not a JSON object"),
        ("a.toml", "x = 1\n", "has no cases"),
        ("a.toml", "[[case]]\nquery = 'x'\n", "case 1 is not valid"),
        ("a.toml", "[[case]]\nquery = 'x'\nrelevant = 3\n", "case 1 is not valid"),
        ("a.json", "{", "Cannot read"),
        ("a.tsv", None, "Cannot read"),
        ("a.tsv", "q\tone\nq\ttwo\n", "two queries with the id 'q'"),
        ("a.toml", "[[case]]\nrelevant = []\n", "it has no 'query'"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(
    tmp_path: Path, name: str, content: str | None, message: str
) -> None:
    (tmp_path / "qrels").write_text("q 0 a 1\n")
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=message):
        read_queries(tmp_path / name, None if name.endswith((".toml", ".json")) else tmp_path / "qrels")


@pytest.mark.parametrize("line", ["q 0 a", "q 0 a b c 1", "q 0 a x", "alone"])
def test_wrong_judgments_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "qrels").write_text(f"q 0 a 1\n{line}\n")
    with pytest.raises(UsageError, match="line 2: not a judgment"):
        read_judgments(tmp_path / "qrels")


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = {"q 1": [("Marie Curie", 0.75), ("b", 0.5)], "q2": []}
    write_run(tmp_path / "run", run, "people")
    assert read_run(tmp_path / "run") == {"q 1": run["q 1"]}
    assert (tmp_path / "run").read_text().splitlines()[0] == "q 1\tQ0\tMarie Curie\t1\t0.7500000\tpeople"
    (tmp_path / "trec").write_text("q1 Q0 d5 1 2.5 tag\n")
    assert read_run(tmp_path / "trec") == {"q1": [("d5", 2.5)]}
    (tmp_path / "trec").write_text("q1 Q0 d5\n")
    with pytest.raises(UsageError, match="line 1: not a line of a TREC run"):
        read_run(tmp_path / "trec")


def test_a_snapshot_is_read_as_it_was_written(tmp_path: Path) -> None:
    rankings = {"mine": [("é", 0.5), ("b", 0.25)], "none": []}
    write_snapshot(tmp_path / "s.json", "k", rankings)
    assert read_snapshot(tmp_path / "s.json") == rankings
    assert [file.name for file in tmp_path.iterdir()] == ["s.json"]
    for content in ("{}", "[]", "x", '{"format": "vsexplorer snapshot 1", "searches": []}'):
        (tmp_path / "s.json").write_text(content)
        with pytest.raises(UsageError, match="is no snapshot"):
            read_snapshot(tmp_path / "s.json")
    with pytest.raises(UsageError, match="There is no snapshot"):
        read_snapshot(tmp_path / "missing")


def test_a_name_that_would_break_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has a tab or a line end"):
        write_run(tmp_path / "run", {"q": [("one\ttwo", 0.5)]}, "tag")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("content", ["[]", "{", '{"searches": 3}', "null"])
def test_a_file_that_is_no_snapshot_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / "snapshot.json").write_text(content)
    with pytest.raises(UsageError, match="is no snapshot of vsexplorer"):
        read_snapshot(tmp_path / "snapshot.json")


def test_a_snapshot_of_a_file_name_that_cannot_be_is_said() -> None:
    with pytest.raises(UsageError, match="write"):
        write_snapshot(Path("/"), "k", {"q": [("one", 0.5)]})
