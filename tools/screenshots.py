"""Make the README's pictures from the real thing: the demo's server and training, a real browser.

`python tools/screenshots.py` in the environment that `make test` sets up. Writes docs/images/workspace-{light,dark}.png."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import demo

OUT = demo.ROOT / "docs" / "images"
SIZE = {"width": 1440, "height": 860}
SETTLE_MS = 1_000  # fonts, and transitions
# Every chart in sight shows more than the empty range.
DRAWN = """() => {
  const charts = [...document.querySelectorAll('.line-panel .chart')]
  return charts.length > 3 && charts.every(chart => (chart.dataset.x ?? '0 1') !== '0 1')
}"""


def main() -> None:
    chromium = os.environ.get("ASSAY_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        raise SystemExit("No Chromium found. Install it: apt-get install chromium")
    OUT.mkdir(exist_ok=True)
    os.environ["LOGNAME"] = "ada"  # whose projects they are: not the name of who made the picture
    with tempfile.TemporaryDirectory() as folder:
        demo.FOLDER = Path(folder)
        server = demo.start_server()
        try:
            note = demo.wait_until_ready(server)
            training, _ = demo.train(note)
            demo.wait_for_the_project(note, training)
            training.wait()
            picture(chromium)
        finally:
            demo.end(server)


def picture(chromium: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport=SIZE, color_scheme=scheme, device_scale_factor=1.5)
            page.goto(demo.sign_in_link())
            page.wait_for_function(DRAWN)
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=OUT / f"workspace-{scheme}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
