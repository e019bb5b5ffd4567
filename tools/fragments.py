"""Check `changes/`: every fragment has a name that towncrier reads, one of its types, and a sentence in it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"^(\d+|\+[a-z0-9-]+)\.([a-z]+)(\.\d+)?\.md$")


def faults(root: Path) -> list[str]:
    """A sentence per fragment that would be lost or say nothing in the changelog."""
    settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["towncrier"]
    types = {kind["directory"] for kind in settings["type"]}
    found = []
    for path in sorted((root / settings["directory"]).iterdir()):
        if path.name in {"README.md", ".gitkeep"}:
            continue
        match = NAME.match(path.name)
        if not match or match[2] not in types:
            example = f"412.feature.md or +live-charts.{sorted(types)[0]}.md"
            found.append(
                f"changes/{path.name}: towncrier would not read it. Names look like {example} (types: {', '.join(sorted(types))})"
            )
        elif not path.read_text().strip().endswith((".", ")", "`")):
            found.append(f"changes/{path.name}: write at least one whole sentence for the user")
    return found


def main() -> None:
    if found := faults(ROOT):
        raise SystemExit("\n".join(found))


if __name__ == "__main__":
    main()
