"""The record says which format a file has, and who wrote it."""

import json
import warnings
from importlib.metadata import version

import pytest

import skmm
from skmm.persistence._record import FORMAT, check_record, make_record, versions_that_matter

MEMBERS = {"schema.json": 7}
PLAIN, TORCH = {"skmm.fusion.ConcatFusion"}, {"builtins.dict", "skmm.nn.DeepFusionClassifier"}


def test_the_record_has_format_versions_and_members():
    record = json.loads(make_record(PLAIN, MEMBERS))
    assert record["format"] == FORMAT == 1
    assert record["members"] == MEMBERS
    assert record["versions"]["skmm"] == skmm.__version__
    assert set(record["versions"]) == {"skmm", "scikit-learn", "numpy", "scipy", "skops", "python"}


@pytest.mark.parametrize(
    "name", ["skmm.nn.X", "skmm.generative.X", "skmm.retrieval.X", "skmm.nn._targets.Classes"]
)
def test_torch_matters_to_networks_only(name):
    assert "torch" not in versions_that_matter(PLAIN)
    assert versions_that_matter({name})["torch"] == version("torch").split("+")[0]


@pytest.mark.parametrize("types", [PLAIN, TORCH])
def test_its_own_record_passes_in_silence(types):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_record(json.loads(make_record(types, MEMBERS)), MEMBERS, types)


@pytest.mark.parametrize("record", [None, [], {}, {"format": 2}, {"format": "1"}, {"format": None}])
def test_an_unknown_format_is_refused_with_the_way_out(record):
    with pytest.raises(
        ValueError, match=r"its format is .*, and skmm .* reads format 1; load it with"
    ):
        check_record(record, MEMBERS, PLAIN)


@pytest.mark.parametrize("members", [{}, {"schema.json": 8}, MEMBERS | {"0.npy": 1}])
def test_other_members_are_refused(members):
    record = json.loads(make_record(PLAIN, MEMBERS))
    with pytest.raises(ValueError, match="members are not those that were written together"):
        check_record(record, members, PLAIN)


@pytest.mark.parametrize("name", ["skmm", "scikit-learn", "torch"])
def test_other_versions_are_warned_of(name):
    record = json.loads(make_record(TORCH, MEMBERS))
    record["versions"][name] = "0.0.7"
    with pytest.warns(UserWarning, match=rf"saved with {{'{name}': '0.0.7'}}"):
        check_record(record, MEMBERS, TORCH)


@pytest.mark.parametrize("versions", [None, [], "x", {}])
def test_a_record_without_versions_is_warned_of(versions):
    record = json.loads(make_record(PLAIN, MEMBERS)) | {"versions": versions}
    with pytest.warns(UserWarning, match="saved with {'skmm': None, 'scikit-learn': None}"):
        check_record(record, MEMBERS, PLAIN)


def test_versions_of_what_only_writes_do_not_matter():
    record = json.loads(make_record(PLAIN, MEMBERS))
    record["versions"] |= dict.fromkeys(("numpy", "scipy", "skops", "python"), "0.0")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_record(record, MEMBERS, PLAIN)
