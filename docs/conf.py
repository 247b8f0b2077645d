"""Configuration of Sphinx."""

import re
import shutil
import sys
from pathlib import Path

import skmm

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "docs" / "_ext"))

project = "skmm"
author = "the skmm developers"
release = version = skmm.__version__
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
    "mathml",
]
html_math_renderer = "mathml"
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
autodoc_default_options = {
    # Made by scikit-learn, with references into its own pages.
    "exclude-members": "set_fit_request, set_partial_fit_request, set_score_request, "
    "set_predict_request, set_transform_request, set_inverse_transform_request"
}
autodoc_inherit_docstrings = False
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 2  # "page.md#a-heading" is a link
templates_path = ["_templates"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {
    "page_width": "1240px",
    "body_max_width": "970px",  # has room for lines of code of 100 letters
    "description": "Multimodal learning as ordinary scikit-learn",
}
html_static_path = ["_static"]
html_css_files = ["gallery.css"]
suppress_warnings = ["config.cache"]

# Examples are run in the order of their names; one that fails makes the build fail, and says why.
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "within_subsection_order": "FileNameSortKey",
    "run_stale_examples": True,  # the package may have changed where an example has not
    "backreferences_dir": "auto_examples/backreferences",
    "doc_module": ("skmm",),
    "image_scrapers": ("matplotlib",),
    "thumbnail_size": (480, 336),
    "capture_repr": ("_repr_html_",),  # diagrams and tables, but no names of matplotlib's objects
    "notebook_extensions": set(),
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_signature": False,
    "min_reported_time": 1,
    "write_computation_times": False,  # its page would load scripts from elsewhere
}


def keep_initials(app, what, name, obj, options, lines):
    """Keep references such as "Y. Gao" from becoming item Y of a list."""
    lines[:] = [re.sub(r"^(\.\. \[[\w-]+\] [A-Z])\. ", r"\1\. ", line) for line in lines]


def copy_report(app, exception):
    """Put the report that an example has written beside the pages."""
    report = ROOT / "examples" / "applications" / "output" / "report.html"
    if exception is None and report.exists():
        shutil.copy(report, app.outdir)


def setup(app):
    app.connect("autodoc-process-docstring", keep_initials)
    app.connect("build-finished", copy_report)
