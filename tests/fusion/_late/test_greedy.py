import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import sem

from skmm.fusion._late.greedy import (
    ClassificationLoss,
    SquaredError,
    mix,
    select,
    select_surely,
    shares,
)

CODES = np.array([0, 0, 1, 1, 0, 1])
SECOND = np.array(
    [
        [0.4, 0.6, 0.7, 0.8, 0.3, 0.4],
        [0.2, 0.3, 0.4, 0.9, 0.6, 0.7],
        [0.45, 0.55, 0.55, 0.52, 0.48, 0.51],
    ]
)
PROBABILITIES = np.stack([1 - SECOND, SECOND], axis=2)
ALL = np.ones((6, 3), dtype=bool)


@pytest.mark.parametrize(
    ("n_rounds", "counts", "wrong", "log_loss"),
    [(1, [0, 0, 1], 1, 0.662563), (8, [2, 3, 3], 0, 0.540420), (50, [16, 31, 3], 0, 0.486305)],
)
def test_selection_of_classifiers_gives_the_golden_counts(n_rounds, counts, wrong, log_loss):
    objective = ClassificationLoss(CODES[:, None], [slice(0, 2)])
    chosen = select(PROBABILITIES, ALL, objective, n_rounds)
    assert_array_equal(chosen, counts)
    errors, loss = objective(mix(PROBABILITIES, ALL, chosen))
    assert errors == wrong
    assert_allclose(loss, log_loss, atol=1e-6)


def test_selection_of_regressors_gives_the_golden_counts():
    y = np.array([1.0, 2, 3, 4, 5])
    members = np.array(
        [[1.6, 2.3, 3.7, 4.2, 5.9], [0.2, 1.5, 2.1, 4.4, 3.8], [1.3, 2.8, 2.2, 3.1, 5.2]]
    )
    predictions, present = members[:, :, None], np.ones((5, 3), dtype=bool)
    objective = SquaredError(y[:, None])
    counts = select(predictions, present, objective, n_rounds=8)
    assert_array_equal(counts, [4, 3, 1])
    assert_allclose(objective(mix(predictions, present, counts)), 0.0065, atol=1e-6)


def test_mixture_is_never_worse_than_the_best_member(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    for _ in range(20):
        codes = rng.integers(0, 3, 40)
        probabilities = rng.dirichlet(np.ones(3), size=(4, 40))
        present = np.ones((40, 4), dtype=bool)
        objective = ClassificationLoss(codes[:, None], [slice(0, 3)])
        alone = min(objective(member) for member in probabilities)
        counts = select(probabilities, present, objective)
        assert objective(mix(probabilities, present, counts)) <= alone


def test_a_row_whose_chosen_members_are_absent_gets_the_plain_mean_of_the_others():
    present = ALL.copy()
    present[0] = [True, True, False]
    mixture = mix(PROBABILITIES, present, np.array([0, 0, 1]))
    assert_allclose(mixture[0], PROBABILITIES[:2, 0].mean(axis=0))
    assert_allclose(mixture[1], PROBABILITIES[2, 1])


def test_counts_and_shares_give_the_same_mixture():
    present = ALL.copy()
    present[2] = [False, True, False]
    present[3] = [True, False, True]
    counts = np.array([2, 3, 0])
    assert_allclose(mix(PROBABILITIES, present, counts / 5), mix(PROBABILITIES, present, counts))
    assert_allclose(mix(PROBABILITIES, present, counts / 5).sum(axis=1), 1)


def test_several_targets_add_up():
    codes = np.column_stack([CODES, 1 - CODES])
    both = ClassificationLoss(codes, [slice(0, 2), slice(2, 4)])
    one = ClassificationLoss(CODES[:, None], [slice(0, 2)])
    for member in PROBABILITIES:
        wrong, surprise = one(member)
        assert_allclose(both(np.hstack([member, member[:, ::-1]])), (2 * wrong, 2 * surprise))


def test_targets_of_different_scale_count_alike():
    y = np.array([[1.0], [2.0], [4.0]]) * [1, 1000]
    off_in_first, off_in_second = y + [1, 0], y + [0, 1000]
    loss = SquaredError(y)
    assert_allclose(loss(off_in_first), loss(off_in_second))
    assert np.isfinite(SquaredError(np.ones((3, 2)))(np.zeros((3, 2))))


def test_shares_are_the_counts_or_all_alike():
    present = np.array([[True, True, True], [True, True, False], [False, False, False]])
    assert_array_equal(shares(present, np.array([0, 0, 2])), [[0, 0, 2], [1, 1, 0], [0, 0, 0]])


def decisions(wrong, n_samples=100):
    """Probabilities of a member that is wrong in these rows, the true class being 0."""
    second = np.full(n_samples, 0.2)
    second[wrong] = 0.7
    return np.column_stack([1 - second, second])


def test_a_mixture_must_be_better_beyond_doubt():
    """Three members that err in other rows are right together; the gain is n / 100, its error known."""
    objective = ClassificationLoss(np.zeros((100, 1), dtype=int), [slice(0, 2)])
    present = np.ones((100, 3), dtype=bool)
    for n_wrong, is_sure in ((3, False), (6, True)):
        gains = np.zeros(100)
        gains[:n_wrong] = 1
        assert (gains.mean() > 2 * sem(gains)) == is_sure
        members = np.stack([decisions(np.arange(n_wrong) + n_wrong * m) for m in range(3)])
        counts = select_surely(members, present, objective)
        assert (np.count_nonzero(counts) > 1) == is_sure
        assert_array_equal(counts, select(members, present, objective, 50 if is_sure else 1))


def test_a_single_row_is_no_evidence_against_the_best_member():
    objective = SquaredError(np.array([[1.0]]))
    members = np.array([[[0.0]], [[2.5]]])
    assert_array_equal(select_surely(members, np.ones((1, 2), dtype=bool), objective), [1, 0])
