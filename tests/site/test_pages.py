"""The built pages are whole: pictures are there, links lead somewhere, and nothing is loaded from elsewhere."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.browser import ask_page

ROOT = Path(__file__).parents[2]
SITE = ROOT / "docs" / "_build" / "html"

EXAMPLES = sorted(
    path.relative_to(ROOT / "examples").with_suffix("")
    for path in (ROOT / "examples").rglob("plot_*.py")
)


class _Page(HTMLParser):
    """Where the links of a page lead, what it loads, and the places in it that have a name."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loaded, self.names = [], [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.names.add(attrs.get("id"))
        if tag == "a" and "href" in attrs:
            self.links.append(attrs["href"])
        elif tag in ("img", "script") and "src" in attrs:
            self.loaded.append(attrs["src"])
        elif tag == "link" and attrs.get("rel") == "stylesheet":
            self.loaded.append(attrs["href"])


@pytest.fixture(scope="module")
def pages():
    """All pages by where they are."""
    return {path: _Page(path) for path in SITE.rglob("*.html") if "_static" not in path.parts}


def is_elsewhere(address):
    return bool(urlsplit(address).scheme)


def test_every_link_leads_somewhere(pages):
    dead = []
    for path, page in pages.items():
        for address in page.links:
            parts = urlsplit(address)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            named = pages[target].names if target in pages else {parts.fragment}
            if not is_elsewhere(address) and not (
                target.exists() and (not parts.fragment or parts.fragment in named)
            ):
                dead.append(f"{path.name}: {address}")
    assert not dead


def test_pages_load_what_is_beside_them_and_nothing_from_elsewhere(pages):
    for path, page in pages.items():
        for address in page.loaded:
            if not address.startswith("data:"):
                assert not is_elsewhere(address), f"{path.name} loads {address}"
                assert (path.parent / unquote(urlsplit(address).path)).exists(), address


def test_initials_of_authors_are_no_items_of_lists(pages):
    assert not [path.name for path in pages if 'class="upperalpha' in path.read_text("utf-8")]


def test_a_browser_draws_formulas_without_a_script(tmp_path):
    found = ask_page(
        SITE / "generated" / "skmm.fusion.SketchFusion.html",
        "({high: [...document.querySelectorAll('math')]"
        ".filter(formula => formula.getBoundingClientRect().height > 5).length,"
        " raw: document.body.innerText.includes('mathcal')})",
        tmp_path,
    )
    assert found == {"high": 3, "raw": False}


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_every_example_has_a_page_with_pictures(pages, example):
    page = pages[SITE / "auto_examples" / example.with_suffix(".html")]
    assert any(f"sphx_glr_{example.name}_001" in address for address in page.loaded)


def test_a_browser_shows_a_picture_for_every_example(tmp_path):
    gallery = SITE / "auto_examples" / "index.html"
    based = tmp_path / "gallery.html"
    base = f'<head><base href="{gallery.as_uri()}">'
    based.write_text(gallery.read_text(encoding="utf-8").replace("<head>", base), encoding="utf-8")
    widths = ask_page(based, "[...document.images].map(image => image.naturalWidth)", tmp_path)
    assert len(widths) == len(EXAMPLES)
    assert min(widths) > 100
