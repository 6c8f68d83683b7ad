"""What each package may load, and how deep classes are; ``make check`` holds the layers."""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

import vsexplorer

PACKAGE = Path(__file__).parents[2] / "vsexplorer"
HEAVY = ("textual", "redis", "fastembed", "onnxruntime", "onnx", "numpy", "rich.console", "huggingface_hub")


def loaded_by(code: str, names: Iterable[str] = HEAVY) -> set[str]:
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name for name in names if name in done.stdout.split()}


@pytest.mark.parametrize("option", ["--help", "--version", "query --help", "completion bash"])
def test_a_quick_answer_loads_nothing_heavy(option: str) -> None:
    code = f"from vsexplorer.cli.main import run\nassert run({option.split()!r}) == 0"
    assert loaded_by(code) == set()


def test_the_first_picture_waits_for_neither_redis_nor_the_model() -> None:
    code = "import vsexplorer.cli.main, vsexplorer.tui.app"
    assert loaded_by(code) <= {"textual", "rich.console"}
    assert not loaded_by(code, ("vsexplorer.language.check", "vsexplorer.services.explorer"))


def test_connecting_does_not_load_the_model() -> None:
    assert loaded_by("import vsexplorer.services.explorer, vsexplorer.services.demo") <= {"redis", "rich.console"}


def test_the_keeper_needs_the_standard_library_only() -> None:
    assert loaded_by("import vsexplorer.server.keeper") == set()


def test_the_table_of_commands_names_tests_that_exist() -> None:
    table = (PACKAGE.parent / "docs" / "commands.md").read_text()
    named = set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", table))
    assert len(named) > 15
    for file, test in named:
        assert f"def {test}(" in (PACKAGE.parent / file).read_text() if test else (PACKAGE.parent / file).exists()


def test_no_class_has_more_than_two_base_classes_of_ours() -> None:
    names = [module.name for module in pkgutil.walk_packages(vsexplorer.__path__, "vsexplorer.")]
    modules = [importlib.import_module(name) for name in names if not name.endswith("__main__")]
    classes = {one for module in modules for _, one in inspect.getmembers(module, inspect.isclass)}
    ours = [one for one in classes if one.__module__.startswith("vsexplorer.") and not issubclass(one, Exception)]
    deep = {
        one.__qualname__: [
            base.__qualname__ for base in one.__mro__[1:] if base.__module__.startswith("vsexplorer.")
        ]
        for one in ours
    }
    assert {name: bases for name, bases in deep.items() if len(bases) > 2} == {}
