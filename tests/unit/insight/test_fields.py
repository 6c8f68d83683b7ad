from vsexplorer.insight.fields import summarise
from vsexplorer.language.known import FieldFacts

SAMPLE = [
    b'{"year": 1984, "tags": ["a", "b"], "name": "x"}',
    b'{"year": 1950, "tags": ["a"], "deep": {"a": 1}}',
    b'{"year": "unknown", "flag": true, "note": null}',
    b"not json",
    None,
]


def values(field: FieldFacts) -> list[tuple[object, int, str | None]]:
    return [(known.value, known.count, known.literal) for known in field.values]


def test_a_sample_is_summed_up() -> None:
    facts = summarise(SAMPLE)
    assert (facts.sampled, facts.with_attributes) == (5, 4)
    assert [(field.name, field.present) for field in facts.fields] == [
        ("year", 3),
        ("tags", 2),
        ("flag", 1),
        ("deep", 1),
        ("name", 1),
        ("note", 1),
    ]
    year, tags = facts.fields[:2]
    assert year.types == (("number", 2), ("text", 1))
    assert (year.smallest, year.largest) == (1950, 1984)
    assert tags.types == (("array", 2),)
    assert values(tags) == [("a", 2, '"a"'), ("b", 1, '"b"')]
    assert tags.complete
    assert facts.names == {"year", "tags", "name", "deep", "flag", "note"}


def test_values_too_long_to_choose_and_endless_numbers_are_left_out() -> None:
    facts = summarise([b'{"text": "%s", "big": %s}' % (b"x" * 100, b"9" * 400)])
    text, big = facts.fields
    assert (text.values, text.complete) == ((), False)
    assert big.smallest is None
    assert big.values[0].literal is None


def test_true_and_one_are_two_values() -> None:
    facts = summarise([b'{"a": true}', b'{"a": 1}', b'{"a": 1.0}', b'{"a": true}', b'{"a": false}'])
    assert [(repr(value), count, text) for value, count, text in values(facts.fields[0])] == [
        ("True", 2, "1"),
        ("1", 2, "1"),
        ("False", 1, "0"),
    ]


def test_escaped_texts_are_written_as_the_server_reads_them() -> None:
    facts = summarise([b'{"city": "K\\u00f6ln", "tags": ["\\u00e9", "e"]}', '{"city": "Zürich"}'.encode()])
    assert facts.escaped == 1
    city, tags = facts.fields
    assert values(city) == [("Köln", 1, '"Ku00f6ln"'), ("Zürich", 1, '"Zürich"')]
    assert values(tags) == [("e", 1, '"e"'), ("é", 1, '"u00e9"')]


def test_nothing_to_sum_up() -> None:
    assert summarise([]).fields == ()


def test_numbers_that_hardly_repeat_have_a_histogram() -> None:
    rows = [f'{{"n": {n}, "few": {n % 3}}}'.encode() for n in range(120)] + [b'{"n": 0}'] * 24
    facts = summarise(rows)
    numbers, few = facts.field("n"), facts.field("few")
    assert numbers is not None
    assert few is not None
    assert sum(numbers.histogram) == 144
    assert numbers.histogram[0] == 34
    assert few.histogram == (), "a few values are listed one by one"
