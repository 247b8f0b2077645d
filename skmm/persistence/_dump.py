"""Write a model to a file."""

import os
from functools import partial
from importlib import import_module
from itertools import chain

from sklearn.base import BaseEstimator

from skmm._atomic import replacing
from skmm.persistence._archive import SCHEMA, write_archive
from skmm.persistence._nodes import LARGEST, check_nodes, read_json
from skmm.persistence._record import make_record
from skmm.persistence._schema import Schema
from skmm.persistence._skops import describe, find_untrusted
from skmm.persistence._trusted import KNOWN, names_of


def dump(model, path, *, trusted=()):
    """Keep a model in a file that :func:`load` reads without running anything in it.

    The file takes the place of an older one when it is complete: who looks finds the old model or
    the new one, whatever happens on the way.

    Parameters
    ----------
    model : estimator or FusionComparison
        Fitted or not, alone or inside pipelines, searches and other estimators of scikit-learn.
    path : str or path-like
        Where to keep it. The ending is yours to choose, such as ``.skmm``.
    trusted : list of type or str, default=()
        Types and functions of your own that the model holds. Who loads it has to name them, too.

    Raises
    ------
    ImportError
        If skops is not installed.
    TypeError
        If the model holds a type that is neither in :data:`TRUSTED` nor in `trusted`, or something
        that a file of arrays and plain values cannot hold, such as a torch module, a lambda or a
        DataFrame.
    OSError
        If the file cannot be written. What was there is as it was.

    See Also
    --------
    load : Load the model.
    model_card : Describe a model for its readers.

    Notes
    -----
    The file is a zip archive in the manner of skops [1]_: plain arrays in numpy's own format, and a
    description of the objects around them. It holds parameters and what ``fit`` has learned, and of
    networks the weights; no states of optimizers, no caches but their paths, and no training data,
    but where they are the model: neighbors, kernels, imputation by neighbors, galleries. Equal
    models make equal files.

    For a moment it takes about four times the memory of the model. Arrays are written as fast as by
    pickle, or nearly; what is not in arrays takes its time, 3 s and 350 MB for 100,000 words.

    References
    ----------
    .. [1] skops, secure persistence, https://skops.readthedocs.io/en/stable/persistence.html

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import skmm
    >>> X, y = np.arange(20.0).reshape(10, 2), np.arange(10) % 2
    >>> model = skmm.DeepFusionClassifier(max_epochs=2, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     skmm.dump(model, f"{folder}/model.skmm")
    ...     loaded = skmm.load(f"{folder}/model.skmm")
    >>> np.array_equal(loaded.predict_proba(X), model.predict_proba(X))
    True
    """
    path = os.fspath(path)
    own = names_of(trusted)
    schema, untrusted = _describe(model, own)
    _check_types(sorted(set(untrusted) - KNOWN - own))
    members = chain([(SCHEMA, schema.text)], schema.members())
    try:
        with replacing(path) as file:
            write_archive(file, members, partial(make_record, schema.types))
    except OSError as error:
        raise OSError(
            error.errno,
            f"the model is not kept, and what was at {path!r} is as it was: {error.strerror}",
        ) from error


def _describe(model, own):
    _refuse_torch(model)
    try:
        schema = Schema(describe(model))
        untrusted = find_untrusted(schema.text, set())
        check_nodes(read_json(schema.text), own)
    except ImportError:
        raise
    except Exception as error:  # whatever the methods of the types in the model raise
        raise TypeError(
            f"{type(model).__name__} cannot be kept as arrays and plain values: {str(error).rstrip('.')}. "
            "Take out what holds such things, or pickle the model"
        ) from error
    if len(schema.text) > LARGEST:
        raise TypeError(
            f"{type(model).__name__} has parts whose description takes {len(schema.text)} bytes, and "
            f"{LARGEST} are read; keep numbers in arrays, or pickle the model"
        )
    return schema, untrusted


def _refuse_torch(model):
    params = model.get_params() if isinstance(model, BaseEstimator) else {}
    for name, value in params.items():
        for part in _parts_of(value):
            if any(cls.__module__ == "torch.nn.modules.module" for cls in type(part).__mro__):
                raise TypeError(
                    f"{name} holds the torch module {type(part).__name__}, which only its own code "
                    "can rebuild. Name what you want instead, as in fusion='gated' or "
                    "encoders={'text': ('tokens', {'body': 'gru'})}, or pickle the model"
                )


def _parts_of(value, depth=3):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple) and depth:
        return [part for item in value for part in _parts_of(item, depth - 1)]
    return [value]


def _check_types(untrusted):
    lost = [name for name in untrusted if not _is_found_again(name)]
    if lost:
        raise TypeError(
            f"the model holds {lost}, which cannot be found by name: functions and classes to be kept "
            "are defined at the top of a module, not by lambda or inside of others"
        )
    if untrusted:
        raise TypeError(
            f"the model holds the types {untrusted}, which load does not trust by itself; if they are "
            f"yours, or you know what they do, say trusted={untrusted} here and there"
        )


def _is_found_again(name):
    module, _, attribute = name.rpartition(".")
    try:
        return hasattr(import_module(module), attribute)
    except ImportError:
        return False
