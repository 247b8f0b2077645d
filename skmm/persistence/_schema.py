"""The schema of a model, as skops writes it, in the form in which skmm keeps it.

skops describes a model by a tree of nodes, and keeps binary parts beside it. Here

- values that JSON knows become one node, however many: words and their numbers, histories;
- arrays, bytes, dtypes and trees become calls of functions of ``skmm.persistence._stored``, which
  check what they are given; arrays can be mapped into memory;
- what occurs twice is kept once;
- public classes are called by their public names, so that files outlive where their code lies.
"""

import base64
import io
import json
from collections import Counter

import numpy as np
from scipy import sparse

from skmm._public import public_module
from skmm.persistence import _stored
from skmm.persistence._nodes import name_of, read_json, types_of
from skmm.persistence._stored import describe_dtype

_KEYS = {"builtins.str", "builtins.int", "builtins.float", "builtins.bool", "builtins.NoneType"}
_PATHS = {"PosixPath", "WindowsPath"}
_OPTIMIZERS = "sklearn.neural_network._stochastic_optimizers."
_PREDICTOR = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
_NEIGHBOR_TREES = {"sklearn.neighbors._kd_tree.KDTree", "sklearn.neighbors._ball_tree.BallTree"}
_WITHOUT_IDENTITY = {"FunctionNode", "JsonNode", "TypeNode"}
_SMALL = 256  # bytes of an array that is written into the schema


