"""CanonicalFusion against scikit-learn, statsmodels, dense formulas and published values."""

import numpy as np
import pytest
from cca_zoo.linear import GCCA, MCCA
from numpy.testing import assert_allclose, assert_array_equal
from scipy.linalg import block_diag, eigh
from sklearn.cross_decomposition import CCA, PLSSVD
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler
from statsmodels.multivariate.cancorr import CanCorr

from skmm import make_frame
from skmm.frame import TensorArray
from skmm.fusion import CanonicalFusion
from tests.toys import shared_directions


@pytest.fixture
def toy():
    return shared_directions()


@pytest.fixture
def gaps(toy):
    rng = np.random.default_rng(1)
    for modality in toy:
        toy[modality] = TensorArray(toy[modality].array.tensor, rng.random(200) > 0.2)
    return toy


def matrices(frame):
    return [frame[name].array.tensor for name in frame]


def fit(frame, n_components=2, **params):
    return CanonicalFusion(n_components, scale=False, **params).fit(frame)


def pairs(fusion, component):
    """Correlations between scores: ab, ac, bc."""
    return fusion.correlations_[component][np.triu_indices(3, 1)]


def stack(fusion):
    return np.vstack(list(fusion.weights_.values()))


# -- published values


@pytest.mark.parametrize(
    ("names", "method", "regularization", "eigenvalues"),
    [
        ("ab", "mcca", 0.1, [0.859829, 0.611892]),
        ("ab", "rcca", 0.0, [0.859829, 0.611892]),
        ("ab", "rcca", 0.1, [0.938231, 0.657424]),
        ("ab", "rcca", 1.0, [6.392662, 2.128197]),
        ("ab", "pls", 0.1, [6.392662, 2.128197]),
        ("ab", "gcca", 0.0, [1.859829, 1.611892]),
        ("abc", "mcca", 0.1, [1.672504, 1.344174]),
        ("abc", "rcca", 0.1, [1.825259, 1.447061]),
        ("abc", "pls", 0.1, [12.254830, 5.095680]),
        ("abc", "gcca", 0.0, [2.672504, 2.344174]),
    ],
)
def test_eigenvalues_are_the_published_ones(toy, names, method, regularization, eigenvalues):
    fusion = fit(toy[list(names)], method=method, regularization=regularization)
    assert_allclose(fusion.eigenvalues_, eigenvalues, atol=1e-6)


@pytest.mark.parametrize(
    ("regularization", "first", "second"),
    [  # cca-zoo 4.0.1: MCCA(2, shrinkage=regularization)
        (0.0, [0.854902, 0.872410, 0.780512], [0.612000, 0.690969, 0.711947]),
        (0.1, [0.853896, 0.873982, 0.779665], [0.612282, 0.690450, 0.711994]),
    ],
)
def test_scores_of_three_blocks_correlate_as_those_of_cca_zoo(toy, regularization, first, second):
    fusion = fit(toy, regularization=regularization)
    assert_allclose(pairs(fusion, 0), first, atol=1e-6)
    assert_allclose(pairs(fusion, 1), second, atol=1e-6)


@pytest.mark.parametrize("regularization", [0.0, 0.1, 0.5])
def test_scores_of_three_blocks_are_those_of_cca_zoo(toy, regularization):
    blocks = matrices(toy)
    oracle = MCCA(2, shrinkage=regularization).fit(blocks)
    fusion = fit(toy, regularization=regularization, merge="concat")
    for number, expected in enumerate(oracle.transform(blocks)):
        scores = fusion.transform(toy)[:, 2 * number : 2 * number + 2]
        correlations = np.corrcoef(scores.T, expected.T)[:2, 2:]  # up to sign and length
        assert_allclose(np.abs(np.diagonal(correlations)), 1, atol=1e-9)


