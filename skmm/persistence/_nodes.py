"""Schemas are trees of nodes: how to read and to go over them, and which nodes there may be.

skops trusts types, wherever they stand: a list that says to be of a trusted class would call it. Here
lists are lists, and nothing is called but what puts plain data in place.
"""

import json

from skmm.persistence._stored import STORED

# Plain values take some 25 times the memory of their text: what is read stays within a computer.
LARGEST = 2**27  # bytes of a schema

_ANY_TRUSTED = {
    *("CachedNode", "DefaultDictNode", "FunctionNode", "JsonNode", "MaskedArrayNode", "ObjectNode"),
    *(
        "PartialNode",
        "RandomGeneratorNode",
        "RandomStateNode",
        "SliceNode",
        "TupleNode",
        "TypeNode",
    ),
}
_ONLY = {
    "ConstructorFromReduceNode": {*STORED, "builtins.range"},
    "DictNode": {"builtins.dict", "collections.OrderedDict", "sklearn.utils._bunch.Bunch"},
    "ListNode": {"builtins.list"},
    "NdArrayNode": {"numpy.ndarray"},
    "SetNode": {"builtins.set"},
}
_LOSSES = ("sklearn._loss._loss.", "sklearn.linear_model._sgd_fast.", "_loss.")


def read_json(text):
    """Read JSON in which no object has a key twice, so that it means the same to every reader."""
    return json.loads(text, object_pairs_hook=_without_repeats)


def types_of(tree):
    """Names of all types and functions in a schema."""
    return {name_of(node) for node in nodes_of(tree) if node["__loader__"] != "JsonNode"}


def nodes_of(value):
    """Yield all nodes in a schema."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if {"__loader__", "__module__", "__class__"} <= value.keys():
                yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def name_of(node):
    """Name of the type of a node, with its module."""
    return f"{node['__module__']}.{node['__class__']}"


def follow_moves(tree, moved):
    """Rename, in place, the modules of types that are elsewhere now.

    Parameters
    ----------
    tree : object
        A schema, read.
    moved : dict of str to str
        New names of modules by their old ones.

    Returns
    -------
    any_moved : bool
    """
    old = [node for node in nodes_of(tree) if node["__module__"] in moved]
    for node in old:
        node["__module__"] = moved[node["__module__"]]
    return bool(old)


def _without_repeats(pairs):
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a dict has keys that are different in Python, and equal as text")
    return result


def check_nodes(tree, own):
    """Refuse nodes that no model has.

    Parameters
    ----------
    tree : object
        A schema, read.
    own : set of str
        Names of the types of a user, which may also be called and contain others.

    Raises
    ------
    ValueError
        If there is one.
    """
    for node in nodes_of(tree):
        name, loader = name_of(node), node["__loader__"]
        if loader == "LossNode":
            is_known = name.startswith(_LOSSES)
        else:
            is_known = loader in _ANY_TRUSTED or name in _ONLY.get(loader, ())
        if not is_known and not (loader in _ONLY and name in own):
            raise ValueError(f"{name!r:.200} in a node {loader!r:.50} is in no model")
