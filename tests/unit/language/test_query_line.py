"""What stands in the query line, understood as it was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsexplorer.language.check import Severity
from vsexplorer.language.query_line import Kind, read, reweight, written


def parts(line: str) -> list[tuple[float, str, object]]:
    reading = read(line)
    assert reading.finding is None, reading.finding
    return [(term.weight, term.kind.value, term.text or term.element or term.numbers) for term in reading.terms]


@pytest.mark.parametrize(
    "text",
    [
        "science",
        "C++ - the language",
        "state-of-the-art",
        "a + b",
        "2*3",
        "me@home",
        "x = y",
        '"quoted"',
        "-1",
        "a]",
    ],
)
def test_what_begins_otherwise_is_a_text_whatever_it_holds(text: str) -> None:
    assert parts(text) == [(1.0, "text", text)]


def test_elements_vectors_and_files() -> None:
    assert parts("@Marie Curie ") == [(1.0, "element", b"Marie Curie")]
    assert parts('@"a \\"b\\" \\\\ \\xff"') == [(1.0, "element", b'a "b" \\ \xff')]
    assert parts("[0.1, -2e-1 .5,]") == [(1.0, "vector", (0.1, -0.2, 0.5))]
    assert parts("[~/query.npy]") == [(1.0, "file", "~/query.npy")]


def test_a_sum_goes_toward_some_and_away_from_others() -> None:
    assert parts("= science - 0.5*chemistry + 2*@Marie Curie") == [
        (1.0, "text", "science"),
        (-0.5, "text", "chemistry"),
        (2.0, "element", b"Marie Curie"),
    ]
    assert parts('=state-of-the-art −2×[1 2]+@"x + y" - covid -19') == [
        (1.0, "text", "state-of-the-art"),
        (-2.0, "vector", (1.0, 2.0)),
        (1.0, "element", b"x + y"),
        (-1.0, "text", "covid -19"),
    ]
    assert parts('= "@home"') == [(1.0, "text", "@home")]
    assert read("= a").summed, "a sum of one is a sum"


@pytest.mark.parametrize("line", ["@", "[", "[1, 2", "=", "= a -", "= a + ", '@"x', '= "x', "= 2*", "= @"])
def test_what_is_half_typed_is_unfinished_and_not_wrong(line: str) -> None:
    finding = read(line).finding
    assert finding is not None
    assert finding.severity is Severity.UNFINISHED
    assert 0 <= finding.start < finding.end


@pytest.mark.parametrize("line", ["[]", "[draft] notes", "= [1] x", '= "a" b', "= 0*a", "[1e999]"])
def test_what_cannot_be_meant_is_wrong(line: str) -> None:
    finding = read(line).finding
    assert finding is not None
    assert finding.severity is Severity.ERROR
    assert 0 <= finding.start < finding.end <= len(line)


def test_a_text_that_looks_like_a_vector_is_quoted_by_one_key() -> None:
    finding = read("[draft] notes").finding
    assert finding is not None
    assert finding.correction is not None
    assert parts(finding.correction.apply("[draft] notes")) == [(1.0, "text", "[draft] notes")]


@given(st.binary(min_size=1), st.booleans())
def test_every_name_can_be_written_and_is_read_back(name: bytes, in_sum: bool) -> None:
    line = written(name, in_sum)
    assert line.isprintable()
    reading = read(f"= x + {line} - y" if in_sum else line)
    assert reading.terms[1 if in_sum else 0].element == name
    assert len(reading.terms) == (3 if in_sum else 1)


@given(st.text(alphabet=' +-−@[]="\\.*×0129abé,x\n'))
def test_no_line_breaks_the_reading(line: str) -> None:
    reading = read(line)
    assert bool(reading.terms) or reading.finding is not None or not line.strip()
    for term in reading.terms:
        assert 0 <= term.start <= term.body < term.end <= len(line)


def test_weights_change_by_a_key_and_leave_the_rest_alone() -> None:
    line = "= science - 0.5*chemistry + 2*@Marie Curie"
    assert reweight(line, 4, -0.5) == ("= 0.5*science - 0.5*chemistry + 2*@Marie Curie", 8)
    assert reweight(line, 18, 0.5) == ("= science + 0.5*chemistry + 2*@Marie Curie", 18), "never zero"
    assert reweight(line, 41, -1) == ("= science - 0.5*chemistry + @Marie Curie", 39)
    assert reweight("science", 3, 0.25) is None
    assert [term.kind for term in read("= -a").terms] == [Kind.TEXT]


def test_a_weight_may_have_an_exponent() -> None:
    terms = read("= 1e-3*compiler + 2.5E1*PDF").terms
    assert [(term.weight, term.text) for term in terms] == [(0.001, "compiler"), (25.0, "PDF")]


@pytest.mark.parametrize("line", ["= 2*(robots + love)", "= robots - 0.5*(love)"])
def test_parentheses_are_not_taken_for_a_text(line: str) -> None:
    finding = read(line).finding
    assert finding is not None
    assert "parentheses are not allowed" in finding.sentence
    assert line[finding.start] == "("


def test_a_vector_of_zeros_has_no_direction() -> None:
    finding = read("[0, 0.0, -0]").finding
    assert finding is not None
    assert "no direction" in finding.sentence
