"""What skops is asked, and that it is asked for no more."""

import json
import sys

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from skmm.fusion import ConcatFusion
from skmm.persistence._skops import build, describe, find_untrusted


def schema_of(model):
    with describe(model) as archive:
        return archive.read("schema.json")


def test_estimators_of_scikit_learn_are_trusted_by_skops():
    assert find_untrusted(schema_of(LogisticRegression()), set()) == []


def test_others_have_to_be_trusted_by_name():
    schema = schema_of(FunctionTransformer(print))
    assert find_untrusted(schema, set()) == ["builtins.print"]
    assert find_untrusted(schema, {"builtins.print"}) == []
    assert find_untrusted(schema_of(ConcatFusion()), set()) == [
        "skmm.fusion._early.concat.ConcatFusion"
    ]


def test_nothing_is_imported_to_find_out():
    schema = json.loads(schema_of(LogisticRegression()))
    schema |= {"__module__": "antigravity", "__class__": "x"}
    assert find_untrusted(json.dumps(schema).encode(), set()) == ["antigravity.x"]
    assert "antigravity" not in sys.modules


def test_a_model_is_built_of_trusted_types_only():
    schema = schema_of(ConcatFusion(scaling="mfa"))
    assert (
        repr(build(schema, {"skmm.fusion._early.concat.ConcatFusion"}))
        == "ConcatFusion(scaling='mfa')"
    )
    with pytest.raises(TypeError, match="Untrusted types"):
        build(schema, set())