def test_the_consensus_of_three_blocks_is_that_of_cca_zoo(toy):
    blocks = matrices(toy)
    oracle = GCCA(2).fit(blocks)
    fusion = fit(toy, method="gcca", regularization=0.0, merge="concat")
    for number, expected in enumerate(oracle.transform(blocks)):
        scores = fusion.transform(toy)[:, 2 * number : 2 * number + 2]
        correlations = np.corrcoef(scores.T, expected.T)[:2, 2:]
        assert_allclose(np.abs(np.diagonal(correlations)), 1, atol=1e-9)


# -- two blocks: canonical correlation analysis and partial least squares


def test_eigenvalues_of_two_blocks_are_the_canonical_correlations_of_statsmodels(toy):
    a, b = matrices(toy[["a", "b"]])
    eigenvalues = fit(toy[["a", "b"]], 4, method="mcca").eigenvalues_
    assert_allclose(eigenvalues, CanCorr(a, b).cancorr, atol=1e-13)
    assert_allclose(eigenvalues, [0.859829, 0.611892, 0.111169, 0.062803], atol=1e-6)


def test_canonical_correlations_are_the_singular_values_of_the_orthonormal_bases(toy):
    bases = [np.linalg.qr(x - x.mean(axis=0))[0] for x in matrices(toy[["a", "b"]])]
    expected = np.linalg.svd(bases[0].T @ bases[1], compute_uv=False)
    eigenvalues = fit(toy[["a", "b"]], 4, method="mcca").eigenvalues_
    assert_allclose(eigenvalues, expected, atol=1e-13)


@pytest.mark.parametrize("scale", [True, False])
def test_scores_of_two_blocks_are_those_of_scikit_learns_cca(toy, scale):
    a, b = matrices(toy[["a", "b"]])
    oracle = CCA(4, scale=scale, max_iter=20_000, tol=1e-14).fit(a, b)
    fusion = CanonicalFusion(4, method="mcca", scale=scale, merge="concat").fit(toy[["a", "b"]])
    ours = fusion.transform(toy)
    correlations = np.diagonal(np.corrcoef(*(x.T for x in oracle.transform(a, b))), 4)
    assert_allclose(fusion.eigenvalues_, correlations, atol=1e-9)
    for scores, part in zip(
        oracle.transform(a, b), (ours[:, :4], ours[:, 4:]), strict=True
    ):  # up to sign and length
        assert_allclose(np.abs(np.diagonal(np.corrcoef(scores.T, part.T), 4)), 1, atol=1e-9)


def test_scores_of_two_blocks_have_variance_one_and_do_not_correlate(toy):
    scores = CanonicalFusion(4, method="mcca", merge="concat").fit_transform(toy[["a", "b"]])
    covariance = np.cov(scores.T)
    assert_allclose(covariance[:4, :4], np.eye(4), atol=1e-12)
    assert_allclose(covariance[4:, 4:], np.eye(4), atol=1e-12)
    assert_allclose(
        covariance[:4, 4:], np.diag([0.859829, 0.611892, 0.111169, 0.062803]), atol=1e-6
    )


@pytest.mark.parametrize("scale", [True, False])
def test_pls_is_scikit_learns_plssvd(toy, scale):
    a, b = matrices(toy[["a", "b"]])
    oracle = PLSSVD(3, scale=scale).fit(a, b)
    fusion = CanonicalFusion(3, method="pls", scale=scale, merge="concat").fit(toy[["a", "b"]])
    u, v = oracle.transform(a, b)
    covariances = np.diagonal(np.cov(u.T, v.T), 3)
    assert_allclose(fusion.eigenvalues_, covariances, atol=1e-12)
    signs = np.sign((u * fusion.transform(toy)[:, :3]).sum(axis=0))
    assert_allclose(
        fusion.transform(toy), np.hstack([u * signs, v * signs]), atol=1e-11
    )  # of length 1 each, as there


def test_pls_is_no_principal_component_analysis_of_the_concatenation(toy):
    """With S in place of S - D it would be."""
    whole = np.hstack(matrices(toy[["a", "b"]]))
    variance = PCA(1).fit(whole).explained_variance_[0]
    assert_allclose(variance, 15.396550, atol=1e-6)
    assert fit(toy[["a", "b"]], method="pls").eigenvalues_[0] < 7


