"""Files that were tampered with, for the tests of what is refused."""

import base64
import io
import json
import pickle
import struct
import warnings
import zipfile
from zlib import crc32

import numpy as np

RECORD, SCHEMA = "skmm.json", "schema.json"


class Bomb:
    """Tells that it was unpickled, by a file that should not be there."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


def members_of(content):
    """Content of each member of a model file by name, in their order."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_up(members, *, compression=zipfile.ZIP_STORED):
    """A file of these members, given by name or as pairs, in which all checksums are right."""
    pairs = members.items() if isinstance(members, dict) else members
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", compression) as archive:
        warnings.filterwarnings("ignore", "Duplicate name", UserWarning)
        for name, content in pairs:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            archive.writestr(info, content, compression)
    return file.getvalue()


def recorded(members):
    """Members with a record that knows them, as somebody would write who knows the format."""
    record = json.loads(members[RECORD])
    record["members"] = {name: crc32(members[name]) for name in members if name != RECORD}
    return members | {RECORD: json.dumps(record).encode()}


def with_schema(members, change):
    """Members whose schema was changed by a function, and recorded."""
    schema = json.loads(members[SCHEMA])
    schema = change(schema) or schema
    return recorded(members | {SCHEMA: json.dumps(schema).encode()})


def nodes_of(value):
    """All nodes of a schema, from the root."""
    if isinstance(value, dict):
        if "__loader__" in value:
            yield value
        for part in value.values():
            yield from nodes_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes_of(part)


def set_size(schema, name, value):
    """Change an argument of the network in a schema."""
    for mapping in nodes_of(schema):
        if mapping["__class__"] == "mapping":
            keys, values = mapping["content"]["content"]
            keys = json.loads(keys["content"])
            if "n_outputs" in keys and name in keys:
                values["content"][keys.index(name)] = literal(value)
                return schema
    raise LookupError(name)


