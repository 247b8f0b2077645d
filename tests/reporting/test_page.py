"""A page holds everything that it shows, and shows text as text."""

from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from skmm.reporting._page import Section, code, figure, make_page, paragraph, table


class Drawn:
    """A display."""

    def __init__(self, **size):
        self.figure_ = plt.figure(**size)


class Texts(HTMLParser):
    """All that is text, and the names of all tags."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.tags = [], []
        self.feed(page)

    def handle_data(self, data):
        self.texts.append(data)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)


@pytest.mark.parametrize(
    "write", [paragraph, code, lambda text: table(pd.DataFrame({text: [text]}), text)]
)
def test_text_is_never_taken_for_html(write):
    evil = "<script>alert('a & b')</script>"
    page = Texts(make_page(evil, [Section(evil, [write(evil)])]))
    assert "script" not in page.tags
    assert page.texts.count(evil) >= 5  # title, heading, link, section, and what is written


def test_a_figure_is_a_picture_inside_and_is_closed():
    display = Drawn(figsize=(2, 1))
    html = figure(display, 'what "is" seen')
    with Image.open(BytesIO(b64decode(html.split("base64,")[1].split('"')[0]))) as image:
        assert image.format == "PNG"
    assert 'alt="what &quot;is&quot; seen"' in html
    assert not plt.fignum_exists(display.figure_.number)


def test_a_figure_of_no_window_is_taken_too():
    display = Drawn()
    plt.close(display.figure_)
    display.figure_ = Figure()
    assert "<img" in figure(display, "empty")


def test_numbers_have_three_digits_and_gaps_a_dash():
    html = table(pd.DataFrame({"a": [0.123456, None]}, index=["p", "q"]), "caption")
    assert "<caption>caption</caption>" in html
    assert "<td>0.123</td>" in html
    assert "<td>-</td>" in html


def test_links_lead_to_sections():
    page = make_page("title", [Section("first", []), Section("second", [])])
    assert 0 < page.index('href="#section-1"') < page.index('id="section-1"')
