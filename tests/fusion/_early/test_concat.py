import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmm import make_frame
from skmm.fusion import ConcatFusion
from tests.toys import shared_directions


@pytest.fixture
def toy():
    return shared_directions()


def eigenvalues(matrix):
    return np.linalg.eigvalsh(matrix.T @ matrix / len(matrix))[::-1]


def test_mfa_divides_by_the_golden_singular_values(toy):
    fusion = ConcatFusion(scaling="mfa").fit(toy)
    assert_allclose(list(fusion.block_scales_.values()), [1.734325, 1.404477, 1.365246], atol=1e-6)


def test_mfa_gives_the_eigenvalues_of_multiple_factor_analysis(toy):
    two = ConcatFusion(scaling="mfa").fit_transform(toy[["a", "b"]])
    assert_allclose(eigenvalues(two)[:3], [1.561048, 0.865914, 0.489568], atol=1e-6)
    three = ConcatFusion(scaling="mfa").fit_transform(toy)
    assert_allclose(eigenvalues(three)[:3], [2.323092, 1.265731, 0.498584], atol=1e-6)


def test_mfa_gives_the_eigenvalues_of_prince(toy):
    """``prince.MFA(n_components=3).fit(..., groups=...).eigenvalues_``, version 0.23.0."""
    fused = ConcatFusion(scaling="mfa").fit_transform(toy[["a", "b"]])
    assert_allclose(eigenvalues(fused)[:3], [1.561048, 0.865914, 0.489568], atol=1e-6)
    whole = ConcatFusion(scaling="mfa").fit_transform(toy)
    assert 1 <= eigenvalues(whole)[0] <= 3


def test_after_mfa_the_first_eigenvalue_of_every_block_is_one(toy):
    fusion = ConcatFusion(scaling="mfa").fit(toy)
    fused = fusion.transform(toy)
    for part in fusion.output_slices_.values():
        assert_allclose(eigenvalues(fused[:, part])[0], 1)


def test_standard_scaling_is_scikit_learns(toy):
    raw = np.hstack([toy[name].array.tensor for name in toy])
    assert_allclose(
        ConcatFusion().fit_transform(toy), StandardScaler().fit_transform(raw), atol=1e-12
    )


def test_no_scaling_leaves_the_blocks_as_they_are(toy):
    raw = np.hstack([toy[name].array.tensor for name in toy])
    assert_array_equal(ConcatFusion(scaling=None).fit_transform(toy), raw)


def test_frobenius_is_sqrt_dim_where_no_column_is_constant(toy):
    one = ConcatFusion(scaling="frobenius").fit_transform(toy)
    assert_allclose(one, ConcatFusion(scaling="sqrt_dim").fit_transform(toy))


def test_frobenius_does_not_count_constant_columns(toy):
    padded = np.hstack([toy["a"].array.tensor, np.full((200, 3), 7.0)])
    fusion = ConcatFusion(scaling="frobenius").fit(make_frame(a=padded))
    assert_allclose(fusion.block_scales_["a"], np.sqrt(5))


def test_a_constant_column_becomes_zero():
    block = np.column_stack([np.full(6, 0.1), np.arange(6.0)])
    assert_array_equal(ConcatFusion().fit_transform(make_frame(a=block))[:, 0], np.zeros(6))


def test_weights_make_the_weighted_sum_of_linear_kernels(toy):
    weights = {"a": 0.5, "b": 0.3, "c": 0.2}
    y = np.arange(200) % 2
    fused = ConcatFusion(weights=weights).fit_transform(toy)
    parts = {name: StandardScaler().fit_transform(toy[name].array.tensor) for name in toy}
    kernel = sum(weights[name] * part @ part.T for name, part in parts.items())
    assert_allclose(fused @ fused.T, kernel, atol=1e-12)
    precomputed = SVC(kernel="precomputed", tol=1e-10).fit(kernel, y).decision_function(kernel)
    linear = SVC(kernel="linear", tol=1e-10).fit(fused, y).decision_function(fused)
    assert_allclose(linear, precomputed, atol=1e-8)  # libsvm stops at its tolerance, and loses some


def test_equal_weights_divide_by_the_root_of_their_number(toy):
    equal = ConcatFusion(weights=[1, 1, 1]).fit_transform(toy)
    assert_allclose(equal, ConcatFusion().fit_transform(toy) / np.sqrt(3))


def test_the_order_of_modalities_only_permutes_the_columns(toy):
    for scaling in ("standard", "sqrt_dim", "frobenius", "mfa", None):
        one = ConcatFusion(scaling=scaling).fit(toy)
        other = ConcatFusion(scaling=scaling).fit(toy[["c", "a", "b"]])
        for modality, part in one.output_slices_.items():
            assert_array_equal(
                other.transform(toy)[:, other.output_slices_[modality]], one.transform(toy)[:, part]
            )


def test_weights_are_divided_by_their_sum(toy):
    one = ConcatFusion(weights=[5, 3, 2]).fit_transform(toy)
    assert_allclose(one, ConcatFusion(weights={"c": 0.2, "b": 0.3, "a": 0.5}).fit_transform(toy))


