"""Public names are those under which users import."""

from skmm._public import public_module


def test_public_names_are_found():
    assert public_module("skmm.nn._fusions.gated", "GatedModule") == "skmm.nn"
    assert public_module("skmm.fusion._members", "Member") == "skmm.fusion._members"
    assert public_module("sklearn.svm._classes", "SVC") == "sklearn.svm._classes"
