"""The command line as scripts use it: formats, exit codes, sentences."""

import csv
import io
import json
import socket
from pathlib import Path

import pytest

from tests.support.command import vsexplorer
from tests.support.proxy import CuttingProxy
from tests.support.servers import RedisServer, fill, free_port

PEOPLE = [
    ("Curie", (1.0, 0.0), '{"born": 1867, "fields": ["physics", "chemistry"]}'),
    ("Erdős", (0.8, 0.2), '{"born": 1913, "fields": ["mathematics"]}'),
    ("evil \x1b]52;c;aGk=\x07 [red]", (0.5, 0.5), '{"note": "a\\u009b2J\\nb"}'),
]


@pytest.fixture
def filled(newest: RedisServer) -> RedisServer:
    fill(newest.client(), "people", PEOPLE)
    newest.client().execute_command("VADD", "people", "VALUES", 2, 0, 1, b"\xff\x00", "SETATTR", "not json")
    return newest


def like(server: RedisServer, *arguments: str) -> str:
    done = vsexplorer("query", "people", "--like", "Curie", *arguments, *server.options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_json_is_one_object_and_hides_nothing(filled: RedisServer) -> None:
    answer = json.loads(like(filled, "--json"))
    assert (answer["query"], answer["like"], answer["filter"]) == (None, "Curie", None)
    odd = answer["results"][-1]
    assert (odd["element"], odd["element_base64"]) == ("\\xff\x00", "/wA=")
    assert (odd["attributes"], odd["attributes_raw"]) == (None, "not json")


def test_json_lines_and_csv_read_back(filled: RedisServer) -> None:
    lines = [json.loads(line) for line in like(filled, "--format", "jsonl").splitlines()]
    assert [line["rank"] for line in lines] == [1, 2, 3, 4]
    rows = list(csv.DictReader(io.StringIO(like(filled, "--format", "csv"))))
    assert rows[0]["fields"] == '["physics", "chemistry"]'
    assert [row["born"] for row in rows] == ["1867", "1913", "", ""]


def test_plain_is_one_line_each_with_the_same_columns_whatever_the_data(filled: RedisServer) -> None:
    lines = [line.split("\t") for line in like(filled).splitlines()]
    assert [len(line) for line in lines] == [4, 4, 4, 4]
    assert lines[1] == ["2", "0.9851", "Erdős", '{"born": 1913, "fields": ["mathematics"]}']


@pytest.mark.parametrize("chosen", ["table", "json", "jsonl", "plain"])
def test_no_format_lets_data_drive_a_terminal(filled: RedisServer, chosen: str) -> None:
    shown = like(filled, "--format", chosen)
    assert not [character for character in shown if ord(character) < 32 and character not in "\n\t"]
    assert not [character for character in shown if 0x7F <= ord(character) < 0xA0]


def test_listing_without_a_text_and_with_a_filter(filled: RedisServer) -> None:
    done = vsexplorer("query", "people", "--filter", ".born > 1900", "--json", *filled.options)
    assert [(result["element"], result["score"]) for result in json.loads(done.stdout)["results"]] == [
        ("Erdős", None)
    ]


def test_options_reach_the_server(filled: RedisServer) -> None:
    arguments = ["--ef", "50", "--filter", ".born > 0", "--filter-ef", "77", "--epsilon", "0.5", "--exact"]
    command = json.loads(like(filled, "--json", "--count", "3", *arguments))["command"]
    options = "COUNT 3 EF 50 FILTER '.born > 0' FILTER-EF 77 EPSILON 0.5 TRUTH WITHSCORES WITHATTRIBS"
    assert command == f"VSIM people ELE Curie {options}"


def test_options_may_stand_before_or_after_the_command(filled: RedisServer) -> None:
    assert vsexplorer(*filled.options, "sets").stdout.startswith("people\t4\t2\t2\tint8\t\t")
    done = vsexplorer("-p", "1", "sets", "--json", *filled.options)
    assert json.loads(done.stdout)[0]["elements"] == 4


def test_showing_an_element(filled: RedisServer) -> None:
    record = json.loads(vsexplorer("show", "people", "Curie", "--json", *filled.options).stdout)
    assert record["attributes"] == {"born": 1867, "fields": ["physics", "chemistry"]}
    assert (record["dimension"], record["quantization"], record["norm"]) == (2, "int8", 1.0)
    assert (record["smallest"], record["largest"]) == (0.0, 1.0)
    assert "vector" not in record
    whole = json.loads(vsexplorer("show", "people", "Curie", "--vector", "--json", *filled.options).stdout)
    assert whole["vector"] == [1.0, 0.0]
    table = vsexplorer("show", "people", "Curie", "--vector", "--format", "table", *filled.options)
    assert table.stdout.endswith("[1, 0]\n")
    assert "numbers from 0 to 1" in table.stderr
    evil = vsexplorer("show", "people", PEOPLE[2][0], "--format", "table", *filled.options)
    assert "\x9b" not in evil.stdout + evil.stderr
    assert "\x1b" not in evil.stdout + evil.stderr


def test_showing_a_set(filled: RedisServer) -> None:
    record = json.loads(vsexplorer("show", "people", "--json", *filled.options).stdout)
    assert (record["key"], record["elements"], record["newest_node"]) == ("people", 4, 4)
    said = vsexplorer("show", "people", "--format", "table", *filled.options).stdout
    assert "quant-type" in said
    assert vsexplorer("show", "nobody", *filled.options).returncode == 1
    assert vsexplorer("show", "people", "--vector", *filled.options).returncode == 2


def test_info_tells_server_model_and_paths_but_no_password(filled: RedisServer) -> None:
    filled.client().execute_command("ACL", "SETUSER", "u", "on", ">s3cret", "~*", "+@all")
    done = vsexplorer("info", "--json", *filled.options, "--user", "u", "--pass", "s3cret")
    record = json.loads(done.stdout)
    assert record["server"]["product"] == "Redis"
    assert record["model"]["name"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert set(record["paths"]) == {"config", "data", "cache", "runtime", "log"}
    assert "s3cret" not in done.stdout + done.stderr
    unreachable = vsexplorer("info", "--json", "-p", str(free_port()))
    assert unreachable.returncode == 3
    assert "refused" in json.loads(unreachable.stdout)["server"]["problem"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["query", "people", "--like", "Curie", "--filter", ".born > 3000"], 1, "Nothing found"),
        (["query", "people", "--like", "Curie", "--filter", ".born = 1"], 1, "= is not an operator"),
        (["query", "people", "--like", "nobody"], 1, "people has no element 'nobody'"),
        (["nosuch", "foo"], 2, "There is no command 'nosuch'"),
        (["sets", "--private"], 2, "cannot be combined"),
        (["query", "nothing", "--like", "x"], 1, "no vector set 'nothing'"),
        (["query", "people", "some text"], 1, "has vectors of 2 dimensions"),
        (["query", "people", "some text"], 1, "Models of 2 dimensions: none"),
        (["query", "text", "--like", "x"], 1, "other than a vector set"),
        (["show", "people", "nobody"], 1, "has no element 'nobody'"),
        (["query", "people", "x", "--like", "y"], 2, "not several of them"),
        (["query", "people", "--count", "0"], 2, "--count"),
        (["query", "people", "--json", "--format", "csv"], 2, "cannot be combined"),
        (["qurey", "people", "x"], 2, "Did you mean 'query'?"),
        (["people"], 2, "needs a terminal"),
        (["sets", "--askpass"], 2, "needs a terminal"),
        (["query", "people", "x", "--model", "nonsense"], 2, "knows no model"),
        (["load", "people", "nothing.csv", "--id", "a", "--text", "b"], 2, "no file"),
        (["--profile", "none", "sets"], 2, "no profile 'none'"),
    ],
)
def test_what_goes_wrong_is_said_with_an_exit_code_per_kind(
    filled: RedisServer, arguments: list[str], code: int, words: str
) -> None:
    filled.client().set("text", "x")
    where = [] if arguments[0] == "--profile" else filled.options
    done = vsexplorer(*arguments, *where)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_server_that_cannot_be_reached_and_one_that_is_silent() -> None:
    refused = vsexplorer("sets", "-p", str(free_port()))
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "the connection was refused" in refused.stderr
    assert "-h HOST -p PORT" in refused.stderr
    with socket.create_server(("127.0.0.1", 0)) as silent:
        late = vsexplorer("sets", "-p", str(silent.getsockname()[1]), "--timeout", "0.2")
    assert late.returncode == 4
    assert "did not answer in time" in late.stderr


