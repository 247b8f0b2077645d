"""Import packages that only some parts of skmm need."""

from importlib import import_module


def import_optional(module, *, extra, purpose):
    """Import `module`, or say which extra of skmm brings it.

    Parameters
    ----------
    module : str
        Dotted name of the module.
    extra : str
        Name of the extra in ``pip install 'skmm[extra]'``.
    purpose : str
        What needs the module, the subject of the error message, such as ``"plotting"``.

    Returns
    -------
    module : module

    Raises
    ------
    ImportError
        If the module is not installed or does not import.
    """
    try:
        return import_module(module)
    # Some wheels raise RuntimeError at import beside a build of torch they do not match.
    except (ImportError, RuntimeError) as error:
        raise ImportError(
            f"{purpose} needs {module}: pip install 'skmm[{extra}]' ({error})"
        ) from error
