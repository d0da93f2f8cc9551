"""A visitor with a real browser (the system's Chromium), who notices what a page does wrong."""

import gettext
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from tests.needs import chromium

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "artifacts" / "browser"
PHONE, DESKTOP = 390, 1280
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_LOCALES = {"fr": "fr-FR", "en": "en-GB"}

# A finger's width, and what may be smaller: links in running text, boxes whose label is the target, shapes in a photo.
_TAP_PIXELS = 40
_SMALL_TARGETS = """(least) => [...document.querySelectorAll("a, button, summary, input, select, label.btn")]
  .filter((target) => target.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((target) => !target.closest("svg, p, .visually-hidden, .skip-link"))
  .filter((target) => !["checkbox", "radio", "hidden", "file"].includes(target.type))
  .filter((target) => target.getBoundingClientRect().height < least)
  .map((target) => `${target.outerHTML.slice(0, 90)} is ${target.getBoundingClientRect().height} px high`)"""
_UNNAMED = """() => [...document.querySelectorAll("img:not([alt]), input:not([type=hidden]), select, button, a")]
  .filter((one) => one.checkVisibility())
  .filter((one) => !(one.labels?.length || one.textContent.trim() || one.ariaLabel || one.alt))
  .filter((one) => !(one.type === "submit" && one.value) && !one.querySelector("img[alt]:not([alt=''])"))
  .map((one) => one.outerHTML.slice(0, 90))"""
_HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4")]
  .filter((one) => one.checkVisibility()).map((one) => Number(one.tagName[1]))"""


@dataclass
class Visit:
    """One browser tab: what it shows, in which language and width, and what went wrong so far."""

    page: Page
    url: str
    language: str
    width: int
    scripts: bool
    problems: list[str] = field(default_factory=list)

    @property
    def words(self) -> Callable[[str], str]:
        """Translate a source string into the visit's language."""
        return gettext.translation("messages", ROOT / "translations", [self.language], fallback=True).gettext

    def go(self, path: str) -> None:
        """Open a page of the shop."""
        self.page.goto(self.url + path)

    def look(self, name: str) -> None:
        """Check what every page owes its visitor, and take a picture of it."""
        self.page.wait_for_load_state("networkidle")
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        scripts = "" if self.scripts else "-no-script"
        self.page.screenshot(path=SCREENSHOTS / f"{name}-{self.language}-{self.width}{scripts}.png", full_page=True)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, f"{name} scrolls sideways"
        unnamed = self.page.evaluate(_UNNAMED)
        assert unnamed == [], f"{name} has controls or pictures without a name: {unnamed}"
        headings = self.page.evaluate(_HEADINGS)
        assert headings.count(1) == 1, f"{name} has headings {headings}"
        steps = pairwise(headings)
        assert all(deeper - level <= 1 for level, deeper in steps), f"{name} skips a heading level: {headings}"
        if self.width == PHONE:
            small = self.page.evaluate(_SMALL_TARGETS, _TAP_PIXELS)
            assert small == [], f"{name} has targets too small for a finger: {small}"


@contextmanager
def visit(url: str, *, language: str = "fr", width: int = DESKTOP, scripts: bool = True) -> Iterator[Visit]:
    """Yield a visit; at its end the browser must have complained of nothing (console, policy, broken script)."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width == PHONE else 900},
            has_touch=width == PHONE,
            is_mobile=width == PHONE,
            locale=_LOCALES[language],
            java_script_enabled=scripts,
        )
        visiting = Visit(context.new_page(), url, language, width, scripts)
        visiting.page.on("console", lambda message: _note(visiting, message))
        visiting.page.on("pageerror", lambda error: visiting.problems.append(str(error)))
        yield visiting
        browser.close()
    assert visiting.problems == [], f"the browser complained: {visiting.problems}"


def send(shopper: Visit, photo: Path) -> str:
    """Send a photo with consent from the front page; return the result page's address."""
    shopper.go("/")
    shopper.page.set_input_files("#photo", photo)
    shopper.page.check("[name=consent]")
    shopper.page.get_by_role("button", name=shopper.words("Find similar items")).click()
    shopper.page.wait_for_url("**/photos/*")
    return shopper.page.url


def _note(visiting: Visit, message: ConsoleMessage) -> None:
    # The status of a page that is asked for on purpose is no fault of the page.
    of_a_page = message.location["url"] == visiting.page.url and message.text.startswith("Failed to load resource")
    if message.type in ("error", "warning") and not of_a_page:
        visiting.problems.append(message.text)
