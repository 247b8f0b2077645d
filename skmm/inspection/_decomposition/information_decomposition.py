"""What modalities tell about a target: in common, alone, and only together."""

import warnings
from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.utils import check_consistent_length

from skmm._validation import Integral, Interval, StrOptions, draw_seed, validate_params
from skmm.inspection._decomposition.broja import entropy
from skmm.inspection._decomposition.cells import MOST_CELLS, read_cells
from skmm.inspection._decomposition.checks import check_estimators, check_modalities, read_target
from skmm.inspection._decomposition.debias import MEASURES, Estimate, estimate
from skmm.inspection._decomposition.result import InformationDecomposition

FEW_ROWS = 10  # per pair of cells


@validate_params(
    {
        "method": [StrOptions({"clusters", "predictions"})],
        "estimators": [dict, None],
        "n_cells": [Interval(Integral, 2, MOST_CELLS, closed="both"), None],
        "n_bins": [Interval(Integral, 2, None, closed="left")],
        "cv": ["cv_object"],
        "groups": ["array-like", None],
        "correct_bias": ["boolean"],
        "n_draws": [Interval(Integral, 2, None, closed="left")],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def information_decomposition(
    X,
    y,
    *,
    method="clusters",
    estimators=None,
    n_cells=None,
    n_bins=4,
    cv=None,
    groups=None,
    correct_bias=True,
    n_draws=100,
    n_jobs=None,
    random_state=None,
):
    r"""Measure what two modalities tell about y: in common, each alone, and only together.

    Done before a model is chosen: it tells whether fusing can pay, and which kind of fusion fits. The
    information of both modalities, in bits, is split as by Bertschinger et al. [1]_ into

    - redundancy: what either of them tells;
    - unique information of each: what the other one does not tell;
    - synergy: what shows only when both are seen. A part of it is *interaction* [2]_, which no sum of a
      function of each modality can use, only products can; exclusive or is the extreme case.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_modalities)
        One column per modality, at least two; of more than two every pair is measured, on the samples
        that have both. Columns are blocks, such as ``MultimodalFusion(features, fusion=None)`` gives;
        raw samples, if `estimators` has something for them; or discrete: categories, booleans, and
        numbers or strings that take at most 10 values are counted as they are.
    y : array-like of shape (n_samples,)
        Classes, or numbers: floats, unless they are at most 20 different whole ones.
    method : {"clusters", "predictions"}, default="clusters"
        What is counted of a modality that is not discrete. ``"clusters"``: its k-means cells, found
        without y; figures are means over three runs. ``"predictions"``: the class that a model
        predicts of this modality alone, for samples it was not fitted on. Predictions keep more of what
        a modality tells alone, and lose all synergy that it does not show alone: see Notes.
    estimators : dict {modality: estimator}, default=None
        For raw modalities: a transformer, such as an extractor, for ``"clusters"``, which is fitted
        without y; a classifier, such as a pipeline of an extractor and a classifier, for
        ``"predictions"``. A block needs none: it is standardized, and predicted from by logistic
        regression.
    n_cells : int from 2 to 10, default=None
        Number of clusters. None is the largest that leaves 10 samples for each pair of cells.
    n_bins : int, default=4
        Number of quantile ranges that numbers in y are cut into.
    cv : int, cross-validation generator or iterable, default=None
        Folds of ``"predictions"``. None is 5 shuffled ones, fewer if there are few samples or groups.
    groups : array-like of shape (n_samples,), default=None
        Groups, such as speakers, that the folds keep together.
    correct_bias : bool, default=True
        Whether to subtract what chance alone adds on so few rows; see Notes. A corrected value may be
        a little below 0.
    n_draws : int, default=100
        Number of tables drawn for the correction, and for the standard errors.
    n_jobs : int, default=None
        Number of processes for ``"predictions"``.
    random_state : int, RandomState instance or None, default=None
        Seed of k-means and of the tables drawn.

    Returns
    -------
    decomposition : InformationDecomposition
        The figures in ``table``, intervals in ``intervals``, plain words in ``advice``, and ``plot()``.

    Raises
    ------
    TypeError
        If X is not a DataFrame, or an estimator is not of the kind that `method` needs.
    ValueError
        If X has fewer than two modalities, y is not one column of at least two classes without gaps,
        `estimators` names no modality, or no sample has both modalities of a pair.
    ModalityError
        If a column holds raw samples and has no estimator, or its block cannot be used.

    Warns
    -----
    UserWarning
        If there are fewer than 10 samples for each pair of cells, on average.

    See Also
    --------
    InformationDecompositionDisplay : The picture.
    skmm.model_selection.compare_fusions : What fusing gains in fact.

    Notes
    -----
    What is measured is what the cells tell, which is never more than what the modalities tell: ten
    clusters of a wide, noisy block keep little. Compare the parts with each other, not with 0. The default
    is clusters because predictions are blind to what shows in the combination only: of exclusive or they
    find nothing at all.

    Counted information is too large. With 10 clusters each, three classes and 1,000 rows of
    independent noise, more than 0.1 bits of synergy are counted. What is counted on tables drawn from
    the fitted model without interaction, where the truth is known, is subtracted; on generated tasks
    of 300 to 1,000 rows what then remains is below 0.02 bits. Where nearly all is interaction a little too
    much is taken off. Intervals are from a bootstrap of the rows, with the cells as they are; rows of one
    group count as independent.

    Redundancy and unique information depend only on what each modality tells about y. Two modalities
    that each know half of a sum are not unique in this sense: if the one could be replaced by the
    other, what they tell alone is redundant, and the rest is synergy, though not interaction.

    Kinds of fusion, in ``table["fusion"]``, chosen by the parts as in [3]_:

    - ``"tensor"``: interaction is at least 0.15 of all information. Multiply features.
    - ``"concat"``: what both tell beyond the better one, interaction aside, is at least 0.37 of all that
      is not interaction. Concatenate.
    - ``"late"``: less than that.
    - ``"single"``: less than a tenth of all information. The better modality alone will do.
    - ``"none"``: no information beyond two standard errors.

    The bounds were chosen on generated data; :doc:`/evidence` tells how often they point to the fusion
    that wins.

    References
    ----------
    .. [1] N. Bertschinger et al., "Quantifying unique information", Entropy 16(4), 2014.
    .. [2] E. Schneidman et al., "Network information and connected correlations", Physical Review
       Letters 91, 2003.
    .. [3] P. P. Liang et al., "Quantifying and modeling multimodal interactions: an information
       decomposition framework", NeurIPS 2023.

    Examples
    --------
    >>> from skmm.datasets import make_multimodal_classification
    >>> from skmm.inspection import information_decomposition
    >>> X, y = make_multimodal_classification(
    ...     500, modalities={"face": 8, "voice": 8}, redundant=0, unique=0, synergistic=1, random_state=0
    ... )
    >>> found = information_decomposition(X, y, random_state=0)
    >>> found.table["fusion"].tolist()
    ['tensor']
    >>> print(found.advice)
    face and voice together tell 0... of the 1.58 bits of y; alone face tells 0.0..., voice 0.0... Multiply
    them: TensorFusion, SketchFusion, or a deep fusion such as "low_rank".
    """
    check_modalities(X)
    codes = read_target(y, n_bins)
    check_consistent_length(X, codes)
    estimators = estimators or {}
    check_estimators(estimators, list(X.columns), method)
    pairs = list(combinations(X.columns, 2))
    if n_cells is None:
        n_cells = int(np.clip(np.sqrt(len(X) / FEW_ROWS), 2, MOST_CELLS))
    seed = draw_seed(random_state)
    cells = read_cells(
        X,
        codes,
        method=method,
        estimators=estimators,
        n_cells=n_cells,
        cv=cv,
        groups=groups,
        n_jobs=n_jobs,
        seed=seed,
    )
    counts = {pair: _count(*(cells[name] for name in pair), codes) for pair in pairs}
    _warn_of_few_rows(counts)
    found = [
        _mean(
            estimate(table, correct_bias=correct_bias, n_draws=n_draws, seed=seed) for table in runs
        )
        for runs in counts.values()
    ]
    index = pd.MultiIndex.from_tuples(pairs, names=["first", "second"])
    values, errors = (
        pd.DataFrame(list(part), index, MEASURES) for part in zip(*found, strict=True)
    )
    shares = np.bincount(codes) / len(codes)
    return InformationDecomposition(values, errors, target_entropy=float(entropy(shares, axis=0)))


def _count(first, second, codes):
    """For each run how often symbols of both and each class met, in samples that have both."""
    n_runs = max(len(first), len(second))
    return [
        _count_run(first[run % len(first)], second[run % len(second)], codes)
        for run in range(n_runs)
    ]


def _count_run(first, second, codes):
    counts = np.zeros((first.n_cells, second.n_cells, codes.max() + 1))
    common = (first.codes >= 0) & (second.codes >= 0)
    np.add.at(counts, (first.codes[common], second.codes[common], codes[common]), 1)
    return counts


def _mean(estimates):
    return Estimate(*np.mean([*estimates], axis=0))


def _warn_of_few_rows(counts):
    rows = {pair: runs[0].sum() / runs[0][..., 0].size for pair, runs in counts.items()}
    few = [pair for pair, n_rows in rows.items() if n_rows < FEW_ROWS]
    if few:
        first, second = few[0]
        warnings.warn(
            f"there are {rows[few[0]]:.1f} samples for each pair of cells of {first!r} and {second!r}, "
            f"on average, and {FEW_ROWS} should be; figures of {len(few)} of {len(counts)} pairs are "
            "unsure, synergy most of all. Take more samples, or fewer cells (n_cells=)",
            stacklevel=4,  # past the validation of parameters
        )
