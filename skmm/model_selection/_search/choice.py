"""Choose a strategy by its scores, and a fusion only if it is better than the best single modality."""

from skmm.model_selection._statistics.fold_differences import summarize_differences

N_ERRORS = 1.0  # by how many standard errors a fusion has to be better


def choose(scores, singles, test_over_train, n_errors=N_ERRORS):
    """Name the best strategy.

    Among many fusions one is best by chance: it counts only if its gain over the best single modality
    is larger than its standard error, corrected for the overlap of training sets.

    Parameters
    ----------
    scores : DataFrame of shape (n_folds, n_models)
    singles : collection of str
        The models that use a single modality; may be empty.
    test_over_train : float
        Size of the test folds over the size of their training sets.
    n_errors : float

    Returns
    -------
    name : str
    """
    means = scores.mean()
    if not len(singles):
        return means.idxmax()
    best_single = means[list(singles)].idxmax()
    gains = {
        name: summarize_differences(scores[name] - scores[best_single], test_over_train)
        for name in scores
        if name not in singles
    }
    better = [name for name, gain in gains.items() if gain.mean > n_errors * gain.error]
    return means[[best_single, *better]].idxmax()
