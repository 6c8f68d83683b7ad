"""Expressions and attributes of every kind, for comparing our filter language with the server's."""

from __future__ import annotations

from hypothesis import strategies as st

FIELDS = ("a", "b", "name", "year", "tags", "x-y", "n_1", "7", "nope", "obj", "esc")
_STRINGS = st.sampled_from(
    [
        "",
        "a",
        "abc",
        "b",
        "10",
        "-3.5",
        " 7",
        "0x10",
        "inf",
        "nan",
        "1e3",
        "é",
        "caf\u00e9",
        "u00e9",
        "x" * 300,
        "it\\'s",
        "\\n",
        "tab\\t",
    ]
)
_NUMBERS = st.one_of(
    st.integers(-20, 20).map(str),
    st.sampled_from(
        ["0", "1.5", "5.", "1e2", "2E1", "00", "1e400", "9007199254740993", "0.1", "1" * 254, "1" * 255]
    ),
)
_ODD_NUMBERS = st.sampled_from(["1.5E+2", "1_0", "0x10", "+5", "-.5", "1..2", "1e", "--3", "- 3", ".5", "1.2.3"])
_WORDS = st.sampled_from(
    [
        "and",
        "or",
        "not",
        "in",
        "null",
        "true",
        "false",
        "AND",
        "like",
        "nullx",
        "andor",
        "notin",
        "=",
        "===",
        "<>",
        "&",
        "|",
        "=~",
        "!!",
        ";",
        "#",
        "@",
        ".",
        "..",
        ",",
        "(",
        ")",
        "[",
        "]",
        "null)",
        "é",
    ]
)
_BINARY = st.sampled_from(
    ["==", "!=", ">", ">=", "<", "<=", "in", "and", "or", "&&", "||", "+", "-", "*", "/", "%", "**", "not in"]
)


def _quoted(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from(['"', "'"]).map(lambda quote: f"{quote}{text}{quote}")


_string = _STRINGS.flatmap(_quoted)
_selector = st.sampled_from(FIELDS).map(lambda name: f".{name}")
_array = st.lists(st.one_of(_NUMBERS, _string), max_size=4).flatmap(
    lambda items: st.sampled_from(
        ["[" + ", ".join(items) + "]", "[" + ",".join(items) + ", ]", "[ " + " , ".join(items) + " ]"]
    )
)
_value = st.one_of(_selector, _selector, _NUMBERS, _string, _array, st.just("null"))
_space = st.sampled_from(["", " ", "  ", "\t", "\n"])


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, _space, _BINARY, _space, inner).map("".join),
        st.tuples(inner, st.just(" "), _BINARY, st.just(" "), inner).map("".join),
        st.tuples(st.sampled_from(["not ", "!", "not", "! "]), inner).map("".join),
        st.tuples(st.just("("), _space, inner, _space, st.just(")")).map("".join),
    )


grammatical = st.recursive(_value, _compound, max_leaves=6)
"""Expressions as one would write them, for the most part accepted."""

_piece = st.one_of(_value, _BINARY, _WORDS, _ODD_NUMBERS, _space)
_soup = st.lists(_piece, min_size=1, max_size=8).flatmap(
    lambda pieces: st.sampled_from([" ".join(pieces), "".join(pieces)])
)


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    text = draw(grammatical)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(text)))
        kind = draw(st.sampled_from(["delete", "insert", "double"]))
        if kind == "delete":
            text = text[:place] + text[place + 1 :]
        elif kind == "insert":
            text = text[:place] + draw(_piece) + text[place:]
        else:
            text = text[:place] + text[place : place + 3] + text[place:]
    return text


expressions = st.one_of(grammatical, grammatical, _mutated(), _soup).filter(lambda text: "\0" not in text)
"""Any expression, about half of them accepted."""

_json_string = st.sampled_from(
    [
        '""',
        '"a"',
        '"abc"',
        '"b"',
        '"10"',
        '"-3.5"',
        '" 7"',
        '"0x10"',
        '"inf"',
        '"nan"',
        '"1e3"',
        '"é"',
        '"caf\\u00e9"',
        '"it\'s"',
        '"\\n"',
        '"tab\\t"',
        '"a\\/b\\b\\f"',
        '"\\\\\\""',
        '"u00e9"',
        '"' + "x" * 300 + '"',
        '"un',
    ]
)
_json_number = st.one_of(
    st.integers(-20, 20).map(str),
    st.sampled_from(
        [
            "1.5",
            "5.",
            "1e2",
            "1e400",
            "-0",
            "+5",
            "1e",
            "--1",
            "9007199254740993",
            ".5",
            "1" * 254,
            "1" * 256,
            "01",
            "NaN",
            "0x10",
        ]
    ),
)
_json_literal = st.sampled_from(["true", "false", "null", "nul", "trueish", "True"])
_json_value = st.recursive(
    st.one_of(_json_string, _json_number, _json_literal),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(inner, max_size=2).map(lambda items: "[" + ",".join(items) + ",]"),
        inner.map(lambda item: '{"a": ' + item + "}"),
    ),
    max_leaves=4,
)
_key = st.sampled_from([*FIELDS, "other", 'q\\"k', "\\u0061"])
_member = st.tuples(_key, _space, _json_value).map(lambda parts: f'"{parts[0]}"{parts[1]}:{parts[1]}{parts[2]}')
_object = st.lists(_member, max_size=6).map(lambda members: "{" + ", ".join(members) + "}")


@st.composite
def _broken(draw: st.DrawFn) -> str:
    text = draw(_object)
    place = draw(st.integers(0, len(text)))
    return draw(st.sampled_from([text[:place], text[place:], text + " x", " " + text, text.replace(":", "", 1)]))


attributes = st.one_of(_object, _object, _object, _broken(), _json_value, st.just("not json")).map(
    lambda text: text.encode("utf-8", "surrogateescape")
)
"""Attributes of an element: mostly objects, some broken, some no JSON at all. Never empty where it matters."""