class Schema:
    """Turns the schema of a file of skops into that of a file of skmm.

    Parameters
    ----------
    source : ZipFile
        A file of skops.

    Attributes
    ----------
    text : bytes
        The schema.
    types : set of str
        Names of all types and functions in it.
    """

    def __init__(self, source):
        self._source = source
        self._members = {}  # content, or the file of skops that has it, by name
        self._names = {}  # by the file of skops
        self._ids = {}
        root = read_json(source.read("schema.json"))
        self._repeated = _find_repeated(root)
        head = {"protocol": root.pop("protocol"), "_skops_version": root.pop("_skops_version")}
        tree = self._convert(root)
        self.text = json.dumps(tree | head, separators=(",", ":")).encode()
        self.types = types_of(tree)

    def members(self):
        """Yield the name and the content of each array."""
        for name, content in self._members.items():
            yield name, content if isinstance(content, bytes) else self._source.read(content)

    def _convert(self, node):
        saved = node.get("__id__") if node["__loader__"] not in _WITHOUT_IDENTITY else None
        if saved in self._ids:
            return _node("builtins", "object", "CachedNode", __id__=self._ids[saved])
        convert = getattr(self, f"_convert_{node['__loader__']}", self._convert_others)
        new = convert(node)
        new.pop("__id__", None)
        if saved in self._repeated:
            new["__id__"] = self._ids[saved] = len(self._ids) + 1
        return new

    def _convert_others(self, node):
        # In the order in which skops reads: of what occurs twice, it knows the first one only.
        parts = sorted(node.items(), key=lambda part: part[0] != "content")
        new = {key: self._convert_inside(value) for key, value in parts}
        return new | {"__module__": public_module(node["__module__"], node["__class__"])}

    def _convert_inside(self, value):
        if isinstance(value, list):
            return [self._convert_inside(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "__loader__" in value:
            return self._convert(value)
        return {key: self._convert_inside(item) for key, item in value.items()}

    def _convert_JsonNode(self, node):
        return _literal(node["content"])

    def _convert_ListNode(self, node):
        if name_of(node) != "builtins.list":
            return self._convert_others(node)
        return _list([self._convert(item) for item in node["content"]])

    def _convert_DictNode(self, node):
        kinds = [name_of(kind) for kind in node["key_types"]["content"]]
        if name_of(node) != "builtins.dict" or not _KEYS.issuperset(kinds):
            content = {key: self._convert(value) for key, value in node["content"].items()}
            return self._convert_others(node | {"content": None}) | {"content": content}
        items = []
        for kind, (key, value) in zip(kinds, node["content"].items(), strict=True):
            name = name_of(value)
            if name.startswith(_OPTIMIZERS):
                continue  # what it has seen on its way is no part of a model
            rebuild = name in _NEIGHBOR_TREES and "_fit_X" in node["content"]
            new = self._rebuild_tree(value, node["content"]) if rebuild else self._convert(value)
            items.append((json.dumps(key) if kind == "builtins.str" else key, new))
        if _are_literal(value for _, value in items) and set(kinds) <= {"builtins.str"}:
            pairs = (f"{key}:{value['content']}" for key, value in items)
            return _literal("{" + ",".join(pairs) + "}")
        keys = _literal("[" + ",".join(key for key, _ in items) + "]")
        return _call(_stored.mapping, keys, _list([value for _, value in items]))

    def _convert_NdArrayNode(self, node):
        if node["type"] == "json":
            return self._convert_objects(node)
        array = _load_array(self._source.read(node["file"]))
        name = name_of(node)
        if name in ("numpy.ndarray", "numpy.memmap"):
            return self._keep_array(array, node["file"])
        if array.shape != () or node["__module__"] != "numpy":
            raise TypeError(f"arrays of type {name} are not kept; make them plain arrays")
        return _call_plain(_stored.scalar, describe_dtype(array.dtype), _encode(array.tobytes()))

    def _convert_objects(self, node):
        items = [self._convert(item) for item in node["content"]]
        shape = self._convert(node["shape"])
        if not _are_literal(items):
            return node | {"content": items, "shape": shape}
        return _call(_stored.object_array, _list(items), shape)

    def _convert_SparseMatrixNode(self, node):
        matrix = sparse.load_npz(io.BytesIO(self._source.read(node["file"])))
        if matrix.format == "coo":
            parts = (matrix.data, *matrix.coords)
        elif matrix.format == "dia":
            parts = (matrix.data, matrix.offsets)
        else:
            parts = (matrix.data, matrix.indices, matrix.indptr)
        parts = [self._keep_array(part, _as_file(part)) for part in parts]
        plain = _literal(json.dumps(type(matrix).__name__)), _literal(json.dumps(matrix.shape))
        return _call(_stored.sparse_matrix, *plain, _list(parts))

    def _keep_array(self, array, content):
        dtype, shape = describe_dtype(array.dtype), array.shape
        if array.nbytes <= _SMALL:
            order = "C" if array.flags.c_contiguous else "F"
            text = _encode(array.tobytes(order))
            return _call_plain(_stored.small_array, dtype, shape, order, text)
        name = f"{len(self._members)}.npy"
        if isinstance(content, str):
            name = self._names.setdefault(content, name)
        self._members[name] = content
        return _call_plain(_stored.array, name, dtype, shape)

    def _convert_BytesNode(self, node):
        content = _stored.refuse_pickle(self._source.read(node["file"]))
        return _call_plain(_stored.data, _encode(content))

    def _convert_BytearrayNode(self, node):
        raise TypeError("bytearrays are not kept; make them bytes")

    def _convert_DTypeNode(self, node):
        array = _load_array(self._source.read(node["content"]["file"]))
        return _call_plain(_stored.dtype, describe_dtype(array.dtype))

    def _convert_TreeNode(self, node):
        arguments = [*node["__reduce__"]["args"]["content"], node["content"]]
        return _call(_stored.tree, *map(self._convert, arguments))

    def _rebuild_tree(self, tree, siblings):
        """The tree in a model of neighbors, which is made again from their coordinates."""
        names = ("_fit_X", "leaf_size", "effective_metric_", "effective_metric_params_")
        arguments = [self._convert(siblings[name]) for name in names]
        return _call(_stored.neighbor_tree, _literal(json.dumps(tree["__class__"])), *arguments)

    def _convert_ObjectNode(self, node):
        if name_of(node) == _PREDICTOR:
            return _call(_stored.tree_predictor, self._convert(node["content"]))
        return self._convert_others(node)

    def _convert_ConstructorFromReduceNode(self, node):
        if name_of(node) == "builtins.frozenset":
            [items] = node["content"]["content"]
            return _call(_stored.frozen_set, *map(self._convert, items["content"]))
        if node["__class__"] not in _PATHS:
            return self._convert_others(node)
        parts = [json.loads(part["content"]) for part in node["content"]["content"]]
        return _call_plain(_stored.path, *parts)

    def _convert_RandomGeneratorNode(self, node):
        return node | {"content": self._convert_arrays(node["content"])}  # skops looks into it

    def _convert_arrays(self, value):
        if isinstance(value, list):
            return [self._convert_arrays(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.get("__loader__") == "NdArrayNode":
            return self._convert(value)
        return {k: self._convert_arrays(item) for k, item in value.items() if k != "__id__"}


def _find_repeated(root):
    """Numbers that skops has given to what occurs more than once."""
    counts, waiting = Counter(), [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            loader = value.get("__loader__")  # or what a dict has under this key
            if isinstance(loader, str) and loader not in _WITHOUT_IDENTITY:
                counts[value["__id__"]] += 1
                if counts[value["__id__"]] > 1:
                    continue
            waiting += value.values()
    return {number for number, count in counts.items() if count > 1}


def _node(module, name, loader, **parts):
    return {"__module__": module, "__class__": name, "__loader__": loader, **parts}


def _literal(content):
    return _node("builtins", "str", "JsonNode", content=content)


def _are_literal(nodes):
    return all(node["__loader__"] == "JsonNode" and "__id__" not in node for node in nodes)


def _list(nodes):
    if _are_literal(nodes):
        return _literal("[" + ",".join(node["content"] for node in nodes) + "]")
    return _node("builtins", "list", "ListNode", content=nodes)


def _call(function, *arguments):
    """A call with the values of nodes."""
    content = _node("builtins", "tuple", "TupleNode", content=list(arguments))
    name = function.__module__, function.__name__
    return _node(*name, "ConstructorFromReduceNode", content=content)


def _call_plain(function, *arguments):
    """A call with values that JSON knows."""
    content = _literal(json.dumps(arguments, separators=(",", ":")))
    name = function.__module__, function.__name__
    return _node(*name, "ConstructorFromReduceNode", content=content)


def _load_array(content):
    return np.load(io.BytesIO(content), allow_pickle=False)


def _as_file(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def _encode(content):
    return base64.b64encode(content).decode()