# -- any number of blocks


@pytest.mark.parametrize("regularization", [0.0, 0.1, 0.7, 1.0])
def test_the_dense_eigenvalue_problem_is_solved(toy, regularization):
    whole = np.hstack(matrices(toy))
    covariance = np.cov(whole.T)
    diagonal = block_diag(*(np.cov(x.T) for x in matrices(toy)))
    shrunk = (1 - regularization) * diagonal + regularization * np.eye(12)
    values, vectors = eigh(covariance - diagonal, shrunk)
    fusion = fit(toy, 4, regularization=regularization)
    assert_allclose(fusion.eigenvalues_, values[::-1][:4], rtol=1e-10)
    w = stack(fusion)
    assert_allclose(np.abs(w), np.abs(vectors[:, ::-1][:, :4]) * np.sqrt(3), atol=1e-10)
    assert_allclose(w.T @ shrunk @ w, 3 * np.eye(4), atol=1e-10)


def test_regularization_by_modality(toy):
    strength = {"c": 0.5, "a": 0.1, "b": 0.0}  # in any order
    diagonal = [np.cov(x.T) for x in matrices(toy)]
    shrunk = block_diag(
        *((1 - strength[m]) * d + strength[m] * np.eye(len(d)) for m, d in zip("abc", diagonal))  # noqa: B905
    )
    values = eigh(
        np.cov(np.hstack(matrices(toy)).T) - block_diag(*diagonal), shrunk, eigvals_only=True
    )
    assert_allclose(fit(toy, regularization=strength).eigenvalues_, values[::-1][:2])
    assert_allclose(
        fit(toy, regularization=0.1).eigenvalues_,
        fit(toy, regularization=dict.fromkeys("abc", 0.1)).eigenvalues_,
    )


@pytest.mark.parametrize("k", [0.0, 0.1, 1.0])
def test_gcca_is_the_sum_of_projections(toy, k):
    centered = [x - x.mean(axis=0) for x in matrices(toy)]
    inverses = [np.linalg.inv(x.T @ x + k * np.eye(x.shape[1])) for x in centered]
    projections = sum(x @ inv @ x.T for x, inv in zip(centered, inverses, strict=True))
    values, vectors = eigh(projections)
    consensus = vectors[:, ::-1][:, :2]
    fusion = fit(toy, method="gcca", regularization=k)
    assert_allclose(fusion.eigenvalues_, values[::-1][:2])
    expected = np.vstack([inv @ x.T @ consensus for x, inv in zip(centered, inverses, strict=True)])
    ratio = stack(fusion) / expected  # one length and sign per component
    assert_allclose(ratio, np.tile(ratio[0], (12, 1)), rtol=1e-8)


@pytest.mark.parametrize("names", ["ab", "abc"])
def test_gcca_without_regularization_is_mcca_plus_one(toy, names):
    mcca = fit(toy[list(names)], method="mcca")
    gcca = fit(toy[list(names)], method="gcca", regularization=0)
    assert_allclose(gcca.eigenvalues_, 1 + mcca.eigenvalues_)
    assert_allclose(stack(gcca), stack(mcca), atol=1e-10)


@pytest.mark.parametrize("method", ["mcca", "rcca", "pls", "gcca"])
def test_the_order_of_modalities_does_not_matter(toy, method):
    one, other = fit(toy, method=method), fit(toy[["c", "a", "b"]], method=method)
    assert_allclose(one.transform(toy), other.transform(toy), atol=1e-10)
    assert_allclose(one.eigenvalues_, other.eigenvalues_)
    side = fit(toy[["c", "a", "b"]], method=method, merge="concat")
    assert list(side.output_slices_) == ["c", "a", "b"]
    by_modality = fit(toy, method=method, merge="concat")
    for modality, part in side.output_slices_.items():
        assert_allclose(
            side.transform(toy)[:, part],
            by_modality.transform(toy)[:, by_modality.output_slices_[modality]],
            atol=1e-10,
        )


