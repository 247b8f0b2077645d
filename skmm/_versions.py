"""Compare the versions that something was saved with to those that are here."""

import warnings


def warn_of_other_versions(saved, current, *, stacklevel):
    """Warn if the major or minor versions of libraries differ.

    Parameters
    ----------
    saved, current : dict of str to str
        Versions by library; those in `current` count.
    stacklevel : int
        As in :func:`warnings.warn`, counted from the caller.
    """
    here = {name: v for name, v in current.items() if _minor(saved.get(name)) != _minor(v)}
    if here:
        others = {name: saved.get(name) for name in here}
        warnings.warn(
            f"the model was saved with {others} and is loaded with {here}; compare its predictions, "
            "or fit it again",
            UserWarning,
            stacklevel=stacklevel + 1,
        )


def _minor(version):
    return str(version).split(".")[:2]