def test_an_empty_database_is_said(newest: RedisServer) -> None:
    done = vsexplorer("sets", "--json", *newest.options)
    assert (done.returncode, json.loads(done.stdout)) == (1, [])
    assert "no vector set" in done.stderr


def test_environment_and_configuration_name_the_server(
    filled: RedisServer, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"unix://{filled.socket}"
    assert vsexplorer("sets", REDIS_URL=url).returncode == 0
    path = own_folders / "c" / "vsexplorer" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f'[profiles.here]\nurl = "{url}"\n')
    assert vsexplorer("sets", "--profile", "here").stdout.startswith("people")
    path.write_text("colour = 'red'\n")
    broken = vsexplorer("sets")
    assert broken.returncode == 2
    assert str(path) in broken.stderr


def test_key_names_are_completed(filled: RedisServer) -> None:
    fill(filled.client(), "places", PEOPLE[:1])
    words = f"vsexplorer -s {filled.socket} query p"
    done = vsexplorer(COMP_WORDS=words, COMP_CWORD="4", _VSEXPLORER_COMPLETE="bash_complete")
    assert done.stdout.splitlines() == ["plain,people", "plain,places"]
    words = f"vsexplorer -p {free_port()} query p"
    silent = vsexplorer(COMP_WORDS=words, COMP_CWORD="4", _VSEXPLORER_COMPLETE="bash_complete")
    assert (silent.stdout.strip(), silent.stderr) == ("", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    assert "_VSEXPLORER_COMPLETE" in vsexplorer("completion", shell).stdout


def test_a_reader_that_has_enough_is_no_failure(filled: RedisServer) -> None:
    import subprocess

    from tests.support.command import PROGRAM

    command = f"{PROGRAM} query people --like Curie {' '.join(filled.options)} | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""


def test_the_tour_without_a_terminal() -> None:
    done = vsexplorer("demo")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("vsexplorer query people ") == 5
    assert "people in the vector set people" in done.stdout
    assert "Chaim Topol" in done.stdout
    assert "vsexplorer query people science --filter '.died < 2000' --count 8" in done.stdout


def test_judging_filters_without_a_server() -> None:
    wrong = vsexplorer("filter", "check", ".year = 1950")
    assert wrong.returncode == 1
    assert wrong.stdout.splitlines() == [
        "error: = is not an operator; use == for equality",
        ".year = 1950",
        "      ^",
        "suggestion: .year == 1950",
    ]
    assert vsexplorer("filter", "check", ".year == 1950").stdout == "no problems found\n"
    answer = json.loads(vsexplorer("filter", "check", ".x == null", "--server-version", "8.0", "--json").stdout)
    assert answer["ok"] is False
    lines = vsexplorer("filter", "check", "-", stdin=".a > 1\n.a >\n").stdout.splitlines()
    assert [json.loads(line)["ok"] for line in lines] == [True, False]
    assert vsexplorer("filter", "check", ".a", "--server-version", "new").returncode == 2


def test_judging_filters_by_what_a_set_holds(server: RedisServer) -> None:
    fill(server.client(), "people", PEOPLE)
    done = vsexplorer("filter", "check", ".bron > 1900", "--key", "people", *server.options)
    assert done.returncode == 0, "the server accepts it"
    assert done.stdout.splitlines() == [
        "warning: no element has this field; did you mean .born?",
        ".bron > 1900",
        "^^^^^",
        "suggestion: .born > 1900",
    ]
    lines = '.born > 2000\n.fields == "physics" or .born > 1900\n.born == null\n'
    done = vsexplorer("filter", "check", "-", "--key", "people", *server.options, stdin=lines)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert "lies between 1867 and 1913" in json.dumps(answers[0])
    assert {finding["severity"] for finding in answers[0]["findings"]} == {"warning", "note"}
    assert answers[1]["findings"][1]["correction"] == '"physics" in .fields or .born > 1900'
    redis_8_0 = server.client().execute_command("INFO", "server")["redis_version"].startswith("8.0.")
    assert answers[2]["ok"] is not redis_8_0, "judged as the server at hand would"
    done = vsexplorer("filter", "check", ".a", "--key", "nope", *server.options)
    assert done.returncode == 1
    assert "There is no vector set 'nope'" in done.stderr


def test_explaining_a_verdict(filled: RedisServer) -> None:
    done = vsexplorer("filter", "explain", ".born > 1900", "people", "Curie", *filled.options)
    assert (done.returncode, done.stdout) == (1, "no: .born > 1900 is false, born is 1867\n")
    done = vsexplorer("filter", "explain", ".a", "--attributes", '{"a": 1}', "--json")
    assert json.loads(done.stdout) == {"match": True, "because": ".a is true, a is 1"}
    asked = [{"filter": ".a > 1", "attributes": {"a": 2}}, {"filter": ".a >", "attributes": "{}"}]
    done = vsexplorer("filter", "explain", "-", stdin="".join(json.dumps(one) + "\n" for one in asked))
    assert [json.loads(line)["match"] for line in done.stdout.splitlines()] == [True, False]
    for wrong in ("[]", "1", '{"filter": 1, "attributes": {}}', '{"filter": ".a"}'):
        done = vsexplorer("filter", "explain", "-", stdin=f"{wrong}\n")
        assert done.returncode == 2
        assert "Line 1 is not a JSON object" in done.stderr
    assert vsexplorer("filter", "explain", " ", "--attributes", "{}").returncode == 2


def test_what_the_attributes_hold(filled: RedisServer) -> None:
    done = vsexplorer("fields", "people", "--json", *filled.options)
    facts = json.loads(done.stdout)
    assert (facts["sampled"], facts["with_attributes"]) == (4, 4)
    born = next(field for field in facts["fields"] if field["field"] == "born")
    assert (born["present"], born["types"], born["smallest"], born["largest"]) == (2, {"number": 2}, 1867, 1913)
    assert "from all 4 elements" in done.stderr


def test_browsing_in_the_order_of_names(newest: RedisServer) -> None:
    names = ["", "a", "ab", "abc", "b", "zé", "ÿ"]
    fill(
        newest.client(), "k", [(name, (1.0, float(place)), f'{{"n": {place}}}') for place, name in enumerate(names)]
    )
    newest.client().execute_command("VADD", "k", "VALUES", 2, 1, 1, b"\xff\xff")
    newest.client().execute_command("VADD", "k", "VALUES", 2, 1, 1, b"\xff")

    def browse(*arguments: str) -> list[str]:
        done = vsexplorer("browse", "k", "--format", "jsonl", *arguments, *newest.options)
        assert done.returncode in (0, 1), done.stderr
        return [json.loads(line)["element"] for line in done.stdout.splitlines()]

    assert browse() == [*names, "\\xff", "\\xff\\xff"]
    assert browse("--prefix", "a") == ["a", "ab", "abc"]
    assert browse("--prefix", "a", "--count", "2") == ["a", "ab"]
    assert browse("--prefix", "a", "--after", "ab") == ["abc"]
    assert browse("--after", "", "--count", "1") == ["a"]
    assert browse("--prefix", "q") == []
    assert json.loads(vsexplorer("browse", "k", "--json", *newest.options).stdout)["results"][1]["attributes"] == {
        "n": 1
    }


def test_browsing_where_the_server_has_no_order(server: RedisServer) -> None:
    fill(server.client(), "k", [(f"e{place}", (1.0, float(place)), None) for place in range(5)])
    done = vsexplorer("browse", "k", *server.options)
    assert len(done.stdout.splitlines()) == 5
    if "random sample" in done.stderr:
        part = vsexplorer("browse", "k", "--prefix", "e", *server.options)
        assert part.returncode == 1
        assert "cannot list elements in order" in part.stderr


def test_neighbours_in_the_graph(server: RedisServer) -> None:
    fill(server.client(), "k", [(f"e{place}", (1.0, place / 50), None) for place in range(300)])
    done = vsexplorer("neighbours", "k", "e7", "--json", *server.options)
    found = json.loads(done.stdout)["neighbours"]
    reply = server.client().execute_command("VLINKS", "k", "e7")
    assert {(one["level"], one["element"]) for one in found} == {
        (len(reply) - 1 - place, name.decode()) for place, names in enumerate(reply) for name in names
    }
    scores = [one["score"] for one in found if one["level"] == 0]
    assert scores == sorted(scores, reverse=True)
    lowest = vsexplorer("neighbours", "k", "e7", "--level", "0", *server.options).stdout.splitlines()
    assert len(lowest) == len(scores)
    missing = vsexplorer("neighbours", "k", "nobody", *server.options)
    assert missing.returncode == 1
    assert "has no element" in missing.stderr


def test_nothing_found_says_what_is_odd_about_the_filter(filled: RedisServer) -> None:
    done = vsexplorer("query", "people", "--filter", ".bron > 1900", *filled.options)
    assert done.returncode == 1
    assert "Nothing found." in done.stderr
    assert ".bron" in done.stderr.split("Nothing found.")[1]


def test_a_prefix_that_no_name_has_is_said(filled: RedisServer) -> None:
    done = vsexplorer("browse", "people", "--prefix", "nobody", *filled.options)
    assert (done.returncode, done.stderr) == (1, "Nothing found: there is no name with the prefix nobody.\n")


def test_an_answer_takes_four_round_trips(newest: RedisServer, own_folders: Path) -> None:
    fill(newest.client(), "people", [(name, [number] * 384, None) for number, name in enumerate("abc", 1)])
    # Commands that are sent at once may arrive in pieces, but all before an answer that is held back.
    with CuttingProxy(own_folders / "proxy", newest.socket, delay=0.1) as proxy:
        done = vsexplorer("query", "people", "a thought", "-s", str(proxy.socket))
        assert done.returncode == 0, done.stderr
        # The handshakes of both connections, at the same time; the server's abilities; the set with its model; the
        # search with its probe.
        assert proxy.turns == 5
