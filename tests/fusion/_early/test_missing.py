import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.impute import KNNImputer
from sklearn.naive_bayes import GaussianNB

from skmm import LateFusionClassifier, MultimodalFusion, make_frame
from skmm.frame import presence_mask
from skmm.fusion._early.blocks import Block
from skmm.fusion._early.missing import fill_blocks, learn_fill

PRESENT = np.array([True, True, False])


def test_nothing_is_filled_in_where_nothing_was_asked_for():
    blocks = {"a": Block(np.ones((3, 2)), PRESENT)}
    for missing in ("error", "nan"):
        assert fill_blocks(learn_fill(missing, blocks), blocks) is blocks


def test_the_mean_counts_present_rows_only():
    values = np.array([[1.0, 2.0], [3.0, 6.0], [1e6, np.nan]])
    blocks = {"a": Block(values, PRESENT)}
    filled = fill_blocks(learn_fill("mean", blocks), blocks)["a"]
    assert_array_equal(filled.values[2], [2, 4])
    assert filled.present.all()


def test_the_mean_of_sequences_ignores_padding():
    values = np.full((3, 3, 1), np.nan)
    values[0, :2, 0] = [1, 2]
    values[1, :1, 0] = [3]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        row = learn_fill("mean", {"a": Block(values, PRESENT)})["a"]
    assert_allclose(row[:, 0], [2, 2, np.nan])


def test_zero_pads_token_ids():
    blocks = {"text": Block(np.full((3, 4), 7), PRESENT)}
    filled = fill_blocks(learn_fill("zero", blocks), blocks)["text"].values
    assert_array_equal(filled[2], np.zeros(4))
    assert filled.dtype == int


def test_what_is_learned_is_used_on_other_rows():
    learned = learn_fill("mean", {"a": Block(np.array([[2.0], [4.0]]), np.ones(2, dtype=bool))})
    filled = fill_blocks(learned, {"a": Block(np.zeros((1, 1)), np.zeros(1, dtype=bool))})
    assert_array_equal(filled["a"].values, [[3.0]])


@pytest.mark.parametrize("missing", ["mean", "zero"])
def test_blocks_given_are_not_written_to(missing):
    values = np.ones((3, 2))
    values.flags.writeable = False
    blocks = {"a": Block(values, PRESENT)}
    fill_blocks(learn_fill(missing, blocks), blocks)
    assert_array_equal(values, np.ones((3, 2)))


def test_the_imputer_of_the_guide_is_scikit_learns_of_all_blocks_side_by_side():
    guide = (Path(__file__).parents[3] / "docs" / "guide" / "05_missing_modalities.md").read_text()
    [code] = re.findall(r"```python\n(class NeighborBlocks.*?)\n```", guide, re.DOTALL)
    names = (
        BaseEstimator,
        KNNImputer,
        MultimodalFusion,
        TransformerMixin,
        make_frame,
        presence_mask,
    )
    members = [("image", "passthrough"), ("audio", "passthrough")]
    namespace = {"np": np, "features": members} | {name.__name__: name for name in names}
    exec(code, namespace)
    rng = np.random.default_rng(0)
    image, audio = rng.normal(size=(30, 3)), rng.normal(size=(30, 2))
    X = make_frame(image=image, audio=audio).set_axis([f"s{row}" for row in range(30)])
    X.iloc[4, 0] = X.iloc[9, 1] = None
    image[4] = audio[9] = np.nan
    expected = KNNImputer().fit_transform(np.hstack([image, audio]))
    found = namespace["early"].set_params(fusion=None).fit_transform(X)
    assert_allclose(found["image"].array.tensor, expected[:, :3])
    assert_allclose(found["audio"].array.tensor, expected[:, 3:])
    y = np.arange(30) % 2
    late = LateFusionClassifier(
        [("image", GaussianNB())], missing=namespace["NeighborBlocks"](), rule="mean"
    )
    alone = GaussianNB().fit(KNNImputer().fit_transform(image), y)
    filled = KNNImputer().fit_transform(image)
    assert_allclose(late.fit(X[["image"]], y).predict_proba(X), alone.predict_proba(filled))
