from vsexplorer.insight.fields import summarise

SAMPLE = [
    b'{"year": 1984, "tags": ["a", "b"], "name": "x"}',
    b'{"year": 1950, "tags": ["a"], "deep": {"a": 1}}',
    b'{"year": "unknown", "flag": true, "note": null}',
    b"not json",
    None,
]


def test_a_sample_is_summed_up() -> None:
    facts = summarise(SAMPLE)
    assert (facts.sampled, facts.with_attributes) == (5, 4)
    assert [(field.name, field.present) for field in facts.fields] == [
        ("year", 3),
        ("tags", 2),
        ("name", 1),
        ("deep", 1),
        ("flag", 1),
        ("note", 1),
    ]
    year, tags = facts.fields[:2]
    assert year.types == (("number", 2), ("text", 1))
    assert (year.smallest, year.largest) == (1950, 1984)
    assert tags.types == (("array", 2),)
    assert tags.top == (("a", 2), ("b", 1))
    assert facts.names == {"year", "tags", "name", "deep", "flag", "note"}


def test_values_too_long_to_choose_and_endless_numbers_are_left_out() -> None:
    facts = summarise([b'{"text": "%s", "big": %s}' % (b"x" * 100, b"9" * 400)])
    assert facts.fields[0].top == ()
    assert facts.fields[1].smallest is None


def test_nothing_to_sum_up() -> None:
    assert summarise([]).fields == ()
