"""Open a page in a real browser, without a network, and ask it questions."""

import json
import os
import shutil
import subprocess
from html import unescape

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Nothing that the browser itself would like to do in the background, and no network.
OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--virtual-time-budget=5000",
]


def find_browser():
    """Name of a browser; the test is skipped without one, except in continuous integration."""
    browser = next(filter(shutil.which, BROWSERS), None)
    if browser is None and not os.environ.get("CI"):
        pytest.skip("no Chromium to open the page with")
    return browser


def ask_page(path, question, folder):
    """Evaluate JavaScript in a page after it has been loaded.

    Parameters
    ----------
    path : Path
        HTML file; a copy is opened.
    question : str
        A JavaScript expression, whose value is returned by way of JSON.
    folder : Path
        For the copy, and the profile of the browser.
    """
    script = (
        "<script>addEventListener('load', () => { const answer = document.createElement('pre');"
        f" answer.id = 'answer'; answer.textContent = JSON.stringify({question});"
        " document.body.append(answer); })</script>"
    )
    page = path.read_text(encoding="utf-8")
    copy = folder / "asked.html"
    # A page may forbid scripts, which is about its own.
    copy.write_text(
        page.replace("default-src 'none'", "script-src 'unsafe-inline'").replace(
            "</body>", f"{script}</body>"
        ),
        encoding="utf-8",
    )
    command = [find_browser(), *OPTIONS, f"--user-data-dir={folder / 'profile'}", "--dump-dom"]
    shown = subprocess.run(
        [*command, copy.as_uri()], capture_output=True, text=True, check=True, timeout=120
    ).stdout
    return json.loads(unescape(shown.split('<pre id="answer">')[1].split("</pre>")[0]))