def test_scaling_is_standardization(toy):
    scaled = make_frame(
        **{m: StandardScaler().fit_transform(toy[m].array.tensor) * np.sqrt(199 / 200) for m in toy}
    )
    fusion = CanonicalFusion(2).fit(toy)
    assert_allclose(fusion.eigenvalues_, fit(scaled).eigenvalues_)
    assert_allclose(fusion.transform(toy), fit(scaled).transform(scaled), atol=1e-10)
    for modality in toy:
        assert_allclose(fusion.means_[modality], toy[modality].array.tensor.mean(axis=0))
        assert_allclose(fusion.scales_[modality], toy[modality].array.tensor.std(axis=0, ddof=1))


def test_units_do_not_matter(toy):
    other = toy.assign(a=TensorArray(toy["a"].array.tensor * [1e6, 1, 1e-6, -1e3, 1] + 7))
    codes = [CanonicalFusion(2).fit_transform(frame) for frame in (toy, other)]
    assert_allclose(np.abs(codes[0]), np.abs(codes[1]), atol=1e-9)


def test_a_constant_column_has_no_say(toy):
    padded = toy.assign(a=TensorArray(np.hstack([toy["a"].array.tensor, np.full((200, 1), 3.3)])))
    for method in ("mcca", "rcca", "pls", "gcca"):
        fusion = CanonicalFusion(2, method=method).fit(padded)
        assert_array_equal(fusion.weights_["a"][5], [0, 0])
        assert_allclose(
            fusion.transform(padded),
            CanonicalFusion(2, method=method).fit_transform(toy),
            atol=1e-10,
        )
        assert np.isinf(fusion.scales_["a"][5])


