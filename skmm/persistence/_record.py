"""What is written down beside a model: the format, who wrote it, and which members there are."""

import json
from importlib.metadata import version
from platform import python_version

import skmm
from skmm._versions import warn_of_other_versions

# Raise it when a file of an older release can no longer be read as it is: `check_record` then says
# which formats this release reads, and tests/persistence/make_fixtures.py makes files of the new one.
# Names of types that move are no such change if public; else the old name has to go on working.
FORMAT = 1

_WRITERS = ("numpy", "scipy", "skops")
_TORCH = ("skmm.nn.", "skmm.generative.", "skmm.retrieval.")


def make_record(types, checksums):
    """Return the record as JSON.

    Parameters
    ----------
    types : set of str
        Names of the types in the model.
    checksums : dict of str to int
        Of the other members, by name.

    Returns
    -------
    text : bytes
    """
    versions = versions_that_matter(types)
    versions |= {name: _version_of(name) for name in _WRITERS} | {"python": python_version()}
    record = {"format": FORMAT, "versions": versions, "members": checksums}
    return json.dumps(record, indent=1).encode()


def check_record(record, checksums, types):
    """Raise if the file cannot be read; warn if it comes from other versions.

    Parameters
    ----------
    record : object
        The record, read.
    checksums : dict of str to int
        Of the other members, as they are.
    types : set of str
        Names of the types in the model.
    """
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        form = record.get("format") if isinstance(record, dict) else None
        raise ValueError(
            f"its format is {form!r:.20}, and skmm {skmm.__version__} reads format {FORMAT}; load it "
            "with the release that saved it"
        )
    if record.get("members") != checksums:
        raise ValueError("its members are not those that were written together")
    saved = record.get("versions")
    saved = saved if isinstance(saved, dict) else {}
    warn_of_other_versions(saved, versions_that_matter(types), stacklevel=4)


def versions_that_matter(types):
    """Versions of the libraries whose changes may change predictions.

    Parameters
    ----------
    types : iterable of str
        Names of types in the model.

    Returns
    -------
    versions : dict of str to str
    """
    versions = {"skmm": skmm.__version__, "scikit-learn": _version_of("scikit-learn")}
    if any(name.startswith(_TORCH) for name in types):
        versions["torch"] = _version_of("torch")
    return versions


def _version_of(name):
    return version(name).partition("+")[0]
