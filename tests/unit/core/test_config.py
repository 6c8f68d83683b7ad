from pathlib import Path

import pytest

from vsexplorer.core.config import Config, load
from vsexplorer.core.errors import UsageError


def read(folder: Path, text: str) -> Config:
    path = folder / "config.toml"
    path.write_text(text)
    return load(path)


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == Config()


def test_everything_can_be_set(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        model = "BAAI/bge-small-en"
        theme = "textual-light"
        count = 20
        profile = "prod"
        [profiles.prod]
        url = "rediss://db.example.org:6380/2"
        password_env = "PROD_PASSWORD"
        insecure = true
        [keys]
        sets = "ctrl+o"
        """,
    )
    assert config.count == 20
    assert config.profiles["prod"].password_env == "PROD_PASSWORD"
    assert config.keys == {"sets": "ctrl+o"}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("modle = 'x'", "unknown key modle", "Did you mean model?"),
        ("[profiles.a]\nadress = 'x'", "unknown key profiles.a.adress", ""),
        ("count = 'ten'", "count must be of type int, not str", ""),
        ("count = true", "count must be of type int, not bool", ""),
        ("count = 0", "count must be at least 1", ""),
        ("profiles = 3", "profiles must be a table", ""),
        ("[keys]\nsets = 3", "keys.sets must be a string", ""),
        ("count = ", "not valid TOML", ""),
    ],
)
def test_mistakes_are_named_with_file_and_key(tmp_path: Path, text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert message in caught.value.message
    assert str(tmp_path) in caught.value.message
    assert hint in caught.value.hint


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="Cannot read"):
        load(tmp_path / "config.toml")