def as_npy(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def pickles(path):
    """Pickles that run something, as they are and in the clothes of an array."""
    cells = np.empty(3, dtype=object)
    cells[:] = [Bomb(path)] * 3
    return {
        "pickle": pickle.dumps(Bomb(path)),
        "old pickle": pickle.dumps(Bomb(path), protocol=0),
        "array of objects": as_npy(cells),
        "pickle of an array": pickle.dumps({"a": np.zeros(3), "b": Bomb(path)}),
    }


def wrong_types(content):
    """What is no member of its kind: other arrays, other JSON, other files."""
    return {
        "nothing": b"",
        "zeros": bytes(len(content)),
        "half": content[: len(content) // 2],
        "longer": content + bytes(64),
        "a zip": zip_up({"0.npy": b"x"}),
        **{
            f"JSON {text}": text.encode()
            for text in ("null", "[]", "{}", '"x"', "1", "NaN", "[[" * 9999)
        },
        **{
            f"array of {array.dtype} {array.shape}": as_npy(array)
            for array in (
                np.zeros(3),
                np.zeros((2, 2), "c8"),
                np.array(["x"]),
                np.array(1),
                np.zeros(0),
            )
        },
    }


def other_arrays(content):
    """Arrays of the same size and another dtype or shape."""
    array = np.load(io.BytesIO(content))
    return {
        "dtype": as_npy(array.view(np.uint8).view("i4" if array.dtype != "i4" else "f4")),
        "shape": as_npy(array.reshape(*array.shape, 1)),
        "transposed": as_npy(array.reshape(-1, 2)),
        "Fortran": as_npy(np.asfortranarray(array.reshape(2, -1))),
    }


def node(module, name, loader, **parts):
    """A node of a schema of skops."""
    return {"__class__": name, "__module__": module, "__loader__": loader, **parts}


def literal(value):
    return node("builtins", "str", "JsonNode", content=json.dumps(value))


def call(name, *arguments):
    """A call of one of the functions that skmm puts into schemas."""
    return node(
        "skmm.persistence._stored", name, "ConstructorFromReduceNode", content=literal(arguments)
    )


def hostile_nodes(path):
    """Nodes that would run, import or read something, were they not refused."""

    def arguments(*values):
        return node("builtins", "tuple", "TupleNode", content=[literal(value) for value in values])

    touch, empty = arguments(f"touch {path}"), arguments()
    function = node("os", "system", "FunctionNode")
    return {
        "function": function,
        "type": node("subprocess", "Popen", "TypeNode"),
        "call": node("os", "system", "ConstructorFromReduceNode", content=touch),
        "call of a type": node("subprocess", "Popen", "ConstructorFromReduceNode", content=touch),
        "eval": node("builtins", "eval", "ConstructorFromReduceNode", content=touch),
        "object": node("skmm_stranger", "Stranger", "ObjectNode", content=touch),
        "module that runs": node("skmm_stranger", "x", "TypeNode"),
        "partial": node(
            "functools",
            "partial",
            "PartialNode",
            content={"func": function, "args": touch, "kwds": empty, "namespace": empty},
        ),
        "method": node(
            "skmm.fusion",
            "ConcatFusion",
            "MethodNode",
            content={"func": "fit", "obj": node("skmm.fusion", "ConcatFusion", "ObjectNode")},
        ),
        "operator": node("operator", "methodcaller", "OperatorFuncNode", attrs=arguments("system")),
        "loss": node("os", "system", "LossNode", content=empty, __reduce__={"args": touch}),
        "tree": node("os", "system", "TreeNode", content=empty, __reduce__={"args": touch}),
        "list": node("os", "system", "ListNode", content=[touch]),
        "set": node("subprocess", "Popen", "SetNode", content=[touch]),
        "dict": node("subprocess", "Popen", "DictNode", content={}, key_types=empty),
        "array": node("numpy", "ndarray", "NdArrayNode", type="numpy", file="../../etc/passwd"),
        "bytes": node("builtins", "bytes", "BytesNode", file="0.npy"),
        "random state": node("os", "system", "RandomStateNode", content=touch),
        "cached": node("builtins", "object", "CachedNode", __id__=77),
        "unknown": node("os", "system", "NobodyNode", content=touch),
        "list that calls": node("skmm.fusion", "ConcatFusion", "ListNode", content=[touch]),
        "set that calls": node("skmm.cache", "FeatureCache", "SetNode", content=[touch]),
        "dict that calls": node(
            "types", "SimpleNamespace", "DictNode", content={}, key_types=empty
        ),
        "loss that calls": node(
            "skmm.cache", "FeatureCache", "LossNode", content=empty, __reduce__={"args": touch}
        ),
        "call of a trusted type": node(
            "skmm.cache", "FeatureCache", "ConstructorFromReduceNode", content=touch
        ),
        "long dict": node(
            "skmm.persistence._stored",
            "mapping",
            "ConstructorFromReduceNode",
            content=node(
                "builtins",
                "tuple",
                "TupleNode",
                content=[
                    node("builtins", "range", "ConstructorFromReduceNode", content=literal([10**9]))
                ]
                * 2,
            ),
        ),
        "long array": call("object_array", [], [10**9]),
        "long small array": call("small_array", "<f8", [10**9], "C", ""),
        "sparse": call("sparse_matrix", "csr_matrix", [10**9, 10**9], [[1.0], [0], [0, 1]]),
        "nested pickle": call("data", base64.b64encode(pickle.dumps(Bomb(path))).decode()),
        "nested old pickle": call("data", base64.b64encode(pickle.dumps(Bomb(path), 0)).decode()),
        "pickle of another name": call("array", "../0.npy", "<f4", [3]),
        "small array of objects": call(
            "small_array", "|O", [1], "C", base64.b64encode(bytes(8)).decode()
        ),
        "no class": {"__loader__": "ObjectNode"},
        "no node": {"content": 1},
        "number": 7,
    }


def damaged_archives(content):
    """Files whose structure plays tricks on readers."""
    members = members_of(content)
    first = next(name for name in members if name.endswith(".npy"))
    others = {name: value for name, value in members.items() if name != first}
    named = {
        f"called {name!r}": zip_up(others | {name: members[first]})
        for name in (
            "../0.npy", "/etc/0.npy", "a/0.npy", "C:\\0.npy", "..\\0.npy", "0.npy/", "0.npy.exe", "x.pkl",
            "0.npy\n", "\u0660.npy", "0.NPY", "1" * 300 + ".npy", "__pycache__/skmm.pyc",
        )
    }  # fmt: skip
    link = zipfile.ZipInfo(first)
    link.external_attr = 0o120777 << 16
    twice = [*members.items(), (first, members[first])]
    end = content.rindex(b"PK\5\6")
    return named | {
        "compressed": zip_up(members, compression=zipfile.ZIP_DEFLATED),
        "twice": zip_up(twice),
        "link": zip_up([*others.items(), (link, b"/etc/passwd")]),
        "further member": zip_up(members | {"99.npy": members[first]}),
        "absent member": zip_up(others),
        "in front": b"MZ" + content,
        "behind": content + b"PK",
        "comment": content[:-2] + struct.pack("<H", 4) + b"more",
        "gap": content[:end] + bytes(10) + content[end:],
        "no members": zip_up({}),
        "members without content": zip_up({f"{number}.npy": b"" for number in range(2000)}),
        "empty": b"",
        "text": b"model = load('model')\n" * 50,
        "pickle": pickle.dumps(members),
        "many members": content[: end + 8] + struct.pack("<HH", 60000, 60000) + content[end + 12 :],
        "large list": content[: end + 12] + struct.pack("<L", 2**31) + content[end + 16 :],
        "large archive": content[: end + 8] + b"\xff" * 12 + content[end + 20 :],
        "other name inside": content.replace(b"0.npy", b"9.npy", 1),
        "encrypted": _with_entries(content, 8, b"\1\0"),
        "huge member": _with_entries(content, 24, struct.pack("<L", 2**31)),
        "huge members": _with_entries(content, 20, struct.pack("<LL", 2**31, 2**31)),
        "overlap": _with_entries(content, 42, bytes(4)),
        "far away": _with_entries(content, 42, struct.pack("<L", 2**31)),
    }


def _with_entries(content, offset, value):
    """Change the same field in all entries of the list of members."""
    changed, position = bytearray(content), content.find(b"PK\1\2")
    while position != -1:
        changed[position + offset : position + offset + len(value)] = value
        position = content.find(b"PK\1\2", position + 1)
    return bytes(changed)


def with_header(content, old, new):
    """An array file whose header says something else, and is as long as it was."""
    end = content.index(b"\n")
    header = content[10:end].decode().replace(old, new).rstrip()
    return content[:10] + header.ljust(end - 10).encode() + content[end:]
