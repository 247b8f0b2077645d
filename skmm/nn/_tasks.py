"""The tasks in y: a column each, with a type, and gaps where samples have no label."""

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_float_dtype, is_numeric_dtype
from sklearn.utils import check_array

from skmm._validation import did_you_mean
from skmm.nn._targets import Goal, read_classes, read_numbers

TYPES = ("classification", "regression")


class Task(NamedTuple):
    """A column of y."""

    name: str  # or what else names a column of y
    values: np.ndarray  # (n_samples,); what stands where no label is known is arbitrary
    known: np.ndarray  # (n_samples,), bool
    guess: str  # the type that its dtype suggests

    @property
    def looks_like_codes(self):
        """Whether these are floats for no other reason than that integers have no NaN."""
        if self.guess == "classification" or self.known.all():
            return False
        found = np.unique(self.values[self.known])
        is_whole = bool((found == np.round(found)).all())
        return is_whole and 1 < len(found) <= min(20, self.known.sum() / 3)

    def aim(self, kind, weight, target=None):
        """Say what a net is to learn, from the rows with a label and of positive weight.

        Parameters
        ----------
        kind : {"classification", "regression"}
        weight : ndarray of shape (n_samples,)
        target : Classes or Numbers, default=None
            That of an earlier fit, which is kept.

        Returns
        -------
        goal : Goal
            With weights of 0 where no label is known.
        """
        weight = np.where(self.known, weight, 0.0)
        if not weight.any() and target is None:
            raise ValueError(
                f"task {self.name!r} has no label in any sample of positive weight; leave it out"
            )
        aim = self._aim_at_classes if kind == "classification" else self._aim_at_numbers
        return aim(weight, target)

    def _aim_at_classes(self, weight, target):
        labels = self.values[self.known]
        try:
            found = read_classes(labels, weight[self.known])
            n_classes = len(np.unique(labels[weight[self.known] > 0]))
        except TypeError:
            kinds = sorted({type(label).__name__ for label in labels})
            raise TypeError(
                f"task {self.name!r} mixes labels of the types {kinds}; use one type"
            ) from None
        if target is not None:
            self._refuse_new_classes(found.classes, target.classes)
            found = target
        elif n_classes < 2:
            raise ValueError(
                f"task {self.name!r} has only 1 class of positive weight, of "
                f"{found.classes.tolist()}; at least 2 classes are needed"
            )
        codes = np.zeros(len(weight), dtype=int)
        codes[self.known] = found.encode(labels)
        return Goal(found, codes, weight)

    def _refuse_new_classes(self, classes, known):
        new = sorted(set(classes.tolist()) - set(known.tolist()))
        if new:
            raise ValueError(
                f"task {self.name!r} has the classes {new}, which the net does not know; it knows "
                f"{known.tolist()}; fit a new model"
            )

    def _aim_at_numbers(self, weight, target):
        values = np.zeros(len(weight))
        values[self.known] = self._as_numbers(self.values[self.known])
        target = read_numbers(values, weight) if target is None else target
        # Gaps stand at the mean, where nothing can overflow; they have no weight.
        values = np.where(self.known, values, target.mean)
        return Goal(target, target.encode(values), weight)

    def _as_numbers(self, labels):
        try:
            numbers = labels.astype(np.float64)
        except (TypeError, ValueError):
            raise ValueError(
                f"task {self.name!r} is a regression, and holds {labels.dtype} values such as "
                f"{labels[0]!r:.60}; give numbers, or tasks={{{self.name!r}: 'classification'}}"
            ) from None
        if not np.isfinite(numbers).all():
            raise ValueError(f"task {self.name!r} holds infinite values; mend them")
        return numbers


class Tasks(NamedTuple):
    """All columns of y."""

    columns: list  # of Task
    form: str  # what y is: "frame", "matrix" or "vector"

    @property
    def names(self):
        return [task.name for task in self.columns]

    def arrange(self, names):
        """Return the tasks in the order of `names`, whatever that of y."""
        if set(names) != set(self.names):
            raise ValueError(
                f"y has the tasks {self.names}, and the net was fitted on {list(names)}; give these, "
                "or fit a new model"
            )
        by_name = dict(zip(self.names, self.columns, strict=True))
        return self._replace(columns=[by_name[name] for name in names])


def read_tasks(y):
    """Take y apart into its tasks.

    Parameters
    ----------
    y : DataFrame, Series, or array-like of shape (n_samples,) or (n_samples, n_tasks)
        A column per task; null and masked cells are unknown labels.

    Returns
    -------
    tasks : Tasks
        Nameless columns are called ``"y0"``, ``"y1"``, ...
    """
    if y is None:
        raise ValueError("MultitaskFusion requires y to be passed, but the target y is None")
    form = "frame"
    if isinstance(y, np.ma.MaskedArray):
        gap = np.nan if y.dtype.kind == "f" else None
        y = np.where(np.ma.getmaskarray(y), gap, y.data)
    if not isinstance(y, pd.DataFrame):
        y = check_array(
            y, ensure_2d=False, dtype=None, ensure_all_finite="allow-nan", input_name="y"
        )
        form = "vector" if y.ndim == 1 else "matrix"
        y = pd.DataFrame(y)
        y.columns = [f"y{number}" for number in range(y.shape[1])]
    if y.shape[1] == 0 or not y.columns.is_unique:
        raise ValueError(
            f"y must have a column per task, each with a name of its own; got {list(y.columns)}"
        )
    columns = [_read_column(name, y.iloc[:, number]) for number, name in enumerate(y.columns)]
    return Tasks(columns, form)


def _read_column(name, column):
    dtype = column.dtype
    if dtype.kind in "cmM":
        raise ValueError(f"task {name!r} holds {dtype} values; give numbers, or labels of classes")
    is_float = is_float_dtype(dtype) and is_numeric_dtype(dtype) and not is_bool_dtype(dtype)
    known = column.notna().to_numpy()
    values = column.to_numpy(dtype=np.float64 if is_float else object, na_value=np.nan)
    if not is_float and known.any():  # objects are what classes were before they had gaps
        dense = np.array(values[known].tolist())
        if dense.dtype.kind in "iub":
            values = np.zeros(len(values), dtype=dense.dtype)
            values[known] = dense
    return Task(name, values, known, "regression" if is_float else "classification")


def choose_types(tasks, given):
    """Say for each task what it is.

    Parameters
    ----------
    tasks : Tasks
    given : "auto" or dict of {"classification", "regression"}
        By name, for those where the dtype suggests another.

    Returns
    -------
    types : dict of str

    Raises
    ------
    ValueError
        If a task or type is unknown.
    """
    given = {} if isinstance(given, str) else given
    for name, kind in given.items():
        if name not in tasks.names:
            raise ValueError(
                f"tasks names {name!r}, but those of y are {tasks.names}"
                + did_you_mean(name, tasks.names)
            )
        if kind not in TYPES:
            raise ValueError(f"tasks[{name!r}] is {kind!r}; expected one of {list(TYPES)}")
    for task in tasks.columns:
        if task.name not in given and task.looks_like_codes:
            warnings.warn(
                f"task {task.name!r} has gaps and few whole numbers besides, and floats are numbers to "
                f"predict; if they are classes, say tasks={{{task.name!r}: 'classification'}}, or use "
                "the dtype Int64, which has gaps",
                UserWarning,
                stacklevel=2,
            )
    return {task.name: given.get(task.name, task.guess) for task in tasks.columns}
