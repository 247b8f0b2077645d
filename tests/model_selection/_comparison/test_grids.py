"""Parameter grids of models and of single modalities."""

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmm import LateFusionClassifier, MultimodalFusion
from skmm.fusion import ConcatFusion
from skmm.image import HOGExtractor
from skmm.model_selection._comparison.baselines import single_modalities
from skmm.model_selection._comparison.grids import check_name, make_grids

LATE = LateFusionClassifier([("a", LogisticRegression()), ("b", LogisticRegression())])
EARLY = make_pipeline(
    MultimodalFusion([("a", HOGExtractor()), ("b", "passthrough")]), LogisticRegression()
)


def grids(search, models):
    return make_grids(search, models, single_modalities(models), made_of_models=True)


def test_a_modality_alone_is_tuned_as_it_was_in_the_late_fusion():
    grid = {"rule": ["mean", "stacking"], "a__C": [1, 2], "ab__C": [3], "weights": [None]}
    found = grids({"late": grid}, {"late": LATE})
    assert found == {"a": [{"a__C": [1, 2]}], "late": grid}


def test_several_grids_are_narrowed_one_by_one():
    search = [{"a__C": [1], "b__C": [2]}, {"b__C": [3]}, {"rule": ["mean"]}]
    found = grids({"late": search}, {"late": LATE})
    assert found["a"] == [{"a__C": [1]}]
    assert found["b"] == [{"b__C": [2]}, {"b__C": [3]}]


def test_a_branch_alone_keeps_what_is_not_of_other_branches_or_of_the_fusion():
    grid = {
        "multimodalfusion__a__orientations": [6, 9],
        "multimodalfusion__fusion": [ConcatFusion()],
        "multimodalfusion__fusion__scaling": ["mfa"],
        "multimodalfusion__missing": ["mean"],
        "logisticregression__C": [1, 2],
    }
    found = grids({"early": grid}, {"early": EARLY})
    shared = {"multimodalfusion__missing": ["mean"], "logisticregression__C": [1, 2]}
    assert found["b"] == [shared]
    assert found["a"] == [shared | {"multimodalfusion__a__orientations": [6, 9]}]


def test_a_modality_alone_is_never_dropped():
    other = HOGExtractor(orientations=6)
    grid = {"multimodalfusion__a": ["drop", other], "multimodalfusion__b": ["drop"]}
    found = grids({"early": grid}, {"early": EARLY})
    assert found["a"] == [{"multimodalfusion__a": [other]}]
    assert "b" not in found


def test_a_grid_of_its_own_comes_first():
    search = {"late": {"a__C": [1, 2]}, "a": {"a__C": [5]}}
    assert grids(search, {"late": LATE}) == search


def test_given_baselines_have_the_grids_they_are_given():
    search = {"late": {"a__C": [1, 2]}}
    singles = {"a": LogisticRegression()}
    assert make_grids(search, {"late": LATE}, singles, made_of_models=False) == search
    assert make_grids(None, {"late": LATE}, {}, made_of_models=False) == {}


def test_a_grid_for_no_model_is_refused():
    with pytest.raises(
        ValueError, match=r"search names 'lat', .*\['late', 'a', 'b'\]; did you mean"
    ):
        grids({"lat": {}}, {"late": LATE})
    with pytest.raises(ValueError, match="refit names 'x'"):
        check_name("x", {"late": LATE}, "refit")


def test_what_is_no_grid_is_refused():
    with pytest.raises(TypeError, match="Parameter grid"):
        grids({"late": {"a__C": 3}}, {"late": LATE})


def test_a_modality_alone_is_never_made_a_fusion_again():
    fusion = MultimodalFusion([("a", "passthrough"), ("b", "passthrough")])
    grid = {
        "multimodalfusion": [fusion],
        "steps": [EARLY.steps],
        "logisticregression__C": [1, 2],
    }
    found = grids({"early": grid}, {"early": EARLY})
    assert found["a"] == found["b"] == [{"logisticregression__C": [1, 2]}]


def test_an_empty_grid_is_refused():
    with pytest.raises(ValueError, match=r"search\['late'\] is \[\]; .*leave 'late' out"):
        grids({"late": []}, {"late": LATE})
