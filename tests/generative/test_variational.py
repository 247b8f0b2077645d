"""The variational fusion; what all generative fusions share is in test_estimator.py."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import multivariate_normal
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV

from skmm import ModalityError
from skmm.frame import TensorArray, drop_modalities, make_frame
from skmm.generative import VariationalFusion
from tests.toys import shared_directions

MIXTURES = ["poe", "moe", "mopoe"]


@pytest.fixture(scope="module")
def X():
    return shared_directions()


@pytest.fixture(scope="module", params=MIXTURES)
def fitted(request, X):
    return VariationalFusion(2, mixture=request.param, hidden_dims=(), lr=0.01, random_state=0).fit(
        X[:150]
    )


def test_the_linear_one_has_the_likelihood_of_probabilistic_pca(X):
    """Tipping and Bishop's model is what scikit-learn's PCA scores by; one modality, linear maps."""
    Z = np.hstack([X[m].array.tensor for m in X])
    Z = (Z - Z.mean(axis=0)) / Z.std(axis=0)
    fusion = VariationalFusion(
        2, hidden_dims=(), lr=0.01, max_epochs=1000, batch_size=-1, random_state=0
    ).fit(Z)
    pca = PCA(2).fit(Z)
    assert_allclose(fusion.score(Z), pca.score(Z), rtol=0.005)
    noise = fusion.network_.likelihoods[0].log_variance.exp().item()
    assert_allclose(noise, pca.noise_variance_, rtol=0.02)


def linear_model(fusion, X):
    """Mean, loadings and noise variances by modality of a fitted model with linear decoders."""
    origin = fusion.inverse_transform(np.zeros((1, 2)))
    axes = fusion.inverse_transform(np.eye(2))
    model = {}
    for m, likelihood in zip(X, fusion.network_.likelihoods, strict=True):
        mean = origin[m].array.tensor[0]
        noise = likelihood.log_variance.exp().item() * X[m].array.tensor[:150].var(axis=0)
        model[m] = (mean, (axes[m].array.tensor - mean).T, noise)
    return model


@pytest.mark.parametrize("modalities", [["a", "b", "c"], ["a", "c"], ["b"]])
def test_scores_are_the_closed_form_of_a_linear_model(fitted, X, modalities):
    """With linear decoders what is present is Gaussian: loadings times their transpose, and noise."""
    model = linear_model(fitted, X)
    test = X[150:170]
    mean = np.concatenate([model[m][0] for m in modalities])
    loadings = np.vstack([model[m][1] for m in modalities])
    noise = np.concatenate([model[m][2] for m in modalities])
    values = np.hstack([test[m].array.tensor for m in modalities])
    expected = multivariate_normal(mean, loadings @ loadings.T + np.diag(noise)).logpdf(values)
    hidden = test.assign(**{m: None for m in X if m not in modalities})
    scores = fitted.score_samples(hidden, n_draws=2000)
    assert_allclose(scores, expected, atol=0.3)  # Monte Carlo
    assert_allclose(scores.mean(), expected.mean(), atol=0.06)


def test_samples_have_the_moments_of_the_model(fitted, X):
    model = linear_model(fitted, X)
    drawn = fitted.sample(20000, random_state=0)
    for m in X:
        mean, loadings, noise = model[m]
        values = drawn[m].array.tensor
        covariance = loadings @ loadings.T + np.diag(noise)
        assert_allclose(values.mean(axis=0), mean, atol=0.1)
        assert_allclose(np.cov(values.T), covariance, atol=0.1 * covariance.max())


def test_a_product_is_the_posterior_of_its_experts(X):
    """Precisions of single modalities, less the prior in each, add up to that of all."""
    fusion = VariationalFusion(2, random_state=0, max_epochs=3).fit(X)
    precision, weighted = 1.0, 0.0
    for m in X:
        mean, variance = fusion.posterior(X.assign(**{other: None for other in X if other != m}))
        precision = precision + 1 / variance - 1
        weighted = weighted + mean / variance
    mean, variance = fusion.posterior(X)
    assert_allclose(1 / variance, precision, rtol=1e-4)
    assert_allclose(mean, weighted / precision, rtol=1e-3, atol=1e-5)


def test_a_mixture_is_that_of_its_experts(X):
    fusion = VariationalFusion(2, mixture="moe", random_state=0, max_epochs=3).fit(X)
    alone = [fusion.posterior(X.assign(**{o: None for o in X if o != m})) for m in X]
    means = np.array([mean for mean, _ in alone])
    mean, variance = fusion.posterior(X)
    assert_allclose(mean, means.mean(axis=0), atol=1e-5)
    expected = np.mean([v for _, v in alone], axis=0) + means.var(axis=0)
    assert_allclose(variance, expected, rtol=1e-4)


def test_transform_is_the_mean_of_the_posterior(fitted, X):
    assert_array_equal(fitted.transform(X), fitted.posterior(X)[0])


def test_a_row_without_anything_has_the_prior_for_posterior(fitted, X):
    nothing = X.assign(a=None, b=None, c=None)[:3]
    mean, variance = fitted.posterior(nothing)
    assert (mean == 0).all()
    assert (variance == 1).all()
    assert (fitted.score_samples(nothing) == 0).all()


def test_more_modalities_leave_less_uncertainty(X):
    fusion = VariationalFusion(2, lr=0.01, random_state=0).fit(X)
    some = fusion.posterior(X.assign(a=None))[1]
    assert (fusion.posterior(X)[1] < some).all()


def test_scores_and_posteriors_of_a_row_do_not_depend_on_the_others(fitted, X):
    gaps = drop_modalities(X[150:], rate=0.3, random_state=0)
    scores, (_, variance) = fitted.score_samples(gaps), fitted.posterior(gaps)
    for row in (0, 7, 49):
        one = gaps.iloc[[row]]
        assert fitted.score_samples(one)[0] == scores[row]
        assert_array_equal(fitted.posterior(one)[1][0], variance[row])


def test_generating_beats_the_mean(fitted, X):
    truth = X["a"].array.tensor[150:]
    generated = fitted.generate(X[150:], "a")
    naive = np.square(truth - X["a"].array.tensor[:150].mean(axis=0)).mean()
    assert np.square(generated - truth).mean() < 0.6 * naive


def test_the_target_is_not_looked_at_and_need_not_be_there(fitted, X):
    expected = fitted.generate(X, "a")
    assert_array_equal(fitted.generate(X.assign(a=None), "a"), expected)
    assert_array_equal(fitted.generate(X.drop(columns="a"), "a"), expected)
    assert_array_equal(fitted.impute(X.assign(a=None))["a"].array.tensor, expected)


def test_draws_scatter_around_what_is_expected(fitted, X):
    """Linear decoders: the mean of many draws is the block at the mean of the posterior."""
    draws = fitted.generate(X[:5], "a", n_draws=1000, random_state=0)
    assert draws.shape == (1000, 5, 5)
    assert_allclose(draws.mean(axis=0), fitted.generate(X[:5], "a"), atol=0.3)
    assert draws.std(axis=0).min() > 0.1


def test_draws_follow_their_seed(fitted, X):
    once = fitted.sample(3, random_state=1)
    assert once.equals(fitted.sample(3, random_state=1))
    assert not once.equals(fitted.sample(3, random_state=2))
    assert fitted.sample(3).equals(fitted.sample(3, random_state=0))  # the seed of the model
    first = fitted.generate(X[:3], "a", n_draws=2, random_state=1)
    assert_array_equal(fitted.generate(X[:3], "a", n_draws=2, random_state=1), first)


def test_zeros_and_ones_get_chances_and_classes_get_shares(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    classes = rng.integers(0, 3, size=200)
    X = make_frame(
        words=(rng.random((200, 3)) < np.array([0.9, 0.5, 0.1])[classes][:, None]).astype(float),
        kind=np.eye(3)[classes],
    )
    fusion = VariationalFusion(1, lr=0.01, random_state=0).fit(X)
    assert fusion.likelihoods_ == {"words": "bernoulli", "kind": "categorical"}
    again = fusion.reconstruct(X)
    assert_allclose(again["kind"].array.tensor.sum(axis=1), 1, rtol=1e-5)
    words = again["words"].array.tensor
    assert words.min() >= 0
    assert words.max() <= 1
    assert (fusion.score_samples(X) < 0).all()
    frequent = words[classes == 0].mean()
    assert frequent > 0.6 > 0.4 > words[classes == 2].mean()
    drawn = fusion.sample(50)
    assert_allclose(drawn["kind"].array.tensor.sum(axis=1), 1, rtol=1e-5)


def test_values_without_a_probability_have_no_score():
    X = make_frame(bits=np.eye(4)[:, :3] * 1.0)
    fusion = VariationalFusion(1, max_epochs=1, random_state=0).fit(X)
    with pytest.raises(
        ModalityError, match="modality 'bits', row 0: the likelihood is 'bernoulli'"
    ):
        fusion.score_samples(make_frame(bits=np.full((1, 3), 2.0)))
    with pytest.raises(ModalityError, match="the likelihood is 'bernoulli'"):
        VariationalFusion(likelihoods="bernoulli").fit(make_frame(a=np.full((3, 2), 2.0)))


def test_a_search_chooses_by_likelihood():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(200, 1))
    X = make_frame(
        a=z @ rng.normal(size=(1, 5)) + 0.3 * rng.normal(size=(200, 5)),
        b=z @ rng.normal(size=(1, 4)) + 0.3 * rng.normal(size=(200, 4)),
    )
    fusion = VariationalFusion(1, hidden_dims=(), lr=0.03, random_state=0)
    search = GridSearchCV(fusion, {"beta": [1.0, 100.0]}, cv=2).fit(X)
    assert search.best_params_ == {"beta": 1.0}
    assert search.best_score_ == search.cv_results_["mean_test_score"].max()


def test_warmup_lets_codes_say_more_at_first(X):
    divergence = [
        VariationalFusion(2, n_warmup_epochs=n, max_epochs=20, lr=0.01, random_state=0)
        .fit(X)
        .history_["divergence"]
        .iloc[5]
        for n in (0, 20)
    ]
    assert divergence[1] > divergence[0]


def test_all_subsets_of_many_modalities_are_too_many():
    X = make_frame(**{name: np.eye(4) for name in "abcdefg"})
    with pytest.raises(ValueError, match="there are 7; expected 6 at most. Use mixture='poe'"):
        VariationalFusion(mixture="mopoe").fit(X)


@pytest.mark.parametrize("target", ["d", None, ["a"], 0])
def test_an_unknown_target_is_refused(fitted, X, target):
    expected = rf"target={re.escape(repr(target))}; expected the name of.*\['a', 'b', 'c'\]"
    with pytest.raises(ValueError, match=expected):
        fitted.generate(X, target)


def test_a_target_with_a_typo_is_refused_with_the_nearest():
    X = make_frame(image=np.eye(4), text=np.eye(4))
    fusion = VariationalFusion(1, max_epochs=1, random_state=0).fit(X)
    with pytest.raises(ValueError, match="target='txt'.*did you mean 'text'"):
        fusion.generate(X, "txt")


def test_one_modality_is_generated_from_a_frame_of_others(fitted, X):
    for wrong in (X["b"].array.tensor, X["b"]):
        with pytest.raises(TypeError, match=rf"X is a {type(wrong).__name__}; give a frame"):
            fitted.generate(wrong, "a")
    matrix = VariationalFusion(1, max_epochs=1).fit(np.eye(4, 3))
    with pytest.raises(ValueError, match="fitted on a plain matrix, which is a single modality"):
        matrix.generate(np.eye(4, 3), None)


def test_no_samples_have_no_mean_score(fitted, X):
    assert fitted.score_samples(X[:0]).shape == (0,)
    with pytest.raises(ValueError, match="Found 0 sample"):
        fitted.score(X[:0])


@pytest.mark.parametrize(
    ("method", "args", "parameter"),
    [
        ("sample", {"n_samples": 0}, "n_samples"),
        ("score_samples", {"n_draws": 0}, "n_draws"),
        ("generate", {"target": "a", "n_draws": 0}, "n_draws"),
    ],
)
def test_numbers_of_draws_out_of_bounds_are_refused(fitted, X, method, args, parameter):
    args = args if method == "sample" else {"X": X, **args}
    with pytest.raises(
        ValueError, match=f"The '{parameter}' parameter of VariationalFusion.{method}"
    ):
        getattr(fitted, method)(**args)


def test_what_needs_a_fitted_model_says_so(X):
    for ask in ("posterior", "score_samples", "score"):
        with pytest.raises(NotFittedError):
            getattr(VariationalFusion(), ask)(X)
    with pytest.raises(NotFittedError):
        VariationalFusion().sample()
    with pytest.raises(NotFittedError):
        VariationalFusion().generate(X, "a")


@pytest.mark.parametrize(("likelihood", "n_columns"), [("categorical", 4), ("bernoulli", 3)])
def test_what_was_never_seen_is_the_least_likely(likelihood, n_columns):
    rng = np.random.default_rng(0)
    number = rng.normal(size=(60, 2))
    seen = np.eye(n_columns)[rng.integers(0, n_columns - 1, 60)]
    model = VariationalFusion(
        2, likelihoods={"flags": likelihood}, lr=1e-2, max_epochs=60, random_state=0
    ).fit(make_frame(number=number, flags=seen))
    each = make_frame(number=number[:n_columns] * 0, flags=np.eye(n_columns))
    scores = model.score_samples(each)
    assert scores.argmin() == n_columns - 1
    assert scores[:-1].min() > scores[-1] + 1


def test_a_class_that_is_filled_in_is_one_class():
    rng = np.random.default_rng(0)
    number = rng.normal(size=(40, 2))
    flags = np.eye(5)[rng.integers(0, 5, 40)].astype(bool)
    X = make_frame(number=number, flags=TensorArray(flags, np.arange(40) < 30))
    model = VariationalFusion(2, max_epochs=5, random_state=0).fit(X)
    filled = model.impute(X)
    assert filled["flags"].array.tensor.dtype == bool
    assert (filled["flags"].array.tensor.sum(axis=1) == 1).all()
    assert np.isfinite(model.score_samples(filled)).all()
    assert (model.generate(X, "flags", n_draws=2).sum(axis=2) == 1).all()
