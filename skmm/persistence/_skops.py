"""What skops is asked: to describe a model, to say which types it does not trust, to build a model."""

import io
import warnings
import zipfile

from sklearn.exceptions import InconsistentVersionWarning

from skmm._optional import import_optional
from skmm.persistence._archive import SCHEMA


def describe(model):
    """Return a file of skops that describes a model, opened for reading."""
    return zipfile.ZipFile(io.BytesIO(_skops().dumps(model)))


def find_untrusted(schema, trusted):
    """List the types in a schema that are neither in `trusted` nor trusted by skops.

    Nothing is imported, and no type is made.

    Parameters
    ----------
    schema : bytes
    trusted : set of str

    Returns
    -------
    names : list of str
    """
    return sorted(set(_skops().get_untrusted_types(data=_wrap(schema))) - trusted)


def build(schema, trusted):
    """Build what a schema describes, of types that are in `trusted` or trusted by skops.

    Parameters
    ----------
    schema : bytes
    trusted : set of str

    Returns
    -------
    model : object

    Raises
    ------
    TypeError
        If another type is in it.
    """
    with warnings.catch_warnings():
        # The record says it once for all parts, which were saved together.
        warnings.filterwarnings("ignore", "the model was saved with", UserWarning)
        warnings.simplefilter("ignore", InconsistentVersionWarning)
        return _skops().loads(_wrap(schema), trusted=sorted(trusted))


def _wrap(schema):
    """A file of skops that has nothing but a schema: no member of ours is read by skops itself."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(SCHEMA, schema)
    return file.getvalue()


def _skops():
    return import_optional("skops.io", extra="persistence", purpose="keeping models")
