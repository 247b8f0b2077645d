"""Nodes call nothing but what puts plain data in place."""

import pytest

from skmm.persistence._nodes import check_nodes
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
