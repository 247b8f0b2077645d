"""What is loaded is what was kept. That nothing else is: test_malicious.py."""

import json
import pickle
import sys
import warnings

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skmm
from skmm.fusion import ConcatFusion, LateFusionClassifier, MultimodalFusion
from skmm.nn import DeepFusionClassifier
from skmm.persistence._archive import LARGE
from skmm.persistence._trusted import MOVED
from tests.persistence import corpus
from tests.persistence.conftest import data


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.skmm"


def test_loading_changes_no_global_state(deep_file, load_bytes):
    numpys, torchs = np.random.get_state()[1].tolist(), torch.get_rng_state()  # noqa: NPY002
    threads = torch.get_num_threads()
    load_bytes(deep_file)
    assert np.random.get_state()[1].tolist() == numpys  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), torchs)
    assert torch.get_num_threads() == threads


def test_a_loaded_model_is_fitted_again_as_the_first_one_was(deep, deep_file, load_bytes):
    model, X = deep
    y = np.arange(len(X)) % 3
    again = load_bytes(deep_file).fit(X, y)
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert again[-1].history_.equals(model[-1].history_)


def test_a_loaded_model_is_kept_again_as_the_same_file(deep_file, load_bytes, path):
    for mode in (None, "r"):
        skmm.dump(load_bytes(deep_file, mmap_mode=mode), path.with_name("again"))
        assert path.with_name("again").read_bytes() == deep_file


@pytest.fixture
def wide():
    """A model of an array that is worth mapping, and samples."""
    X = np.random.default_rng(0).normal(size=(40, 2000))
    # It comes as a view with gaps, of which a copy has none, and sums up in another order.
    return pickle.loads(pickle.dumps(PCA(20).fit(X))), X


def test_large_arrays_are_mapped_if_asked_for(path, wide):
    model, X = wide
    assert model.components_.nbytes > LARGE
    skmm.dump(model, path)
    mapped, read = skmm.load(path, mmap_mode="r"), skmm.load(path)
    assert isinstance(mapped.components_.base.base, np.memmap)
    assert not mapped.components_.flags.writeable
    assert read.components_.flags.owndata
    assert mapped.mean_.flags.writeable  # a small one
    for again in (mapped, read):
        assert_array_equal(again.transform(X), model.transform(X))


def test_a_mapped_model_outlives_its_file(path, wide):
    model, X = wide
    skmm.dump(model, path)
    mapped = skmm.load(path, mmap_mode="r")
    skmm.dump(PCA(3), path)  # takes its place, and leaves it to those who have it open
    path.unlink()
    assert_array_equal(mapped.transform(X), model.transform(X))


@pytest.mark.parametrize("mode", ["r+", "c", True, ""])
def test_other_modes_are_refused(path, mode):
    with pytest.raises(
        ValueError, match=rf"mmap_mode={mode!r}; expected 'r' or None".replace("+", r"\+")
    ):
        skmm.load(path, mmap_mode=mode)


def test_a_file_that_is_not_there_is_not_there(path):
    with pytest.raises(FileNotFoundError):
        skmm.load(path)


def test_the_error_of_a_damaged_file_tells_cause_and_way_out(deep_file, load_bytes):
    with pytest.raises(
        ValueError, match=r"model.skmm' is no model .*does not end as a zip.*another copy"
    ):
        load_bytes(deep_file[:-9])


def test_the_error_of_an_untrusted_type_names_it_and_warns(forest_file, load_bytes, tmp_path):
    def change(schema):
        schema["__module__"] = "subprocess"

    changed = corpus.with_schema(corpus.members_of(forest_file), change)
    message = (
        r"holds the types \['subprocess.LateFusionClassifier'\], which are not trusted, and nothing .* "
        r"if you do not know who made the file, do not"
    )
    with pytest.raises(TypeError, match=message):
        load_bytes(corpus.zip_up(changed))


