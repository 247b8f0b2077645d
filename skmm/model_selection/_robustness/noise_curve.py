"""How scores fall when modalities are noisy."""

from functools import partial

import numpy as np
from sklearn.metrics import get_scorer_names

from skmm._validation import Integral, Interval, StrOptions, validate_params
from skmm.model_selection._robustness.curve import RobustnessCurve
from skmm.model_selection._robustness.damaged_scores import (
    check_baseline,
    check_data,
    check_estimators,
    check_levels,
    choose_modalities,
    name_scores,
    score_damaged,
)
from skmm.model_selection._robustness.noise_columns import NOISES, prepare_column


@validate_params(
    {
        "modality": [str, list, None],
        "noise": [StrOptions(set(NOISES)), dict, None],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
        "n_repeats": [Interval(Integral, 1, None, closed="left")],
        "baseline": [str, None],
        "sampling_rate": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
    },
    prefer_skip_nested_validation=True,
)
def noise_curve(
    estimator,
    X,
    y,
    *,
    modality=None,
    noise=None,
    levels=(0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1),
    scoring=None,
    n_repeats=5,
    baseline=None,
    sampling_rate=None,
    random_state=None,
    n_jobs=None,
):
    """Score fitted models while more and more noise is added to modalities.

    All models see the same noisy data. In one repeat the levels differ only in how strong the noise
    is, or in how much it hits: what is lost at one level is lost at any higher one.

    Parameters
    ----------
    estimator : estimator or dict {str: estimator}
        Fitted models. A dict compares several.
    X : DataFrame of shape (n_samples, n_modalities)
        Data that they were not fitted on: raw samples, files of them, or blocks. It is not changed.
    y : array-like of shape (n_samples,)
        The target.
    modality : str or list of str, default=None
        The modalities that noise is added to; None is all of them.
    noise : str or dict {modality: str}, default=None
        Kind of noise. None, as for what a dict does not name, is ``"gaussian"`` for numbers,
        ``"drop_characters"`` for texts and ``"drop_words"`` for token ids.

        - ``"gaussian"``: normal noise; the level is its standard deviation in units of that of the
          modality in X: of each feature of vectors, of each channel (the last axis) of sequences, of all
          values of pictures;
        - ``"salt_and_pepper"``: a share of the pixels become the least or the greatest value: of
          the type for unsigned integers, else of the modality in X;
        - ``"dropout"``: a share of the values become the mean of the feature, channel or picture;
        - ``"drop_frames"``: a share of the steps of a sequence (along the first axis of a sample) become
          the mean; of one-dimensional samples, such as sounds, hundredths of their length;
        - ``"drop_block"``: a share of the samples become the mean, or empty texts;
        - ``"drop_words"``: a share of the words of a text is left out; words are what white space
          divides, or the items of a list;
        - ``"drop_characters"``: a share of the characters is left out.
    levels : array-like of shape (n_levels,), default=(0, 0.1, ..., 1)
        Shares, from 0 to 1, or standard deviations, which may be larger; ascending. These are the levels of
        MultiBench [1]_.
    scoring : str, callable or None, default=None
        One score, where greater is better, as in :func:`~sklearn.model_selection.cross_validate`.
        None is the models' own ``score``.
    n_repeats : int, default=5
        How often noise is drawn.
    baseline : str, default=None
        Name of the model that effective robustness compares the others with, such as a late fusion.
    sampling_rate : int, default=None
        Needed for files of sounds: the rate in hertz that they are resampled to, which must be that of
        the extractors.
    random_state : int, RandomState instance or None, default=None
        Decides what the noise is. An integer gives the same noise in every call.
    n_jobs : int, default=None
        Number of processes; each scores all models on one version of X at a time.

    Returns
    -------
    curve : RobustnessCurve
        The scores in ``scores``, their summary in ``table``, and ``plot()``.

    Raises
    ------
    TypeError
        If X is not a DataFrame, or an estimator is none.
    ValueError
        If a level, a modality or the baseline is not there, or a model cannot be scored: the message names
        the model and the level.
    ModalityError
        If cells cannot be read, or the noise is not for such cells.
    NotFittedError
        If a model is not fitted.

    See Also
    --------
    missing_modality_curve : Modalities that are not there at all.
    RobustnessCurveDisplay : The picture.

    Notes
    -----
    Samples keep their dtype: integers are rounded and stay in their range, and pictures of floats in
    [0, 1] stay there. Pictures have three axes, or two and integers from 0; all else are sequences.
    Missing cells stay missing, and NaN, which pads sequences, stays NaN. Files of pictures and
    recordings are read, all at once, and given to the models as arrays; at level 0 they are given as
    files. Each version of X is damaged once, whatever the number of models.

    References
    ----------
    .. [1] P. P. Liang et al., "MultiBench: multiscale benchmarks for multimodal representation
       learning", NeurIPS datasets and benchmarks 2021.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmm.datasets import make_keypad_digits
    >>> from skmm.fusion import LateFusionClassifier
    >>> from skmm.image import HOGExtractor
    >>> from skmm.model_selection import noise_curve
    >>> from skmm.text import BagOfWordsVectorizer
    >>> X, y = make_keypad_digits(300, random_state=0)
    >>> image = make_pipeline(HOGExtractor(size=(16, 16)), LogisticRegression())
    >>> text = make_pipeline(BagOfWordsVectorizer(analyzer="char"), LogisticRegression())
    >>> late = LateFusionClassifier([("image", image), ("text", text)], rule="product")
    >>> late.fit(X[:200], y[:200])
    LateFusionClassifier(...)
    >>> curve = noise_curve(
    ...     late, X[200:], y[200:], modality="text", levels=[0, 0.5, 1], random_state=0
    ... )
    >>> curve.level_name
    'noise in text (drop_characters)'
    """
    check_data(X, y)
    estimators = check_estimators(estimator)
    check_baseline(baseline, estimators)
    noises = _noise_of_each(noise, choose_modalities(X, modality))
    prepared = {
        name: prepare_column(X[name], kind, sampling_rate=sampling_rate)
        for name, kind in noises.items()
    }
    is_unbounded = {kind for kind, _ in prepared.values()} == {"gaussian"}
    scores = score_damaged(
        estimators,
        X,
        y,
        check_levels(levels, "levels", highest=np.inf if is_unbounded else 1),
        partial(_disturb, {name: make_noisy for name, (_, make_noisy) in prepared.items()}),
        scoring=scoring,
        n_repeats=n_repeats,
        random_state=random_state,
        n_jobs=n_jobs,
    )
    kinds = " and ".join(f"{name} ({kind})" for name, (kind, _) in prepared.items())
    return RobustnessCurve(
        scores,
        score_name=name_scores(scoring, estimators),
        level_name=f"noise in {kinds}",
        baseline=baseline,
    )


def _noise_of_each(noise, modalities):
    if not isinstance(noise, dict):
        return dict.fromkeys(modalities, noise)
    strangers = [name for name in noise if name not in modalities]
    if strangers:
        raise ValueError(
            f"noise is given for {strangers[0]!r}, and the modalities are {modalities}"
        )
    return {name: noise.get(name) for name in modalities}


def _disturb(make_noisy, X, level, seed):
    noisy = X.copy(deep=False)
    random_state = np.random.RandomState(seed)
    for name, make in make_noisy.items():
        noisy[name] = make(level, random_state)
    return noisy
