"""The report on a model: one HTML page."""

from pathlib import Path

import pandas as pd
from sklearn.base import is_classifier
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.validation import check_is_fitted

from skmm._atomic import replacing
from skmm._optional import import_optional
from skmm._validation import HasMethods, Integral, Interval, refuse_dict, validate_params
from skmm.frame import check_frame
from skmm.model_selection import FusionComparison
from skmm.reporting._page import make_page
from skmm.reporting._sections import (
    Subject,
    describe_comparison,
    describe_data,
    describe_groups,
    describe_importance,
    describe_mistakes,
    describe_model,
    describe_predictions,
    describe_robustness,
)


@validate_params(
    {
        "estimator": [HasMethods(["fit", "predict"])],
        "X": [pd.DataFrame, dict],
        "path": [str, Path],
        "title": [str, None],
        "comparison": [FusionComparison, None],
        "groups": ["array-like", dict, None],
        "n_shown": [Interval(Integral, 1, None, closed="left")],
        "random_state": [Integral],
    },
    prefer_skip_nested_validation=True,
)
def report(
    estimator,
    X,
    y,
    path="report.html",
    *,
    title=None,
    comparison=None,
    groups=None,
    scoring=None,
    n_shown=6,
    random_state=0,
):
    """Write one page about a model: its data, its scores, its modalities and its mistakes.

    The page is a single HTML file with its pictures inside. It loads nothing, runs nothing, and can
    be read without a network. It shows samples of X, and mistakes on them: mind who may see them.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier or regressor of one target.
    X : DataFrame of shape (n_samples, n_modalities)
        Samples that it was not fitted on.
    y : array-like of shape (n_samples,)
        Their targets.
    path : str or Path, default="report.html"
        Where to write. A file that is there is replaced, once the page is whole.
    title : str, default=None
        Heading of the page; None takes the name of the estimator.
    comparison : FusionComparison, default=None
        What :func:`~skmm.model_selection.compare_fusions` found, to be shown as well.
    groups : array-like, Series, DataFrame or dict, default=None
        Groups of the samples to score one by one, as for :func:`~skmm.inspection.subgroup_report`.
    scoring : str or callable, default=None
        The score throughout, where greater is better; None is the accuracy of classifiers and R2 of
        regressors, also for a search that has another one of its own.
    n_shown : int, default=6
        How many samples, and how many mistakes, are shown.
    random_state : int, default=0
        Seed of all that is drawn: samples to show, cells to remove.

    Returns
    -------
    path : Path
        Where the page was written.

    Raises
    ------
    FileNotFoundError
        If the folder of `path` is not there.
    ImportError
        If matplotlib is not installed.
    NotFittedError
        If the estimator is not fitted.
    TypeError
        If X is no DataFrame.
    ValueError
        If X and y differ in length, or a score is not finite.

    See Also
    --------
    skmm.inspection : What the page is made of, one by one.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from tempfile import TemporaryDirectory
    >>> from sklearn.linear_model import LogisticRegression
    >>> import skmm
    >>> from skmm.datasets import make_multimodal_classification
    >>> X, y = make_multimodal_classification(200, modalities={"a": 6, "b": 4}, random_state=0)
    >>> late = skmm.LateFusionClassifier([(m, LogisticRegression()) for m in X], rule="mean")
    >>> with TemporaryDirectory() as folder:
    ...     path = skmm.report(late.fit(X[:100], y[:100]), X[100:], y[100:], f"{folder}/report.html")
    ...     page = path.read_text(encoding="utf-8")
    >>> page.count("<img")
    5
    """
    import_optional("matplotlib.pyplot", extra="plots", purpose="a report")
    refuse_dict(X)
    check_frame(X)
    check_is_fitted(estimator)
    check_consistent_length(X, y)
    _check_folder(path)
    classifies = is_classifier(estimator)
    scoring = scoring or ("accuracy" if classifies else "r2")
    subject = Subject(estimator, X, column_or_1d(y), scoring, n_shown, random_state, classifies)
    sections = [
        describe_model(subject),
        describe_data(subject),
        None if comparison is None else describe_comparison(comparison),
        describe_importance(subject),
        describe_robustness(subject),
        describe_groups(subject, groups),
        describe_predictions(subject),
        describe_mistakes(subject),
    ]
    title = title or f"Report on {type(estimator).__name__}"
    page = make_page(title, [section for section in sections if section is not None])
    with replacing(path) as file:
        file.write(page.encode("utf-8"))
    return Path(path)


def _check_folder(path):
    """Say so at once, and not after all has been computed."""
    folder = Path(path).resolve().parent
    if not folder.is_dir():
        raise FileNotFoundError(f"cannot write {str(path)!r}: there is no folder {str(folder)!r}")
