"""Information in the combination alone."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import OneHotEncoder

from skmm.inspection._decomposition.broja import decompose, mutual_information
from skmm.inspection._decomposition.interaction import interaction, without_interaction
from tests.inspection._decomposition.test_broja import DIRICHLET, KNOWN


def test_exclusive_or_is_nothing_but_interaction():
    assert_allclose(interaction(KNOWN["XOR"][0]), 1)


# Where classes follow from sums the fitted table has zeros, which are reached slowly.
@pytest.mark.parametrize("name", ["AND", "SUM", "UNIQUE", "COPY", "REDUNDANT"])
def test_what_a_sum_can_tell_is_no_interaction(name):
    assert_allclose(interaction(KNOWN[name][0]), 0, atol=0.01)


def test_it_is_what_logistic_regression_on_indicators_loses():
    """Its log-probabilities are sums of one function of each variable, and it is fitted to the table."""
    cells = np.array(list(np.ndindex(DIRICHLET.shape)))
    indicators = OneHotEncoder().fit_transform(cells[:, :2])
    model = LogisticRegression(C=np.inf, max_iter=10_000, tol=1e-8)
    model.fit(indicators, cells[:, 2], sample_weight=DIRICHLET.ravel() * 1e4)
    loss = log_loss(
        cells[:, 2], model.predict_proba(indicators), sample_weight=DIRICHLET.ravel()
    ) / np.log(2)
    shares = DIRICHLET.sum(axis=(0, 1))
    added_up = -(shares * np.log2(shares)).sum() - loss
    assert_allclose(interaction(DIRICHLET), mutual_information(DIRICHLET) - added_up, atol=2e-4)


def test_all_pairs_keep_their_distribution():
    without = without_interaction(DIRICHLET, tol=1e-12)
    for axis in (0, 1, 2):
        assert_allclose(without.sum(axis=axis), DIRICHLET.sum(axis=axis), atol=1e-5)


def test_it_is_never_more_than_the_synergy():
    joint = np.random.default_rng(0).dirichlet(np.ones(27), size=20).reshape(20, 3, 3, 3)
    assert (interaction(joint) <= decompose(joint)[:, 3] + 1e-3).all()
    assert (interaction(joint) >= -1e-3).all()