def test_one_warning_tells_of_other_versions_of_all_parts(deep_file, load_bytes):
    """Of the file, of the network in it, and of what scikit-learn says of its own."""
    members = corpus.members_of(deep_file)
    record = json.loads(members["skmm.json"])
    record["versions"] |= {"scikit-learn": "1.0.0", "torch": "1.0.0"}
    schema = members["schema.json"].replace(
        f'"{record["versions"]["skmm"]}"'.encode().replace(b'"', rb"\""), b'\\"0.0.1\\"'
    )
    assert schema != members["schema.json"]
    members |= {"schema.json": schema, "skmm.json": json.dumps(record).encode()}
    with pytest.warns(UserWarning, match="'scikit-learn': '1.0.0', 'torch': '1.0.0'") as caught:
        load_bytes(corpus.zip_up(corpus.recorded(members)))
    assert len(caught) == 1


def test_the_warning_points_to_who_loads(deep_file, path):
    members = corpus.members_of(deep_file)
    record = json.loads(members["skmm.json"])
    record["versions"]["skmm"] = "0.0.1"
    members["skmm.json"] = json.dumps(record).encode()
    path.write_bytes(corpus.zip_up(members))
    with pytest.warns(UserWarning, match=r"'0.0.1'") as caught:
        skmm.load(path)
    assert caught[0].filename == __file__


def test_a_sound_file_is_loaded_in_silence(deep_file, forest_file, load_bytes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_bytes(deep_file)
        load_bytes(forest_file)


def test_a_model_of_a_gpu_is_loaded_on_the_cpu_with_one_warning(path):
    X, y = np.random.default_rng(0).normal(size=(9, 2)), np.arange(9) % 3
    model = DeepFusionClassifier(max_epochs=1, random_state=0).fit(X, y)
    skmm.dump(model.set_params(device="cuda:99"), path)
    with pytest.warns(UserWarning, match="The model is loaded on the CPU") as caught:
        again = skmm.load(path)
    assert len(caught) == 1
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))


def test_weights_that_are_no_numbers_are_refused(deep_file, load_bytes):
    members = corpus.members_of(deep_file)
    name = next(name for name in members if name.endswith(".npy"))
    spoiled = bytearray(members[name])
    spoiled[-4:] = np.float32("nan").tobytes()
    content = corpus.zip_up(corpus.recorded(members | {name: bytes(spoiled)}))
    with pytest.raises(
        ValueError, match=r"is damaged or was changed: the weights do not fit the network: "
    ):
        load_bytes(content)


def test_without_skops_the_extra_is_named(deep_file, load_bytes, monkeypatch):
    monkeypatch.setitem(sys.modules, "skops.io", None)
    with pytest.raises(
        ImportError, match=r"keeping models needs skops.io: pip install 'skmm\[persistence\]'"
    ):
        load_bytes(deep_file)
    with pytest.raises(ImportError, match=r"skmm\[persistence\]"):
        skmm.dump(PCA(), "nowhere")


def early_fusion():
    members = [("a", StandardScaler(), [0, 1, 2]), ("b", "passthrough", [3, 4, 5])]
    return make_pipeline(
        MultimodalFusion(members, fusion=ConcatFusion(scaling="mfa")), LogisticRegression()
    )


def late_fusion():
    members = [("a", LogisticRegression(), [0, 1, 2]), ("b", LogisticRegression(), [3, 4, 5])]
    return LateFusionClassifier(members, calibration="sigmoid", cv=2)


@pytest.mark.parametrize(
    ("make", "old"),
    [
        (early_fusion, {"skmm.fusion._blocks.BlockSpec", "skmm.fusion._scales.ColumnScale"}),
        (
            late_fusion,
            {
                "skmm.fusion._calibration.Calibrator",
                "skmm.fusion._final_estimator.FinalLogisticRegression",
                "skmm.fusion._targets.Targets",
            },
        ),
    ],
)
def test_files_name_modules_as_they_were_called_when_they_were_written(make, old, path, load_bytes):
    X, y = data()
    model = make().fit(X, y)
    skmm.dump(model, path)
    former = {new: old for old, new in MOVED.items()}

    def rename(schema):
        for node in corpus.nodes_of(schema):
            node["__module__"] = former.get(node["__module__"], node["__module__"])
        named = {f"{node['__module__']}.{node['__class__']}" for node in corpus.nodes_of(schema)}
        assert old <= named

    members = corpus.members_of(path.read_bytes())
    loaded = load_bytes(corpus.zip_up(corpus.with_schema(members, rename)))
    assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
