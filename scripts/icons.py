"""Draws the application's icons from `kapok.svg` with the browser at hand: `python scripts/icons.py`.

Two with a margin round the flower, one whose paper fills the whole square (a phone may cut it to a
circle, so the flower stays inside the inner four fifths).
"""

import os
from pathlib import Path

from playwright.sync_api import sync_playwright

UI = Path(__file__).parents[1] / "src/lingnan/web/static/ui"
PAPER = "#fbfaf7"
# name, size, how much of the square the flower takes, how round the corners are
ICONS = (
    ("icon-192", 192, 0.72, 0.2),
    ("icon-512", 512, 0.72, 0.2),
    ("icon-full-512", 512, 0.56, 0),
)


def drawing(size: int, share: float, roundness: float) -> str:
    flower = (UI / "kapok.svg").read_text(encoding="utf-8")
    side, edge = size * share, size * (1 - share) / 2
    inner = flower.replace(
        "<svg ", f'<svg x="{edge}" y="{edge}" width="{side}" height="{side}" ', 1
    )
    corner = size * roundness
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}">'
        f'<rect width="{size}" height="{size}" rx="{corner}" fill="{PAPER}"/>{inner}</svg>'
    )


def main() -> None:
    with sync_playwright() as play:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, size, share, roundness in ICONS:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body{{margin:0}}</style>{drawing(size, share, roundness)}")
            page.screenshot(path=UI / f"{name}.png", omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
