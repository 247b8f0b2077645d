"""What all fusions of blocks share; what each of them computes is in the test of each."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from skmm import ModalityError, MultimodalFusion, make_frame
from skmm.frame import TensorArray
from skmm.fusion import CanonicalFusion, ConcatFusion, KernelFusion, SketchFusion, TensorFusion
from tests.toys import shared_directions

FUSIONS = [
    ConcatFusion(),
    ConcatFusion(scaling="mfa"),
    CanonicalFusion(2),
    CanonicalFusion(2, method="gcca", merge="concat"),
    KernelFusion(),
    KernelFusion(kernel="linear", normalize=False),
    TensorFusion(),
    SketchFusion(16, random_state=0),
]


@pytest.fixture(params=FUSIONS, ids=repr)
def fusion(request):
    return clone(request.param)


@pytest.fixture
def toy():
    return shared_directions()


@pytest.fixture
def gaps(toy):
    """Every modality is missing in some rows, and all of them in row 7."""
    for rows, modality in (([3, 7, 20], "a"), ([4, 7], "b"), ([5, 7, 20], "c")):
        toy.loc[rows, modality] = None
    return toy


def passed_through(toy, fusion, **params):
    return MultimodalFusion([(name, "passthrough") for name in toy], fusion=fusion, **params)


def test_a_frame_without_samples_is_refused_in_fit():
    X = make_frame(a=np.eye(3), b=np.eye(3))
    with pytest.raises(ValueError, match=r"Found 0 sample\(s\) \(shape=\(0, 2\)\)"):
        ConcatFusion().fit(X[:0])
    assert ConcatFusion().fit(X).transform(X[:0]).shape == (0, 6)


def test_modalities_are_named_by_strings():
    X = make_frame(a=np.eye(3), b=np.eye(3)).set_axis([0, 1], axis=1)
    with pytest.raises(TypeError, match=r"columns \[0, 1\], and names of modalities are strings"):
        ConcatFusion().fit(X)


def test_frames_and_matrices_do_not_stand_in_for_each_other(toy, fusion):
    with pytest.raises(ValueError, match="fitted on a frame of blocks, and X is a plain matrix"):
        fusion.fit(toy).transform(np.ones((3, 12)))
    with pytest.raises(ValueError, match="fitted on a plain matrix, and X is a frame of blocks"):
        fusion.fit(np.eye(12, 4)).transform(toy)


def test_a_block_of_another_width_is_refused(toy, fusion):
    narrow = toy.assign(a=TensorArray(np.ones((200, 1))))
    with pytest.raises(ModalityError, match=r"modality 'a'.*shape \(1,\), and \(5,\) in fit"):
        fusion.fit(toy).transform(narrow)


def test_token_ids_are_refused(fusion):
    with pytest.raises(ValueError, match="modality 'text' gives integers, which are token ids"):
        fusion.fit(make_frame(text=np.ones((3, 4), dtype=int)))


def test_padded_sequences_are_refused(fusion):
    sequences = np.ones((3, 4, 2))
    sequences[1, 2:] = np.nan
    with pytest.raises(ValueError, match="modality 'audio' gives sequences of several lengths"):
        fusion.fit(make_frame(audio=sequences))


def test_nan_in_a_present_cell_is_named(toy, fusion):
    blocks = make_frame(a=np.array([[1.0, 2.0], [np.nan, 1.0], [0.0, 0.0]]))
    with pytest.raises(ModalityError, match="modality 'a', row 1"):
        fusion.fit(blocks)


def test_a_modality_missing_in_every_row_is_named(toy, fusion):
    toy["b"] = TensorArray(np.zeros((200, 4)), np.zeros(200, dtype=bool))
    with pytest.raises(ModalityError, match="modality 'b': missing in every sample"):
        fusion.fit(toy)


def test_a_column_of_nothing_but_nulls_takes_the_form_it_had(toy, fusion):
    fusion.fit(toy)
    masked = toy.assign(b=TensorArray(np.zeros((200, 4)), np.zeros(200, dtype=bool)))
    assert_array_equal(fusion.transform(toy.assign(b=None)), fusion.transform(masked))
    with pytest.raises(ModalityError, match="modality 'b': missing in every sample"):
        fusion.fit(toy.assign(b=None))


def test_targets_of_another_length_are_refused(toy, fusion):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        fusion.fit(toy, [0, 1])


def test_a_column_of_numbers_is_a_block_of_width_one(toy, fusion):
    numbers = np.arange(200.0)
    expected = fusion.fit_transform(toy.assign(age=TensorArray(numbers[:, np.newaxis])))
    assert_array_equal(fusion.fit_transform(toy.assign(age=numbers)), expected)


def test_a_block_of_images_is_flattened(toy, fusion):
    images = np.random.default_rng(0).normal(size=(200, 1, 3, 2))
    expected = fusion.fit_transform(toy.assign(c=TensorArray(images.reshape(200, 6))))
    assert_array_equal(fusion.fit_transform(toy.assign(c=TensorArray(images))), expected)


def test_a_row_is_the_same_in_batches_of_any_size(gaps, fusion):
    whole = fusion.fit(gaps).transform(gaps)
    for size in (1, 2, 3, 17):
        starts = range(0, 51, size)
        parts = [fusion.transform(gaps.iloc[start : start + size]) for start in starts]
        assert_array_equal(np.vstack(parts), whole[: len(starts) * size])


def test_the_number_of_threads_does_not_matter(fusion):
    wide = make_frame(a=np.random.default_rng(0).normal(size=(30, 9000)))
    with threadpool_limits(1):
        one = fusion.fit_transform(wide)
    with threadpool_limits(2):
        assert_array_equal(fusion.fit_transform(wide), one)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_row_of_a_plain_matrix_is_the_same_in_any_layout(fusion, dtype):
    matrix = np.random.default_rng(0).normal(size=(40, 30)).astype(dtype)
    whole = fusion.fit(matrix).transform(matrix)
    assert_array_equal(fusion.transform(np.asfortranarray(matrix)), whole)
    for row in range(40):
        assert_array_equal(fusion.transform(np.asfortranarray(matrix)[[row]])[0], whole[row])


def test_float32_blocks_are_computed_in_float64(toy, fusion):
    single = toy.assign(**{m: TensorArray(toy[m].array.tensor.astype("float32")) for m in toy})
    double = toy.assign(**{m: TensorArray(single[m].array.tensor.astype("float64")) for m in toy})
    fused = fusion.fit_transform(single)
    is_kernel = isinstance(fusion, KernelFusion)
    assert fused.dtype == (np.float64 if is_kernel else np.float32)
    assert_allclose(fused, fusion.fit_transform(double), atol=0 if is_kernel else 1e-5)
    mixed = fusion.fit_transform(single.assign(a=double["a"]))
    assert mixed.dtype == np.float64


def test_a_row_without_any_modality_is_an_average_row(gaps, fusion):
    row = fusion.fit(gaps).transform(gaps)[7]
    constant = isinstance(fusion, TensorFusion)  # its first column is 1 in every row
    assert_array_equal(row, np.eye(1, len(row))[0] if constant else np.zeros(len(row)))


def test_no_rows_give_no_output(toy, fusion):
    whole = fusion.fit(toy).transform(toy)
    assert fusion.transform(toy.iloc[:0]).shape == (0, whole.shape[1])


def test_inside_multimodal_fusion_it_is_the_same(toy, fusion):
    inside = passed_through(toy, fusion)
    assert_array_equal(inside.fit_transform(toy), fusion.fit_transform(toy))
    assert_array_equal(inside.transform(toy.iloc[5:9]), fusion.transform(toy.iloc[5:9]))
    assert list(inside.get_feature_names_out()) == list(fusion.get_feature_names_out())


def test_missing_nan_passes_null_cells_on(gaps, fusion):
    inside = passed_through(gaps, fusion, missing="nan").fit_transform(gaps)
    alone = fusion.fit_transform(gaps)
    if isinstance(fusion, ConcatFusion):  # whose output can hold NaN itself
        inside = np.nan_to_num(inside)
    assert_array_equal(inside, alone)


def test_missing_mean_fills_the_gaps_first(gaps, fusion):
    means = {m: gaps[m].array.tensor[gaps[m].array.present].mean(axis=0) for m in gaps}
    filled = gaps.copy()
    for modality, mean in means.items():
        values = gaps[modality].array.tensor.copy()
        values[~gaps[modality].array.present] = mean
        filled[modality] = TensorArray(values)
    fused = passed_through(gaps, fusion, missing="mean").fit_transform(gaps)
    if isinstance(fusion, ConcatFusion):  # scales come from the present rows only
        assert_allclose(fused, fusion.fit(gaps).transform(filled), atol=1e-12)
    else:
        assert_allclose(fused, fusion.fit_transform(filled), atol=1e-12)


def test_parameters_of_the_fusion_are_checked_inside_multimodal_fusion(toy, fusion):
    name = next(iter(fusion.get_params()))
    fusion.set_params(**{name: object()})
    with pytest.raises(ValueError, match=f"'{name}' parameter of {type(fusion).__name__}"):
        passed_through(toy, fusion).fit(toy)


@pytest.mark.parametrize(
    "fusion",
    [
        ConcatFusion(weights={"a": 1, "b": 2, "c": 1}),
        KernelFusion(weights=[1, 2, 1], kernel={"a": "rbf", "b": "linear", "c": "poly"}),
        KernelFusion(gamma={"a": 0.1, "b": 0.2, "c": "scale"}),
        CanonicalFusion(2, regularization={"a": 0.1, "b": 0.2, "c": 0.3}),
    ],
    ids=repr,
)
def test_parameters_by_modality_go_with_dropped_members(toy, fusion):
    inside = passed_through(toy, fusion).set_params(b="drop").fit(toy)
    left = {
        name: {"a": value["a"], "c": value["c"]} if isinstance(value, dict) else value
        for name, value in fusion.get_params().items()
    }
    if isinstance(left.get("weights"), list):
        left["weights"] = [1, 1]
    expected = type(fusion)(**left).fit_transform(toy[["a", "c"]])
    assert_array_equal(inside.transform(toy), expected)


@pytest.mark.parametrize("name", ["kernel", "gamma"])
def test_parameters_by_modality_need_a_value_for_each(toy, name):
    value = {"kernel": "rbf", "gamma": 1.0}[name]
    with pytest.raises(
        ValueError, match=rf"{name} is for \['a'\], and the modalities are \['a', 'b"
    ):
        KernelFusion(**{name: {"a": value}}).fit(toy)


def test_a_frame_of_nothing_but_nan_is_one_of_blocks_if_fit_saw_some():
    blocks = make_frame(a=np.eye(3), b=np.ones((3, 2)))
    fusion = ConcatFusion().fit(blocks)
    nothing = pd.DataFrame({"b": [np.nan] * 2, "a": [np.nan] * 2})
    assert_array_equal(fusion.transform(nothing), np.zeros((2, 5)))


def test_nan_in_a_block_is_for_the_caller_to_mend():
    X = make_frame(a=np.array([[1.0, 2.0], [np.nan, 3.0], [4.0, 1.0]]), b=np.eye(3))
    with pytest.raises(
        ModalityError, match="'a', row 1 .*holds NaN or infinity; mend it, or replace"
    ):
        CanonicalFusion(1).fit(X)
