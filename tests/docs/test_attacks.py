"""The table of attacks names tests and modules that are there, one line for each class."""

from __future__ import annotations

import ast
import re
from pathlib import Path

PAGE = "docs/operate/attacks.md"
_TEST = re.compile(r"`([a-z_/]+\.py)(?:::(\w+))?`")


def _rows(repository: Path) -> dict[str, list[str]]:
    """The cells of each line by its class."""
    lines = (repository / PAGE).read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| S\d+ ", line)]
    return {cells[0]: cells for cells in rows}


def test_every_class_has_a_line(repository: Path) -> None:
    assert list(_rows(repository)) == [f"S{number}" for number in range(1, 30)]


def test_every_test_that_is_named_exists(repository: Path) -> None:
    for row, cells in _rows(repository).items():
        named = _TEST.findall(cells[3])
        assert named or "does not exist yet" in cells[2], f"{row} names no test"
        for file, name in named:
            path = repository / "tests" / file
            assert path.is_file(), f"{row}: {file}"
            defined = {getattr(node, "name", "") for node in ast.walk(ast.parse(path.read_text()))}
            defined |= {target.id for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign)
                        for target in node.targets if isinstance(target, ast.Name)}  # fmt: skip
            assert not name or name in defined, f"{row}: {file} has no {name}"


def test_every_module_that_is_named_exists(repository: Path) -> None:
    for row, cells in _rows(repository).items():
        for module in re.findall(r"`([a-z_/]+/[a-z_]+\.py)`", cells[2]):
            assert (repository / "src/assay" / module).is_file(), f"{row}: {module}"


def test_every_module_of_attacks_is_named(repository: Path) -> None:
    page = (repository / PAGE).read_text()
    for path in (repository / "tests/attacks").glob("test_*.py"):
        assert f"attacks/{path.name}" in page, path.name
