"""The reference is complete and says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import reference


@pytest.mark.parametrize("name", reference.PAGES)
def test_the_page_is_what_the_code_says(name: str) -> None:
    assert (reference.FOLDER / f"{name}.md").read_text() == reference.render(name), "Write it again: python tools/reference.py"


def test_every_limit_is_on_its_page(repository: Path) -> None:
    names = re.findall(r"^([A-Z_]+) = ", (repository / "src/assay/wire/limits.py").read_text(), re.M)
    page = reference.render("limits")
    assert [name for name in names if f"`{name}`" not in page] == ["KIB", "MIB"]


def test_every_error_class_of_the_source_is_on_its_page(repository: Path) -> None:
    page = reference.render("errors")
    codes = {
        code
        for path in (repository / "src/assay").rglob("*.py")
        if "testing" not in path.parts
        for code in re.findall(r'^    code = "(\w+)"', path.read_text(), re.M)
    }
    assert len(codes) > 15
    assert {code for code in codes if f"`{code}`" not in page} == set()


def test_a_limit_without_a_reason_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "src/assay/wire").mkdir(parents=True)
    (tmp_path / "src/assay/wire/limits.py").write_text("RUN_ID_CHARS = 128\n")
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    with pytest.raises(reference.Undescribed, match="RUN_ID_CHARS"):
        reference.limits()
