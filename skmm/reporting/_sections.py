"""The sections of a report: each asks the model one question, and shows the answer."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import sklearn
from sklearn.base import BaseEstimator
from sklearn.metrics import ConfusionMatrixDisplay, PredictionErrorDisplay, check_scoring
from sklearn.utils import check_random_state

import skmm
from skmm.frame import drop_modalities, presence_mask
from skmm.inspection import (
    ModalityImportanceDisplay,
    SampleGridDisplay,
    modality_importance,
    subgroup_report,
)
from skmm.inspection._coalitions.modalities import read_modalities
from skmm.inspection._coalitions.removal import REFUSALS
from skmm.inspection._pictures.drawing import kind_of_cell
from skmm.inspection._subgroups.attributes import missing_patterns
from skmm.model_selection import RobustnessCurveDisplay, missing_modality_curve
from skmm.model_selection._folds.outer_folds import name_score
from skmm.reporting._page import Section, code, figure, paragraph, table
from skmm.reporting._preview import preview

_MANY_CLASSES = 20
_LETTERS = 40  # that have room below a matrix


class Subject(NamedTuple):
    """What a report is about."""

    estimator: BaseEstimator
    X: pd.DataFrame
    y: np.ndarray
    scoring: object
    n_shown: int
    random_state: int
    is_classifier: bool

    @property
    def score_name(self):
        """What the score is called."""
        return name_score(self.scoring, self.is_classifier)


def describe_model(subject):
    """What the model is, and how it scores."""
    score = check_scoring(subject.estimator, scoring=subject.scoring)
    value = score(subject.estimator, subject.X, subject.y)
    versions = f"skmm {skmm.__version__}, scikit-learn {sklearn.__version__}"
    return Section(
        "The model",
        [
            paragraph(f"{subject.score_name} on {len(subject.X)} samples: {value:.3g}."),
            code(subject.estimator),
            paragraph(f"Written with {versions}."),
        ],
    )


def describe_data(subject):
    """What each modality holds, what is missing, and some samples."""
    X, y = subject.X, subject.y
    present = presence_mask(X)
    facts = pd.DataFrame(
        {
            "holds": [_say_kind(X[name][present[name]]) for name in X],
            "missing": [int((~present[name]).sum()) for name in X],
            "share missing": [float((~present[name]).mean()) for name in X],
        },
        index=pd.Index(X.columns, name="modality"),
    )
    chosen = check_random_state(subject.random_state).permutation(len(X))[: subject.n_shown]
    display = SampleGridDisplay.from_predictions(X.iloc[chosen], y=y[chosen])
    parts = [table(facts, "Modalities"), table(_summarize(subject), "Targets")]
    if not present.all(axis=None):
        parts.append(table(_count_patterns(present), "What is missing together"))
    parts += [
        paragraph(f"{len(chosen)} samples, drawn at random:"),
        figure(display, f"{len(chosen)} samples, a row for each"),
        *_let_hear(display.samples),
    ]
    return Section("The data", parts)


def describe_comparison(comparison):
    """How strategies compare."""
    return Section(
        "Comparison of strategies",
        [
            table(comparison.table, "Scores over folds, and the difference to the best modality"),
            figure(comparison.plot(), "Scores of each strategy on every fold"),
        ],
    )


def describe_importance(subject):
    """What each modality is worth to the model."""
    takes_gaps = _takes_gaps(subject)
    importance = _measure_importance(subject, "mask" if takes_gaps else "permute")
    how = "made null" if takes_gaps else "permuted among the samples, for it takes no null cells"
    return Section(
        "What each modality is worth",
        [
            paragraph(
                f"Shapley values of the {subject.score_name}: what a modality adds to it, averaged over "
                f"all sets of the others. What is taken away from the model is {how}."
            ),
            table(importance.table, "Importance, with 95 % intervals"),
            figure(
                ModalityImportanceDisplay.from_importance(importance), "Importance of each modality"
            ),
        ],
    )


def _measure_importance(subject, removal):
    """Importance with intervals, or without them where a part of the samples has no score."""
    options = {
        "scoring": subject.scoring,
        "removal": removal,
        "random_state": subject.random_state,
    }
    try:
        return modality_importance(subject.estimator, subject.X, subject.y, **options)
    except ValueError:
        options["confidence_level"] = None
        return modality_importance(subject.estimator, subject.X, subject.y, **options)


def describe_robustness(subject):
    """How the score falls as cells go missing; None if none may, or the model takes no null cells."""
    if len(subject.X.columns) < 2 or not _takes_gaps(subject):
        return None
    curve = missing_modality_curve(
        subject.estimator,
        subject.X,
        subject.y,
        scoring=subject.scoring,
        random_state=subject.random_state,
    )
    return Section(
        "When modalities are missing",
        [
            paragraph(
                "The score while cells are removed at random, one modality staying in each row."
            ),
            figure(RobustnessCurveDisplay.from_curve(curve), "Score by share of missing cells"),
        ],
    )


def describe_groups(subject, groups):
    """How groups, and samples that lack the same modalities, are served; None if there are none."""
    modalities = read_modalities(subject.estimator, subject.X)
    if groups is None and missing_patterns(subject.X, modalities) is None:
        return None
    found = subgroup_report(
        subject.estimator,
        subject.X,
        subject.y,
        groups,
        scoring=subject.scoring,
        random_state=subject.random_state,
    )
    parts = [
        table(found.table, "Score of each group, and its difference to all samples"),
        table(found.differences, "Largest differences between groups"),
    ]
    return Section("Groups and missing modalities", parts)


def describe_predictions(subject):
    """What is predicted for what; None if there are too many classes to show."""
    if not subject.is_classifier:
        display = PredictionErrorDisplay.from_estimator(subject.estimator, subject.X, subject.y)
        return Section("Predictions", [figure(display, "Differences by predicted value")])
    names = [str(name) for name in np.unique(subject.y)]
    if len(names) > _MANY_CLASSES:
        return None
    is_narrow = len(names) * max(map(len, names)) > _LETTERS
    display = ConfusionMatrixDisplay.from_estimator(
        subject.estimator,
        subject.X,
        subject.y,
        xticks_rotation="vertical" if is_narrow else "horizontal",
        colorbar=False,
        cmap="Blues",
    )
    return Section("Predictions", [figure(display, "Confusion matrix")])


def describe_mistakes(subject):
    """The samples that the model is most wrong about."""
    display = SampleGridDisplay.from_estimator(
        subject.estimator, subject.X, subject.y, rows=subject.n_shown
    )
    shown = len(display.samples)
    parts = [
        paragraph(
            f"The {shown} samples that the model is most wrong about. An arrow shows what it predicts "
            "from a modality alone."
        ),
        figure(display, f"{shown} samples with predictions"),
        *_let_hear(display.samples),
    ]
    return Section("Worst mistakes", parts)


def _let_hear(samples):
    """Players of the sound files among samples, if there are any."""
    kinds = samples.map(kind_of_cell)
    sounds = [name for name in samples if (kinds[name] == "sound").any()]
    return [preview(samples[sounds], n_rows=len(samples)).html] if sounds else []


def _takes_gaps(subject):
    """Whether the model predicts a sample with a null cell."""
    row = subject.X.iloc[:1]
    try:
        for name in row:
            subject.estimator.predict(drop_modalities(row, [name], keep_one=False))
    except REFUSALS:
        return False
    return True


def _say_kind(cells):
    if len(cells) == 0:
        return "nothing"
    cell = cells.iloc[0]
    kind, shape = kind_of_cell(cell), np.shape(cell)
    return f"{kind}, {'x'.join(map(str, shape))}" if shape and kind != "text" else kind


def _summarize(subject):
    if not subject.is_classifier:
        return pd.Series(subject.y, name="target").describe().to_frame()
    counts = pd.Series(subject.y, name="class").value_counts(sort=False).sort_index()
    return pd.DataFrame({"samples": counts, "share": counts / counts.sum()})


def _count_patterns(present):
    missing = [
        ", ".join(map(str, present.columns[~row])) or "nothing" for row in present.to_numpy()
    ]
    return pd.Series(missing, name="missing").value_counts().to_frame("samples")
