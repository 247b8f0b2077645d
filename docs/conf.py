"""Configuration of Sphinx."""

import skmm

project = "skmm"
author = "the skmm developers"
release = version = skmm.__version__
extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "myst_parser"]
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
autodoc_default_options = {
    # Made by scikit-learn, with references into its own pages.
    "exclude-members": "set_fit_request, set_partial_fit_request, set_score_request, "
    "set_predict_request, set_transform_request, set_inverse_transform_request"
}
autodoc_inherit_docstrings = False
myst_enable_extensions = ["colon_fence"]
templates_path = ["_templates"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {
    "page_width": "1100px",
    "description": "Multimodal learning as ordinary scikit-learn",
}
suppress_warnings = ["config.cache"]
