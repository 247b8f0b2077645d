"""The learners that a search tries if none are given."""

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

MOST_FOR_SVM = 10_000  # samples; its time grows with their square


def make_learners(task, n_samples):
    """A linear model, a support vector machine if samples are not too many, and a forest.

    Parameters
    ----------
    task : {"classification", "regression"}
    n_samples : int

    Returns
    -------
    learners : list of (name, estimator)
    """
    if task == "classification":
        linear, svm = LogisticRegression(max_iter=1000), SVC()
        forest = RandomForestClassifier()
    else:
        linear = RidgeCV(np.logspace(-3, 3, 13))
        # Its tolerance is in units of y.
        svm = TransformedTargetRegressor(SVR(), transformer=StandardScaler())
        forest = RandomForestRegressor()
    learners = [("linear", linear), ("svm", svm), ("forest", forest)]
    return [pair for pair in learners if pair[0] != "svm" or n_samples <= MOST_FOR_SVM]


def check_learners(learners, task):
    """Refuse what is no list of named estimators of the right kind.

    Raises
    ------
    ValueError
    """
    is_right = is_classifier if task == "classification" else is_regressor
    names = []
    for learner in learners:
        if not isinstance(learner, tuple | list) or len(learner) != 2:
            raise ValueError(f"learners holds {learner!r}; every entry is (name, estimator)")
        name, estimator = learner
        if not is_right(estimator):
            raise ValueError(
                f"learner {name!r} is {estimator!r}, which is not for task={task!r}; give others, or "
                "set task"
            )
        names.append(name)
    if not names or len(set(names)) < len(names):
        raise ValueError(f"learners are called {names}; give at least one, each its own name")
