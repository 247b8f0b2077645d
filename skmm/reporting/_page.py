"""One HTML page that needs nothing beside itself: text, tables and pictures."""

from base64 import b64encode
from html import escape
from io import BytesIO
from typing import NamedTuple

_DOTS_PER_INCH = 110

# Whoever opens the page may be offline, or must not tell anybody what they read.
_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light; }}
body {{ font: 16px/1.5 system-ui, sans-serif; color: #222; }}
body {{ max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }}
h1, h2 {{ line-height: 1.2; }}
h2 {{ border-top: 1px solid #ddd; padding-top: 1.2rem; margin-top: 2.4rem; }}
nav a {{ margin-right: 1rem; }}
a {{ color: #1456a0; }}
figure {{ margin: 1rem 0; }}
img {{ max-width: 100%; height: auto; }}
.table {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0; }}
caption {{ text-align: left; color: #555; padding-bottom: .3rem; }}
th, td {{ padding: .25rem .7rem; border-bottom: 1px solid #e5e5e5; text-align: right; }}
thead th {{ border-bottom: 2px solid #999; }}
tbody th {{ text-align: left; font-weight: normal; }}
pre {{ background: #f6f6f6; padding: .8rem; overflow-x: auto; }}
</style>
</head>
"""


class Section(NamedTuple):
    """A part of the page with a heading."""

    title: str
    parts: list  # of str, HTML


def paragraph(text):
    """Return a text as HTML."""
    return f"<p>{escape(str(text))}</p>"


def code(text):
    """Return a text that keeps its lines as HTML."""
    return f"<pre>{escape(str(text))}</pre>"


def table(frame, caption):
    """Return a DataFrame as HTML.

    Parameters
    ----------
    frame : DataFrame
        Numbers are shown with three digits.
    caption : str

    Returns
    -------
    html : str
    """
    content = frame.to_html(border=0, na_rep="-", float_format="{:.3g}".format, escape=True)
    head, rest = content.split(">", 1)
    caption = f"<caption>{escape(caption)}</caption>"
    return f'<div class="table">{head}>{caption}{rest}</div>'


def figure(display, alt):
    """Return the figure of a display as a PNG inside HTML, and close it.

    Parameters
    ----------
    display : Display
        That was drawn: its ``figure_`` is taken.
    alt : str
        What is to be seen, for those who cannot see it.

    Returns
    -------
    html : str
    """
    import matplotlib.pyplot as plt

    file = BytesIO()
    display.figure_.savefig(file, format="png", dpi=_DOTS_PER_INCH, bbox_inches="tight")
    plt.close(display.figure_)
    data = b64encode(file.getvalue()).decode("ascii")
    return f'<figure><img alt="{escape(alt)}" src="data:image/png;base64,{data}"></figure>'


def make_page(title, sections):
    """Put sections together.

    Parameters
    ----------
    title : str
    sections : list of Section

    Returns
    -------
    page : str
    """
    links = " ".join(
        f'<a href="#section-{number}">{escape(section.title)}</a>'
        for number, section in enumerate(sections)
    )
    body = "\n".join(
        f'<section id="section-{number}">\n<h2>{escape(section.title)}</h2>\n'
        + "\n".join(section.parts)
        + "\n</section>"
        for number, section in enumerate(sections)
    )
    head = _HEAD.format(title=escape(title))
    return f"{head}<body>\n<h1>{escape(title)}</h1>\n<nav>{links}</nav>\n{body}\n</body>\n</html>\n"
