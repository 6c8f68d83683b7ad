import pytest
from redis import exceptions

from vsexplorer.core import errors
from vsexplorer.server.failures import refusal, translate
from vsexplorer.server.target import Target

TARGET = Target("db", 7000, password="s3cret")


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("ERR syntax error in FILTER expression near: == 1", errors.FilterRefused),
        ("ERR Vector dimension mismatch - got 2 but set has 3", errors.DimensionMismatch),
        (
            "ERR Input dimension mismatch for projection - got 3 but projection expects 8",
            errors.DimensionMismatch,
        ),
        ("ERR invalid vector specification", errors.CommandRefused),
        ("ERR asked quantization mismatch with existing vector set", errors.CommandRefused),
        ("ERR asked M value mismatch with existing vector set", errors.CommandRefused),
        ("ERR invalid option after element", errors.CommandRefused),
        ("ERR invalid FILTER-EF", errors.CommandRefused),
        ("ERR element not found in set", errors.NotFound),
        ("ERR key does not exist", errors.NotFound),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", errors.WrongType),
        ("NOPERM User x has no permissions to run the 'vsim' command", errors.PermissionDenied),
        ("NOAUTH Authentication required.", errors.PermissionDenied),
        ("ERR unknown command 'VSIM', with args beginning with: ", errors.NoVectorSets),
        ("OOM command not allowed when used memory > 'maxmemory'.", errors.CommandRefused),
    ],
)
def test_every_answer_of_the_server_has_its_error(reply: str, kind: type[errors.VsexplorerError]) -> None:
    assert type(refusal(reply, TARGET)) is kind


def test_a_refused_filter_says_where() -> None:
    error = refusal("ERR syntax error in FILTER expression near: = 1 and \x1b[2J", TARGET)
    assert isinstance(error, errors.FilterRefused)
    assert error.near == "= 1 and ␛[2J"


def test_mismatched_dimensions_are_both_named() -> None:
    assert (
        "2 dimensions, the vector set 3"
        in refusal("ERR Vector dimension mismatch - got 2 but set has 3", TARGET).message
    )


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (exceptions.TimeoutError("Timeout reading"), errors.TimedOut, "did not answer in time"),
        (
            exceptions.ConnectionError("Error 111 connecting. Connection refused."),
            errors.ConnectionFailed,
            "refused",
        ),
        (exceptions.ConnectionError("Name or service not known"), errors.ConnectionFailed, "unknown"),
        (FileNotFoundError(2, "No such file"), errors.ConnectionFailed, "no such socket"),
        (exceptions.BusyLoadingError("loading"), errors.ServerNotReady, "loading"),
        (exceptions.ReadOnlyError("You can't write"), errors.CommandRefused, "replica"),
        (exceptions.MasterDownError("Link is down"), errors.ServerNotReady, "MASTERDOWN"),
        (exceptions.ResponseError("BUSY Redis is busy"), errors.ServerNotReady, "BUSY"),
        (
            exceptions.AuthenticationError("WRONGPASS invalid username-password pair"),
            errors.PermissionDenied,
            "refuses",
        ),
        (exceptions.NoPermissionError("User has no permissions"), errors.PermissionDenied, "permit"),
    ],
)
def test_what_redis_py_raises(raised: Exception, kind: type[errors.VsexplorerError], words: str) -> None:
    found = translate(raised, TARGET)
    assert type(found) is kind
    assert words in found.message
    assert "db:7000" in found.message
    assert "s3cret" not in str(found)


def test_exit_codes_by_kind() -> None:
    codes: dict[type[errors.VsexplorerError], int] = {
        errors.FilterRefused: 1,
        errors.NotFound: 1,
        errors.UsageError: 2,
        errors.ModelUnavailable: 2,
        errors.ConnectionFailed: 3,
        errors.PermissionDenied: 3,
        errors.NoVectorSets: 3,
        errors.NoServer: 3,
        errors.TimedOut: 4,
    }
    assert {kind: kind.exit_code.value for kind in codes} == codes
