"""What would run a stranger's bytes, or unpack them where they please, is called nowhere in what is shipped (S3, S16, S18)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "assay"
TESTING = SOURCE / "testing"  # helpers of tests: they unpickle what they wrote themselves
MODULES = frozenset(
    ["pickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "jinja2", "mako", "xml", "tarfile", "pty"]
)
NAMES = frozenset({"eval", "exec", "compile", "__import__"})
METHODS = frozenset({"extractall", "unpack_archive", "read_pickle", "popen"})
SAFE_YAML = frozenset({"safe_load", "safe_dump", "YAMLError"})
SAFE_TORCH_LOAD = "weights_only"


def unsafe(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, what) of everything in a module that has no place in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from ((node.lineno, f"import of {name}") for name in names if _is_banned_module(name))
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, what) for what in _of_call(node))
        elif isinstance(node, ast.Attribute) and _dotted(node).startswith("yaml.") and node.attr not in SAFE_YAML:
            yield node.lineno, _dotted(node)


def _is_banned_module(name: str) -> bool:
    return any(name == banned or name.startswith(f"{banned}.") for banned in MODULES)


def _of_call(call: ast.Call) -> Iterator[str]:
    keywords = {word.arg: word.value for word in call.keywords if word.arg}
    name = _dotted(call.func)
    is_of_our_own = call.args and isinstance(call.args[0], ast.Constant)  # nobody sent what the source says
    if isinstance(call.func, ast.Name) and name in NAMES and not is_of_our_own:
        yield name
    if isinstance(call.func, ast.Attribute) and call.func.attr in METHODS:
        yield name
    if name in {"os.system", "os.popen", "pydoc.locate"}:
        yield name
    for word, harmless in (("shell", False), ("allow_pickle", False), ("trust_remote_code", False)):
        value = keywords.get(word)
        if value is not None and not (isinstance(value, ast.Constant) and value.value is harmless):
            yield f"{name}({word}=…)"
    if name in {"torch.load", "numpy.load", "np.load"} and not {"allow_pickle", SAFE_TORCH_LOAD} & keywords.keys():
        yield name


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_nothing_that_is_shipped_runs_or_unpacks_what_it_was_sent() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{line}: {what}"
        for path in sorted(SOURCE.rglob("*.py"))
        if not path.is_relative_to(TESTING)
        for line, what in unsafe(ast.parse(path.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    ["import pickle", "from pickle import loads", "import xml.etree.ElementTree as e", "eval(x)", "exec(x)", "exec(f'{x}')",
     "__import__(x)", "compile(x, 'y', 'exec')", "os.system(x)",
     "yaml.load(x)", "yaml.unsafe_load(x)", "subprocess.run(x, shell=True)", "subprocess.run(x, shell=y)", "archive.extractall()",
     "np.load(x)", "np.load(x, allow_pickle=True)", "torch.load(x)", "pd.read_pickle(x)", "shutil.unpack_archive(x)",
     "import jinja2", "import tarfile"],
)  # fmt: skip
def test_each_of_them_would_be_seen(text: str) -> None:
    assert list(unsafe(ast.parse(text)))


@pytest.mark.parametrize(
    "text", ["re.compile(x)", "yaml.safe_load(x)", "np.load(x, allow_pickle=False)", "model.eval()", "json.loads(x)"]
)
def test_what_only_looks_alike_is_left_alone(text: str) -> None:
    assert not list(unsafe(ast.parse(text)))


def test_a_text_of_the_source_itself_is_let_through() -> None:
    assert not list(unsafe(ast.parse("exec('raise KeyboardInterrupt', {})")))
