"""KernelFusion against sums of scikit-learn's kernels."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics.pairwise import pairwise_kernels
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from skmm import MultimodalFusion, make_frame
from skmm.frame import TensorArray
from skmm.fusion import ConcatFusion, KernelFusion
from tests.toys import shared_directions


@parametrize_with_checks([KernelFusion(method="easymkl")])
def test_scikit_learns_whole_suite(estimator, check):
    check(estimator)


@pytest.fixture
def toy():
    return shared_directions().iloc[:60]


@pytest.fixture
def gaps():
    """The labels of the published values, and 30 % of cells missing."""
    rng = np.random.default_rng(1)
    y = np.sign(rng.normal(size=60))
    blocks = [
        rng.normal(size=(60, 4)) + 1.2 * y[:, np.newaxis],
        rng.normal(size=(60, 6)) + 0.3 * y[:, np.newaxis],
    ]
    present = rng.random((60, 2)) > 0.3
    return make_frame(
        a=TensorArray(blocks[0], present[:, 0]), b=TensorArray(blocks[1], present[:, 1])
    )


@pytest.fixture
def labeled():
    rng = np.random.default_rng(1)
    y = np.sign(rng.normal(size=60))
    x = rng.normal(size=(60, 4)) + 1.2 * y[:, np.newaxis]
    return make_frame(a=x, b=rng.normal(size=(60, 6)) + 0.3 * y[:, np.newaxis]), y


def tensors(frame):
    return [frame[m].array.tensor for m in frame]


def unit(kernel):
    root = np.sqrt(np.diagonal(kernel))
    return kernel / np.outer(root, root)


@pytest.mark.parametrize("name", ["linear", "cosine", "poly", "rbf"])
def test_the_mean_of_kernels_is_scikit_learns(toy, name):
    params = {"gamma": 0.2} if name in ("rbf", "poly") else {}
    kernels = [pairwise_kernels(x, metric=name, **params) for x in tensors(toy)]
    plain = KernelFusion(kernel=name, gamma=0.2, normalize=False).fit_transform(toy)
    assert_allclose(plain, np.mean(kernels, axis=0), rtol=1e-9, atol=1e-12)
    normalized = KernelFusion(kernel=name, gamma=0.2).fit_transform(toy)
    assert_allclose(normalized, np.mean([unit(k) for k in kernels], axis=0), atol=1e-12)


def test_new_rows_meet_the_training_rows_and_use_their_own_self_kernels(toy):
    fusion = KernelFusion(kernel="linear").fit(toy[:40])
    whole = np.mean([unit(pairwise_kernels(x)) for x in tensors(toy)], axis=0)
    assert_allclose(fusion.transform(toy[40:]), whole[40:, :40], atol=1e-12)


@pytest.mark.parametrize("weights", [[5, 3, 2], {"c": 0.2, "a": 0.5, "b": 0.3}])
def test_weights_are_divided_by_their_sum(toy, weights):
    fusion = KernelFusion(kernel="linear", normalize=False, weights=weights).fit(toy)
    kernels = [w * x @ x.T for w, x in zip([0.5, 0.3, 0.2], tensors(toy), strict=True)]
    assert_allclose(fusion.transform(toy), np.sum(kernels, axis=0))
    assert_allclose([fusion.weights_[m] for m in "abc"], [0.5, 0.3, 0.2])


def test_weighted_linear_kernels_are_that_of_weighted_concatenation(toy):
    fused = ConcatFusion(weights=[5, 3, 2]).fit_transform(toy)
    scaled = make_frame(**{m: StandardScaler().fit_transform(toy[m].array.tensor) for m in toy})
    kernel = KernelFusion(kernel="linear", normalize=False, weights=[5, 3, 2]).fit_transform(scaled)
    assert_allclose(kernel, fused @ fused.T, atol=1e-12)


def test_kernels_and_gammas_by_modality(toy):
    fusion = KernelFusion(
        kernel={"a": "rbf", "c": "linear", "b": "poly"}, gamma={"a": 0.1, "b": 0.7, "c": "scale"}
    ).fit(toy)
    a, b, c = tensors(toy)
    expected = [
        pairwise_kernels(a, metric="rbf", gamma=0.1),
        pairwise_kernels(b, metric="poly", gamma=0.7),
        pairwise_kernels(c),
    ]
    assert_allclose(fusion.transform(toy), np.mean([unit(k) for k in expected], axis=0), atol=1e-12)


def test_gamma_scale_is_that_of_svc(toy):
    a = toy["a"].array.tensor
    y = np.arange(60) % 2
    fusion = KernelFusion().fit(a)
    precomputed = SVC(kernel="precomputed").fit(fusion.transform(a), y)
    direct = SVC(kernel="rbf", gamma="scale").fit(a, y)
    assert_allclose(
        precomputed.decision_function(fusion.transform(a)), direct.decision_function(a), atol=1e-6
    )
    assert KernelFusion().fit(np.ones((5, 2))).gammas_ == {None: 1.0}  # as SVC


def test_aligned_weights_are_the_published_ones(labeled):
    fusion = KernelFusion(method="cka", kernel="linear").fit(*labeled)
    assert_allclose(list(fusion.weights_.values()), [0.843252, 0.156748], atol=1e-6)


def test_easymkl_weights_are_the_published_ones(labeled):
    fusion = KernelFusion(method="easymkl", kernel="linear").fit(*labeled)
    assert_allclose(list(fusion.weights_.values()), [0.926519, 0.073481], atol=1e-6)


def test_learned_weights_add_the_kernels(labeled):
    X, y = labeled
    for method in ("cka", "easymkl"):
        fusion = KernelFusion(method=method, kernel="cosine").fit(X, y)
        given = KernelFusion(kernel="cosine", weights=fusion.weights_).fit(X)
        assert_array_equal(fusion.transform(X), given.transform(X))


def test_alignment_with_numbers(labeled):
    X, _ = labeled
    target = X["a"].array.tensor @ [1.0, 2, 3, 4]
    assert KernelFusion(method="cka", kernel="linear").fit(X, target).weights_["a"] > 0.8


def test_weights_are_equal_where_no_kernel_is_aligned():
    constant = make_frame(a=np.ones((8, 2)), b=np.ones((8, 3)))
    with pytest.warns(UserWarning, match="no kernel is aligned with y.*all weights are equal"):
        fusion = KernelFusion(method="cka").fit(constant, [0, 1] * 4)
    assert fusion.weights_ == {"a": 0.5, "b": 0.5}


# -- missing cells


@pytest.mark.parametrize("normalize", [True, False])
def test_a_missing_modality_is_a_zero_vector(gaps, normalize):
    expected = np.zeros((60, 60))
    for modality in gaps:
        kernel = pairwise_kernels(gaps[modality].array.tensor)
        kernel = unit(kernel) if normalize else kernel
        present = gaps[modality].array.present
        expected += 0.5 * kernel * np.outer(present, present)
    if normalize:
        size = np.diagonal(expected)
        root = np.where(size > 0, 1 / np.sqrt(np.where(size > 0, size, 1)), 0)
        expected *= np.outer(root, root)
    fused = KernelFusion(kernel="linear", normalize=normalize).fit_transform(gaps)
    assert_allclose(fused, expected, atol=1e-12)
    assert np.linalg.eigvalsh(fused)[0] > -1e-12 * np.linalg.norm(fused)


def test_a_mean_over_shared_modalities_would_be_no_kernel(gaps):
    """Why it is not what is computed."""
    present = np.column_stack([gaps[m].array.present for m in gaps]).astype(float)
    fused = KernelFusion(kernel="linear", normalize=False).fit_transform(gaps)
    shared = present @ present.T
    mean = np.divide(2 * fused, shared, out=np.zeros_like(fused), where=shared > 0)
    assert np.linalg.eigvalsh(mean)[0] < -1


@pytest.mark.parametrize("kernel", ["linear", "rbf", "cosine", "poly"])
def test_the_kernel_with_gaps_has_no_negative_eigenvalue(gaps, kernel):
    fused = KernelFusion(kernel=kernel).fit_transform(gaps)
    assert_array_equal(fused, fused.T)
    assert np.linalg.eigvalsh(fused)[0] > -1e-12


def test_weights_are_learned_from_what_is_there(gaps):
    y = np.arange(60) % 2
    present = gaps["a"].array.present
    alone = make_frame(a=gaps["a"].array.tensor[present], b=gaps["b"].array.tensor[present])
    ratio = KernelFusion(method="cka").fit(alone, y[present])
    everywhere = gaps.assign(b=TensorArray(np.ones((60, 1))))  # aligned with nothing
    fusion = KernelFusion(method="cka").fit(everywhere, y)
    assert fusion.weights_ == {"a": 1.0, "b": 0.0}
    assert ratio.gammas_["a"] == pytest.approx(fusion.gammas_["a"])
    easy = KernelFusion(method="easymkl").fit(gaps, y)
    assert_allclose(sum(easy.weights_.values()), 1)


def test_a_row_that_only_has_an_unused_modality_is_zero(gaps):
    fused = KernelFusion(weights={"a": 1, "b": 0}).fit(gaps).transform(gaps)
    assert_array_equal((fused == 0).all(axis=1), ~gaps["a"].array.present)


# -- in scikit-learn's tools


def problem():
    rng = np.random.default_rng(0)
    y = np.arange(80) % 2
    x = rng.normal(size=(80, 4)) + 2 * y[:, np.newaxis]
    frame = make_frame(a=x, b=rng.normal(size=(80, 6)) + 0.5 * y[:, np.newaxis])
    frame.loc[[3, 8, 40], "b"] = None
    return frame, y


@pytest.mark.parametrize("method", ["mean", "cka", "easymkl"])
def test_a_pipeline_with_a_support_vector_machine_can_be_cross_validated(method):
    X, y = problem()
    alone = make_pipeline(KernelFusion(method=method), SVC(kernel="precomputed"))
    assert cross_val_score(alone, X, y, cv=4).mean() > 0.8
    members = [(m, StandardScaler()) for m in X]
    inside = make_pipeline(
        MultimodalFusion(members, fusion=KernelFusion(method=method), missing="nan"),
        SVC(kernel="precomputed"),
    )
    assert cross_val_predict(inside, X, y, cv=4).shape == (80,)
    assert not get_tags(inside).input_tags.pairwise


def test_a_search_over_kernels_and_weights():
    X, y = problem()
    model = make_pipeline(KernelFusion(), SVC(kernel="precomputed"))
    grid = {
        "kernelfusion__weights": [{"a": 1, "b": 0}, {"a": 0, "b": 1}],
        "kernelfusion__kernel": ["linear", "rbf"],
        "svc__C": [0.1, 1],
    }
    search = GridSearchCV(model, grid, cv=3).fit(X, y)
    assert len(search.cv_results_["params"]) == 8
    assert search.best_params_["kernelfusion__weights"] == {"a": 1, "b": 0}


def test_one_column_per_training_row(toy):
    names = KernelFusion().fit(toy).get_feature_names_out()
    assert list(names) == [f"kernelfusion{row}" for row in range(60)]


# -- errors


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"kernel": {"a": "rbf", "b": "sigmoid"}}, "kernel of modality 'b' is 'sigmoid'; expected"),
        ({"gamma": {"a": "auto", "b": 1.0}}, "gamma of modality 'a' is 'auto'; expected"),
        ({"gamma": {"a": 1.0, "b": 0.0}}, "gamma of modality 'b' is 0.0; expected"),
        ({"weights": [1, 2, 3]}, "3 weights for 2 modalities"),
        ({"weights": [1, 2], "method": "cka"}, 'weights are given, and method="cka" learns'),
    ],
)
def test_parameters_that_do_not_fit_are_refused(labeled, params, message):
    with pytest.raises(ValueError, match=message):
        KernelFusion(**params).fit(*labeled)


@pytest.mark.parametrize("method", ["cka", "easymkl"])
def test_learned_weights_need_y(labeled, method):
    with pytest.raises(ValueError, match=f'{method}".* requires y to be passed'):
        KernelFusion(method=method).fit(labeled[0])
