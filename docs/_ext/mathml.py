"""Formulas as MathML, which browsers show by themselves: pages load no script from elsewhere."""

import re

from docutils import nodes
from docutils.utils.math.latex2mathml import MathError, tex2mathml
from sphinx.errors import SphinxError


def visit_math(writer, node):
    writer.body.append(_translate(node))
    raise nodes.SkipNode


def visit_displaymath(writer, node):
    writer.body.append(f'<div class="math">{_translate(node, as_block=True)}</div>\n')
    raise nodes.SkipNode


def _translate(node, *, as_block=False):
    tex = re.sub(r"\s+", " ", node.astext())
    try:
        return tex2mathml(tex, as_block=as_block)
    except MathError as error:
        raise SphinxError(f"{node.source}:{node.line}: no MathML of {tex!r}: {error}") from error


def setup(app):
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
