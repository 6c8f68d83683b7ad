from itertools import islice

from vsexplorer.transfer.characters import Characters


def test_every_character_with_a_name_of_its_own() -> None:
    rows = {row.values["character"]: row.values for row in Characters()}
    assert 30_000 < len(rows) < 36_000
    assert rows["😢"] == {
        "name": "CRYING FACE",
        "text": "crying face",
        "character": "😢",
        "code": 0x1F622,
        "category": "other symbol",
        "block": "Emoticons",
    }
    assert rows["½"]["numeric"] == 0.5
    assert rows["Ⅿ"]["numeric"] == 1000
    assert "中" not in rows, "ideographs are named by their code point alone"
    assert "한" not in rows


def test_how_far_one_has_come_is_known() -> None:
    characters = Characters()
    for _ in islice(characters, 100):
        pass
    assert 0 < characters.done <= 100 < characters.size
