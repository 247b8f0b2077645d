"""The public names of classes and functions, which outlive where their code lies."""

from importlib import import_module


def public_module(module, name):
    """Find the public module of skmm that has a class or function.

    Parameters
    ----------
    module : str
        Where it is defined.
    name : str

    Returns
    -------
    module : str
        As it was given, if no public one has it.
    """
    package, private, _ = str(module).partition("._")
    if private and package.startswith("skmm."):
        value = getattr(import_module(package), name, None)
        if getattr(value, "__module__", None) == module:
            return package
    return module
