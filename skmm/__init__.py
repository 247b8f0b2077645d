"""Multimodal learning as ordinary scikit-learn.

One DataFrame with one column per modality goes in; early, late and deep fusion are estimators.

The map of the house, each floor standing on those above it in this list:

- ``skmm.frame``: build and ask frames with one column per modality; ``skmm.datasets``: data to try;
  ``skmm.cache``: features on disk.
- ``skmm.image``, ``skmm.audio``, ``skmm.text``, ``skmm.sensor``: raw samples to blocks of features.
- ``skmm.fusion``: early fusion of blocks, late fusion of decisions.
- ``skmm.nn``: deep fusion; torch lives here. ``skmm.generative``: fusion without labels.
  ``skmm.retrieval``: find samples of one modality by another.
- ``skmm.inspection``: what modalities tell, which matter to a model, and for whom it works.
  ``skmm.model_selection``: compare fusions, choose one, and see what is lost when modalities fail.
- ``skmm.persistence``: keep models. ``skmm.realtime``: predict one sample at a time, soon.
  ``skmm.reporting``: all about a model on one page.

The names below, and the packages, are loaded when first used, so that importing skmm stays cheap.
"""

from importlib import import_module
from pkgutil import iter_modules

from skmm._fork import use_one_thread_after_forks

__version__ = "0.1.0"

_HOME = {
    "DeepFusionClassifier": "skmm.nn",
    "DeepFusionRegressor": "skmm.nn",
    "FusionSearchCV": "skmm.model_selection",
    "LateFusionClassifier": "skmm.fusion",
    "LateFusionRegressor": "skmm.fusion",
    "ModalityError": "skmm._validation",
    "MultimodalFusion": "skmm.fusion",
    "MultitaskFusion": "skmm.nn",
    "TensorArray": "skmm.frame",
    "compare_fusions": "skmm.model_selection",
    "dump": "skmm.persistence",
    "load": "skmm.persistence",
    "make_frame": "skmm.frame",
    "model_card": "skmm.persistence",
    "report": "skmm.reporting",
}

__all__ = sorted(_HOME)

use_one_thread_after_forks()


def __getattr__(name):
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in _find_packages():
        return import_module(f"skmm.{name}")
    raise AttributeError(f"module 'skmm' has no attribute {name!r}")


def load_ipython_extension(shell):
    """Show frames as thumbnails and players in a notebook that says ``%load_ext skmm``."""
    import_module("skmm.reporting._notebook").load(shell)


def unload_ipython_extension(shell):
    """Show frames as pandas does again, on ``%unload_ext skmm``."""
    import_module("skmm.reporting._notebook").unload(shell)


def __dir__():
    return sorted({*globals(), *__all__, *_find_packages()})  # of those loaded, globals know, too


def _find_packages():
    return {module.name for module in iter_modules(__path__) if not module.name.startswith("_")}
