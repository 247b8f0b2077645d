"""Nodes call nothing but what puts plain data in place."""

import pytest

from skmm.persistence._nodes import check_nodes, follow_moves, nodes_of, read_json, types_of
from tests.persistence.corpus import call, literal, node


@pytest.mark.parametrize(
    "good",
    [
        literal([1, 2]),
        call("array", "0.npy", "<f4", [3]),
        node("builtins", "list", "ListNode", content=[literal(1)]),
        node("skmm.fusion", "ConcatFusion", "ObjectNode", content=literal({})),
        node("sklearn._loss._loss", "CyHalfSquaredError", "LossNode"),
        node("builtins", "range", "ConstructorFromReduceNode", content=literal([3])),
    ],
    ids=lambda good: good["__loader__"],
)
def test_what_models_have_passes(good):
    check_nodes({"content": [good]}, set())


@pytest.mark.parametrize(
    "bad",
    [
        node("skmm.fusion", "ConcatFusion", "ListNode", content=[]),
        node("skmm.fusion", "ConcatFusion", "SetNode", content=[]),
        node("skmm.fusion", "ConcatFusion", "DictNode", content={}),
        node("skmm.fusion", "ConcatFusion", "ConstructorFromReduceNode", content=literal([])),
        node("skmm.fusion", "ConcatFusion", "LossNode"),
        node("numpy", "float64", "NdArrayNode", type="json"),
        node("builtins", "frozenset", "ConstructorFromReduceNode", content=literal([[1]])),
        *(
            node("skmm.fusion", "ConcatFusion", loader)
            for loader in (
                "MethodNode",
                "OperatorFuncNode",
                "TreeNode",
                "SparseMatrixNode",
                "BytesNode",
            )
        ),
        node("skmm.fusion", "ConcatFusion", "NobodyNode"),
    ],
    ids=lambda bad: bad["__loader__"],
)
def test_what_no_model_has_is_refused_wherever_it_is(bad):
    inside = node("builtins", "list", "ListNode", content=[{"deep": [bad]}])
    name = f"{bad['__module__']}.{bad['__class__']}"
    with pytest.raises(
        ValueError, match=f"'{name}' in a node '{bad['__loader__']}' is in no model"
    ):
        check_nodes(inside, set())


def test_types_of_the_user_may_contain_and_be_called_but_not_in_any_way():
    own = {"mine.Mapping"}
    check_nodes(node("mine", "Mapping", "DictNode", content={}), own)
    check_nodes(node("mine", "Mapping", "ConstructorFromReduceNode", content=literal([])), own)
    with pytest.raises(ValueError, match="is in no model"):
        check_nodes(node("mine", "Mapping", "MethodNode"), own)


def test_types_are_those_of_all_nodes_but_literals():
    tree = node("a", "B", "ObjectNode", content={"x": [literal(1), node("c", "D", "TypeNode")]})
    assert types_of(tree) == {"a.B", "c.D"}
    assert len(list(nodes_of(tree))) == 3


def test_keys_that_occur_twice_are_refused():
    with pytest.raises(ValueError, match="equal as text"):
        read_json('{"a": 1, "a": 2}')


def test_types_that_have_moved_are_renamed_wherever_they_are():
    inner = node("skmm.old", "Kept", "ObjectNode", content=literal({}))
    tree = node("builtins", "list", "ListNode", content=[inner, literal("skmm.old")])
    assert follow_moves(tree, {"skmm.old": "skmm.new"})
    assert types_of(tree) == {"builtins.list", "skmm.new.Kept"}
    assert tree["content"][1] == literal("skmm.old")
    assert not follow_moves(tree, {"skmm.old": "skmm.new"})
