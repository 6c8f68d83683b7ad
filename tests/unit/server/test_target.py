from pathlib import Path

import pytest

from vsexplorer.core.config import Config, Profile
from vsexplorer.core.errors import UsageError
from vsexplorer.server.target import Target, TargetOptions, Tls, default_target, parse_url, resolve

NOTHING = TargetOptions()


def test_nothing_named_is_no_target() -> None:
    assert resolve(NOTHING, {}, Config()) is None
    assert resolve(TargetOptions(db=2), {}, Config()) is None
    assert default_target(TargetOptions(db=2), {"REDISCLI_AUTH": "x"}) == Target(db=2, password="x")


def test_an_address_typed_wins_over_profile_environment_and_configuration() -> None:
    config = Config(
        profile="home", profiles={"home": Profile(url="redis://home"), "work": Profile(url="redis://work")}
    )
    environment = {"VSEXPLORER_URL": "redis://first", "REDIS_URL": "redis://second"}

    def host(options: TargetOptions, environment: dict[str, str]) -> str:
        found = resolve(options, environment, config)
        assert found is not None
        return found.host

    assert host(TargetOptions(host="typed", profile="work"), environment) == "typed"
    assert host(TargetOptions(profile="work"), environment) == "work"
    assert host(NOTHING, environment) == "first"
    assert host(NOTHING, {"REDIS_URL": "redis://second"}) == "second"
    assert host(NOTHING, {}) == "home"


def test_options_apply_to_whichever_address_it_is() -> None:
    options = TargetOptions(db=3, username="me", password="typed")
    found = resolve(options, {"REDIS_URL": "rediss://you:old@db:7000/1", "REDISCLI_AUTH": "env"}, Config())
    assert found == Target("db", 7000, db=3, username="me", password="typed", tls=Tls())


def test_the_environment_gives_a_password_only_where_none_is_known() -> None:
    auth = {"REDISCLI_AUTH": "env"}
    assert resolve(TargetOptions(host="h"), auth, Config()) == Target("h", password="env")
    assert resolve(TargetOptions(url="redis://:url@h"), auth, Config()) == Target("h", password="url")


def test_a_profile_takes_its_password_from_the_environment(tmp_path: Path) -> None:
    certificate = tmp_path / "ca.pem"
    certificate.touch()
    profile = Profile(url="rediss://db", password_env="SECRET", cacert=str(certificate), sni="name")
    config = Config(profiles={"prod": profile})
    options = TargetOptions(profile="prod")
    assert resolve(options, {"SECRET": "s3"}, config) == Target(
        "db", password="s3", tls=Tls(cacert=str(certificate), sni="name")
    )
    with pytest.raises(UsageError, match="SECRET"):
        resolve(options, {}, config)
    with pytest.raises(UsageError, match="no profile 'test'"):
        resolve(TargetOptions(profile="test"), {}, config)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("redis://", Target()),
        ("redis://db.example.org", Target("db.example.org")),
        ("redis://u:p%40ss@h:1234/5", Target("h", 1234, db=5, username="u", password="p@ss")),
        ("redis://[::1]:7000", Target("::1", 7000)),
        ("rediss://h?db=2", Target("h", db=2, tls=Tls())),
        ("unix:///run/redis.sock?db=1", Target(socket="/run/redis.sock", db=1)),
        ("unix://u:p@/run/redis.sock", Target(socket="/run/redis.sock", username="u", password="p")),
    ],
)
def test_urls(url: str, target: Target) -> None:
    assert parse_url(url, "-u") == target


@pytest.mark.parametrize(
    "url",
    [
        "http://h",
        "localhost:6379",
        "redis://h:port",
        "redis://h/x",
        "redis://h?timeout=3",
        "unix://",
        "redis://h:99999",
    ],
)
def test_bad_urls_are_refused_with_their_origin(url: str) -> None:
    with pytest.raises(UsageError, match="REDIS_URL"):
        parse_url(url, "REDIS_URL")


@pytest.mark.parametrize("url", ["redis://:s3cret@h:port", "http://:s3cret@h", "redis://:s3cret@h/x"])
def test_a_password_is_never_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_url(url, "-u")
    assert "s3cret" not in str(caught.value)


def test_a_target_shows_everything_but_its_password() -> None:
    target = parse_url("rediss://me:s3cret@h:7000/2", "-u")
    assert "s3cret" not in repr(target)
    assert target.label == "rediss://me@h:7000/2"
    assert parse_url("redis://[::1]:7000", "-u").label == "redis://[::1]:7000/0"
    assert Target(socket="/s").label == "unix:///s?db=0"


def test_tls_options_must_make_sense(tmp_path: Path) -> None:
    certificate = tmp_path / "c.pem"
    certificate.touch()
    with pytest.raises(UsageError, match="no file"):
        resolve(TargetOptions(cacert="/nowhere.pem"), {}, Config())
    with pytest.raises(UsageError, match="must be used together"):
        resolve(TargetOptions(cert=str(certificate)), {}, Config())
    with pytest.raises(UsageError, match="unix socket"):
        resolve(TargetOptions(socket="/s", tls=True), {}, Config())
    assert resolve(TargetOptions(insecure=True), {}, Config()) == Target(tls=Tls(insecure=True))


@pytest.mark.parametrize(
    "url",
    [
        "redis://me:se/cret@host:6379/0",
        "redis://me:se?cret@host:6379/0",
        "redis://me:se#cret@host:6379/0",
        "redis://:12#cret@host",
        "redis://me:cret@ho:st:6379",
        "rediss//me:cret@host",
        "unix://me:se/cret@/run/s?db=x@",
    ],
)
def test_a_password_with_a_mistake_in_it_is_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_url(url, "-u")
    assert "cret" not in str(caught.value)
    assert "12" not in str(caught.value)


def test_a_server_is_named_within_a_sentence() -> None:
    assert Target(socket="/tmp/x/s", name="private server").place == "the private server"
    assert Target(host="db.example", port=6380).place == "db.example:6380"