def test_more_columns_than_rows_are_no_problem(toy, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    shared = rng.normal(size=(60, 1))
    wide = make_frame(
        a=shared @ rng.normal(size=(1, 300)) + rng.normal(size=(60, 300)),
        b=shared @ rng.normal(size=(1, 150)) + rng.normal(size=(60, 150)),
    )
    code = CanonicalFusion(1).fit(wide.iloc[:40]).transform(wide.iloc[40:])
    assert abs(np.corrcoef(code[:, 0], shared[40:, 0])[0, 1]) > 0.9


# -- scores and what becomes of them


def test_merged_scores(toy):
    side = fit(toy, merge="concat").transform(toy).reshape(200, 3, 2)
    assert_allclose(fit(toy).transform(toy), side.mean(axis=1), atol=1e-12)
    assert_allclose(fit(toy, merge="sum").transform(toy), side.sum(axis=1), atol=1e-12)


def test_scores_are_centered_columns_times_weights(toy):
    fusion = CanonicalFusion(3, merge="concat").fit(toy)
    for modality, part in fusion.output_slices_.items():
        columns = (toy[modality].array.tensor - fusion.means_[modality]) / fusion.scales_[modality]
        assert_allclose(fusion.transform(toy)[:, part], columns @ fusion.weights_[modality])


def test_correlations_are_those_between_the_scores(toy):
    fusion = CanonicalFusion(3, merge="concat").fit(toy)
    scores = fusion.transform(toy).reshape(200, 3, 3)
    for component in range(3):
        assert_allclose(fusion.correlations_[component], np.corrcoef(scores[:, :, component].T))


def test_one_modality_needs_no_other(toy):
    fusion = CanonicalFusion(2, merge="concat").fit(toy)
    for modality, part in fusion.output_slices_.items():
        expected = fusion.transform(toy)[:, part]
        column = toy[modality]
        for block in (toy, toy[[modality]], column, column.array, column.array.tensor):
            assert_array_equal(fusion.transform_modality(block, modality), expected)


def test_scores_of_a_modality_that_is_missing_are_zero(gaps):
    fusion = CanonicalFusion(2).fit(gaps)
    scores = fusion.transform_modality(gaps, "b")
    assert_array_equal((scores == 0).all(axis=1), gaps["b"].isna())


def test_scores_of_a_plain_matrix(toy):
    matrix = toy["a"].array.tensor
    fusion = CanonicalFusion(2).fit(matrix)
    assert_array_equal(fusion.transform_modality(matrix, None), fusion.transform(matrix))


def test_an_unknown_modality_is_named_with_the_nearest(toy):
    fusion = CanonicalFusion(2).fit(toy.rename(columns={"a": "audio"}))
    with pytest.raises(ValueError, match=r"no modality 'audo'.*did you mean 'audio'"):
        fusion.transform_modality(toy, "audo")
    with pytest.raises(ValueError, match=r"modality 'b'.*shape \(5,\), and \(4,\) in fit"):
        fusion.transform_modality(toy["a"].array, "b")


@pytest.mark.parametrize(
    ("merge", "names"),
    [
        ("mean", ["canonicalfusion0", "canonicalfusion1"]),
        ("sum", ["canonicalfusion0", "canonicalfusion1"]),
        ("concat", ["a__0", "a__1", "b__0", "b__1"]),
    ],
)
def test_names(toy, merge, names):
    fusion = CanonicalFusion(2, merge=merge).fit(toy[["a", "b"]])
    assert list(fusion.get_feature_names_out()) == names
    alone = CanonicalFusion(2, merge=merge).fit(toy["a"].array.tensor)
    assert list(alone.get_feature_names_out()) == ["canonicalfusion0", "canonicalfusion1"]


def test_slices_of_an_earlier_fit_are_forgotten(toy):
    fusion = CanonicalFusion(2, merge="concat").fit(toy)
    assert not hasattr(fusion.set_params(merge="mean").fit(toy), "output_slices_")


# -- one modality


def test_one_modality_without_regularization_is_whitened(toy):
    a = toy["a"].array.tensor
    expected = PCA(3, whiten=True).fit_transform(a)
    ours = CanonicalFusion(3, method="mcca", scale=False).fit_transform(a)
    assert_allclose(np.abs(ours), np.abs(expected), atol=1e-10)


@pytest.mark.parametrize("method", ["pls", "rcca"])
def test_one_modality_is_principal_component_analysis(toy, method):
    a = toy["a"].array.tensor
    pca = PCA(3).fit(a)
    fusion = CanonicalFusion(3, method=method, scale=False).fit(make_frame(a=a))
    variance = pca.explained_variance_
    k = 1 if method == "pls" else 0.1
    shrunk = (1 - k) * variance + k
    assert_allclose(fusion.eigenvalues_, variance / shrunk)
    assert_allclose(
        np.abs(fusion.transform(make_frame(a=a))),
        np.abs(pca.transform(a)) / np.sqrt(shrunk),
        atol=1e-10,
    )


# -- missing cells


def test_covariances_come_from_the_rows_that_have_both(gaps):
    present = {m: gaps[m].array.present for m in gaps}
    means = {m: gaps[m].array.tensor[present[m]].mean(axis=0) for m in gaps}
    centered = {m: gaps[m].array.tensor - means[m] for m in gaps}
    blocks = [
        [
            centered[i][present[i] & present[j]].T
            @ centered[j][present[i] & present[j]]
            / (np.count_nonzero(present[i] & present[j]) - 1)
            for j in gaps
        ]
        for i in gaps
    ]
    whole, diagonal = np.block(blocks), block_diag(*(blocks[k][k] for k in range(3)))
    values, vectors = eigh(whole - diagonal, 0.9 * diagonal + 0.1 * np.eye(12))
    fusion = fit(gaps, regularization=0.1)
    assert_allclose(fusion.eigenvalues_, values[::-1][:2])
    assert_allclose(np.abs(stack(fusion)), np.abs(vectors[:, ::-1][:, :2]) * np.sqrt(3), atol=1e-10)


def test_gcca_with_gaps_minimizes_the_distances_in_the_cells_that_are_there(gaps):
    """The sum of |G - X_m W_m|^2 over present cells, of all G of which G'NG is I."""
    gaps.loc[[11, 12], list(gaps)] = None
    present = np.array([gaps[m].array.present for m in gaps])
    n_present = present.sum(axis=0)
    projections = np.zeros((200, 200))
    inverses = []
    for m, here in zip(gaps, present, strict=True):
        x = np.zeros_like(gaps[m].array.tensor)
        x[here] = gaps[m].array.tensor[here] - gaps[m].array.tensor[here].mean(axis=0)
        inverses.append(np.linalg.inv(x.T @ x + 0.1 * np.eye(x.shape[1])) @ x.T)
        projections += x @ inverses[-1]
    known = n_present > 0
    root = np.sqrt(n_present[known] / 3)
    values, vectors = eigh(projections[np.ix_(known, known)] / np.outer(root, root))
    consensus = np.zeros((200, 2))
    consensus[known] = vectors[:, ::-1][:, :2] / root[:, np.newaxis]
    fusion = fit(gaps, method="gcca", regularization=0.1)
    assert_allclose(fusion.eigenvalues_, values[::-1][:2])
    expected = np.vstack([inverse @ consensus for inverse in inverses])
    ratio = stack(fusion) / expected
    assert_allclose(ratio, np.tile(ratio[0], (12, 1)), rtol=1e-8)


@pytest.mark.parametrize("merge", ["mean", "sum", "concat"])
def test_only_the_scores_that_are_there_count(gaps, merge):
    fusion = CanonicalFusion(2, merge=merge).fit(gaps)
    scores = np.array([fusion.transform_modality(gaps, m) for m in gaps])
    present = np.array([gaps[m].array.present for m in gaps])
    fused = fusion.transform(gaps)
    for row in range(200):
        there = scores[present[:, row], row]
        mean = there.mean(axis=0) if len(there) else np.zeros(2)
        expected = {"mean": mean, "sum": 3 * mean, "concat": scores[:, row].ravel()}[merge]
        assert_allclose(fused[row], expected, atol=1e-12)


def test_correlations_with_gaps_are_those_of_the_rows_that_have_both(gaps):
    fusion = CanonicalFusion(2).fit(gaps)
    scores = {m: fusion.transform_modality(gaps, m) for m in gaps}
    both = gaps["a"].array.present & gaps["c"].array.present
    expected = np.corrcoef(scores["a"][both, 0], scores["c"][both, 0])[0, 1]
    assert_allclose(fusion.correlations_[0, 0, 2], expected)
    assert_allclose(np.diagonal(fusion.correlations_, axis1=1, axis2=2), 1)


def test_correlations_of_modalities_that_never_meet_are_zero(toy):
    toy["a"] = TensorArray(toy["a"].array.tensor, np.arange(200) < 100)
    toy["b"] = TensorArray(toy["b"].array.tensor, np.arange(200) >= 100)
    fusion = CanonicalFusion(2).fit(toy)
    assert_array_equal(fusion.correlations_[:, 0, 1], [0, 0])
    assert (fusion.correlations_[:, 0, 2] > 0.5).all()


# -- errors


@pytest.mark.parametrize("value", [-0.1, 1.5, "much", None])
def test_regularization_is_a_share(toy, value):
    strength = {"a": 0.1, "b": value, "c": 0.1}
    with pytest.raises(ValueError, match=f"regularization of modality 'b' is {value!r}"):
        CanonicalFusion(2, regularization=strength).fit(toy)


def test_regularization_by_modality_needs_one_each(toy):
    with pytest.raises(ValueError, match=r"regularization is for \['a'\], and the modalities"):
        CanonicalFusion(2, regularization={"a": 0.1}).fit(toy)


def test_too_many_components_are_refused_with_the_limit(toy):
    with pytest.raises(ValueError, match="n_components=5 is more than 4, the second largest rank"):
        CanonicalFusion(5).fit(toy)
