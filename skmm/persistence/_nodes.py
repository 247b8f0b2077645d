"""The kinds of nodes that a schema of skmm has, and what may be called by which.

skops trusts types, wherever they stand: a list that says to be of a trusted class would call it. Here
lists are lists, and nothing is called but what puts plain data in place.
"""

from skmm.persistence._schema import name_of, nodes_of
from skmm.persistence._stored import STORED

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
