"""Writes the last result into the pages of promises, from what `make faults` found: `python tools/promises.py`.

A page names its rows of the table of faults in its command, `make faults ARGS="C2 V2"`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "promises"
ROWS = re.compile(r"^make faults ARGS=\"?([A-Z0-9 ]+)\"?$", re.MULTILINE)
SECTION = re.compile(r"(?<=^## Last result\n\n).*?(?=\n\n## |\Z)", re.MULTILINE | re.DOTALL)


def result(names: list[str], found: dict[str, Any]) -> str:
    """What was injected, how often, what was acknowledged and what of it was lost, a line for each storm."""
    about, rows = found["about"], {row["row"]: row for row in found["rows"]}
    lines = []
    for name in names:
        row = rows[name]
        told = [
            f"{storm['times']} × {storm['injected']}, {storm['acked']:,} acknowledged, {storm['lost']} lost"
            for storm in row["storms"]
            if "injected" in storm
        ]
        lines.append(f"- {name}, {row['fault'][0].lower()}{row['fault'][1:]}: {'; '.join([row['result'], *told])}.")
    share = {"full": "a whole storm", "": "the sample of `make test`"}.get(about["share"], f"{about['share']} of a storm")
    return f"{about['date']}, {share} on {about['system']}:\n\n" + "\n".join(lines)


def main() -> None:
    found = json.loads((ROOT / "faults.json").read_text())
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text()
        if named := ROWS.search(text):
            lines = result(named[1].split(), found)
            page.write_text(SECTION.sub(lambda _, lines=lines: lines, text))
            print(f"Wrote {page.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
