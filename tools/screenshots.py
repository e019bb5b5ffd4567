"""Make the README's pictures from the real thing: the demo's data, the real server, a real browser.

`python tools/screenshots.py`, after `make demo` has trained its runs once. Writes docs/images/workspace-{light,dark}.png."""

from __future__ import annotations

import shutil

from playwright.sync_api import sync_playwright

import demo

OUT = demo.ROOT / "docs" / "images"
SIZE = {"width": 1440, "height": 860}


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        raise SystemExit("No Chromium found. Install it: apt-get install chromium")
    server = demo.start_server()
    try:
        demo.wait_until_ready(server)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport=SIZE, color_scheme=scheme)
                page.goto(demo.sign_in_link())
                page.locator("canvas.chart-lines").first.wait_for()
                page.wait_for_load_state("networkidle") if False else page.wait_for_timeout(2_000)
                page.screenshot(path=OUT / f"workspace-{scheme}.png")
                page.close()
            browser.close()
    finally:
        demo.end(server)


if __name__ == "__main__":
    main()