def test_cross_validated_weights_find_the_informative_modality(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    y = np.arange(120) % 3
    informative = np.eye(3)[y] * 3 + rng.normal(size=(120, 3))
    frame = make_frame(noise=rng.normal(size=(120, 4)), signal=informative)
    fusion = ConcatFusion(weights="cv").fit(frame, y)
    assert fusion.weights_["signal"] > 0.7
    assert fusion.scores_["signal"] > 0.8
    assert_allclose(sum(fusion.weights_.values()), 1)
    target = informative @ [1, 2, 3] + 0.1 * rng.normal(size=120)
    assert ConcatFusion(weights="cv").fit(frame, target).weights_["signal"] > 0.9


def test_cross_validated_weights_are_equal_where_nothing_predicts():
    y = np.array([0, 1] * 20)
    constant = make_frame(a=np.ones((40, 2)), b=np.ones((40, 3)))
    with pytest.warns(UserWarning, match="no modality predicts y better than chance"):
        fusion = ConcatFusion(weights="cv").fit(constant, y)
    assert fusion.weights_ == {"a": 0.5, "b": 0.5}


def test_groups_are_kept_whole_by_the_folds_of_cross_validated_weights():
    """A modality that knows the speaker, and nothing else, is worth nothing for new speakers."""
    rng = np.random.default_rng(0)
    speaker = np.tile(np.arange(12), 6)
    y = (speaker % 2)[:, np.newaxis]
    frame = make_frame(
        speaker=np.eye(12)[speaker] + 0.01 * rng.normal(size=(72, 12)),
        signal=y + 0.3 * rng.normal(size=(72, 2)),
    )
    torn = ConcatFusion(weights="cv").fit(frame, y[:, 0])
    whole = ConcatFusion(weights="cv").fit(frame, y[:, 0], groups=speaker)
    assert torn.scores_["speaker"] == 1
    assert whole.scores_["speaker"] < 0.6
    assert whole.weights_["signal"] > 0.8
    fused = ConcatFusion(weights="cv").fit_transform(frame, y[:, 0], groups=speaker)
    assert_array_equal(fused, whole.transform(frame))


def test_scores_of_an_earlier_fit_are_forgotten(toy):
    y = toy["a"].array.tensor[:, 0]
    fusion = ConcatFusion(weights="cv").fit(toy, y)
    assert set(fusion.scores_) == {"a", "b", "c"}
    assert not hasattr(fusion.set_params(weights=None).fit(toy), "scores_")


def test_cross_validated_weights_need_y(toy):
    with pytest.raises(ValueError, match="requires y to be passed.*give y, or other weights"):
        ConcatFusion(weights="cv").fit(toy)


def test_a_missing_cell_becomes_the_training_mean_and_does_not_touch_the_scales(toy):
    gaps = toy.copy()
    gaps.loc[:9, "a"] = None
    fused = ConcatFusion().fit_transform(gaps)
    assert_array_equal(fused[:10, :5], np.zeros((10, 5)))
    assert_allclose(fused[10:, :5], StandardScaler().fit_transform(toy["a"].array.tensor[10:]))
    raw = ConcatFusion(scaling=None).fit_transform(gaps)
    assert_allclose(raw[:10, :5], np.tile(toy["a"].array.tensor[10:].mean(axis=0), (10, 1)))


def test_scales_come_from_the_rows_of_fit(toy):
    fusion = ConcatFusion(scaling="mfa").fit(toy.iloc[:100])
    alone = fusion.transform(toy.iloc[150:151])
    assert_allclose(fusion.transform(toy)[150], alone[0], rtol=1e-12)


def test_a_sparse_block_stays_sparse_and_is_not_centered():
    counts = sparse.random_array((30, 8), density=0.4, rng=np.random.default_rng(0), format="csr")
    fused = ConcatFusion().fit_transform(counts)
    assert sparse.issparse(fused)
    expected = StandardScaler(with_mean=False).fit_transform(counts)
    assert_allclose(fused.toarray(), expected.toarray())


@pytest.mark.parametrize("scaling", ["sqrt_dim", "frobenius", "mfa"])
def test_sparse_and_dense_blocks_of_mean_zero_are_scaled_alike(scaling):
    rng = np.random.default_rng(0)
    dense = rng.integers(-1, 2, size=(50, 6)).astype(float)
    dense = np.vstack([dense, -dense])  # mean 0 in every column
    one = ConcatFusion(scaling=scaling).fit(dense).block_scales_[None]
    two = ConcatFusion(scaling=scaling).fit(sparse.csr_array(dense)).block_scales_[None]
    assert_allclose(one, two)


def test_a_block_of_images_is_flattened():
    images = np.random.default_rng(0).normal(size=(9, 2, 3, 4))
    fused = ConcatFusion(scaling=None).fit_transform(make_frame(image=images))
    assert_array_equal(fused, images.reshape(9, 24))


def test_float32_blocks_stay_float32(toy):
    single = make_frame(a=toy["a"].array.tensor.astype("float32"))
    assert ConcatFusion().fit_transform(single).dtype == np.float32


def test_names_are_modality_and_column(toy):
    names = ConcatFusion().fit(toy).get_feature_names_out()
    assert list(names[:6]) == ["a__0", "a__1", "a__2", "a__3", "a__4", "b__0"]
    assert len(names) == 12


def test_a_failed_refit_keeps_the_old_scales(toy):
    fusion = ConcatFusion().fit(toy)
    before = fusion.transform(toy)
    with pytest.raises(ValueError, match="not all 0"):
        fusion.set_params(weights=[0, 0]).fit(toy[["a", "b"]])
    assert_array_equal(fusion.transform(toy), before)


def test_a_column_of_numbers_is_a_block_of_width_one(toy):
    fused = ConcatFusion(scaling=None).fit_transform(toy.assign(age=np.arange(200.0)))
    assert_array_equal(fused[:, -1], np.arange(200.0))


def test_names_of_a_plain_matrix_are_its_columns():
    assert list(ConcatFusion().fit(np.eye(3)).get_feature_names_out()) == ["x0", "x1", "x2"]
