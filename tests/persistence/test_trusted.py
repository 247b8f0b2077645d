"""The list of trusted types: what is on it is needed, and harmless to make."""

import inspect
from importlib import import_module

import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

import skmm
from skmm.fusion import ConcatFusion
from skmm.persistence import TRUSTED
from skmm.persistence._trusted import KNOWN, MOVED, names_of
from tests.test_common import public_estimators


def test_it_is_a_constant_without_repeats():
    assert isinstance(TRUSTED, tuple)
    assert len(set(TRUSTED)) == len(TRUSTED)
    assert set(TRUSTED) < KNOWN


@pytest.mark.parametrize("name", TRUSTED)
def test_every_name_is_one_of_a_type_or_a_function(name):
    module, _, attribute = name.rpartition(".")
    if name == "builtins.NoneType":
        return  # what skops calls the type of a key
    assert callable(getattr(import_module(module), attribute))


def test_every_public_estimator_is_on_it_by_its_public_name():
    public = {
        f"{package}.{cls.__name__}"
        for cls in public_estimators().values()
        for package in [cls.__module__.partition("._")[0]]
    }
    assert public <= set(TRUSTED)


def test_classes_of_skmm_run_nothing_when_their_state_is_set():
    """Those that have code for it were looked at, and are listed here."""
    with_code = set()
    for name in TRUSTED:
        module, _, attribute = name.rpartition(".")
        value = getattr(import_module(module), attribute, None)
        if name.startswith("skmm.") and inspect.isclass(value) and not issubclass(value, tuple):
            inherited = getattr(BaseEstimator, "__setstate__", None)
            own = getattr(value, "__setstate__", inherited)
            if own is not inherited:
                with_code.add(attribute)
    assert with_code == {
        *("DeepFusionClassifier", "DeepFusionRegressor", "MultitaskFusion", "Towers"),
        *("AdversarialFusion", "AutoencoderFusion", "VariationalFusion", "FusionComparison"),
        "FusionSearchCV",
    }


@pytest.mark.parametrize(
    ("trusted", "names"),
    [
        ([], set()),
        (["a.B"], {"a.B"}),
        ([ConcatFusion], {"skmm.fusion.ConcatFusion"}),
        ((LogisticRegression,), {"sklearn.linear_model._logistic.LogisticRegression"}),
        ({skmm.make_frame}, {"skmm.frame.make_frame"}),
    ],
)
def test_types_are_given_by_name_or_as_they_are(trusted, names):
    assert names_of(trusted) == names


@pytest.mark.parametrize(
    "trusted", [True, "a.B", None, ConcatFusion, [True], [ConcatFusion()], [b"a.B"]]
)
def test_what_names_no_types_is_refused(trusted):
    with pytest.raises(TypeError, match="trusted(=| holds ).*expected"):
        names_of(trusted)


@pytest.mark.parametrize("old", MOVED)
def test_modules_that_have_moved_are_where_it_says_and_only_there(old):
    names = [name.rpartition(".") for name in TRUSTED]
    names = [attribute for module, _, attribute in names if module == MOVED[old]]
    assert names
    for name in names:  # by which files may ask for them
        assert getattr(import_module(MOVED[old]), name).__module__ == MOVED[old]
    with pytest.raises(ImportError):
        import_module(old)
