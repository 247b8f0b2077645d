"""Reading y: which task each column is, and what of it a net learns."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.preprocessing import StandardScaler

from skmm.nn._tasks import Tasks, choose_types, read_tasks

ONES = np.ones(3)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.Series([1.5, np.nan, 2.0]), "regression"),
        (pd.Series([1.5, None, 2.0], dtype="Float32"), "regression"),
        (pd.Series([1, 2, 3]), "classification"),
        (pd.Series([1, None, 3], dtype="Int64"), "classification"),
        (pd.Series(["a", None, "b"]), "classification"),
        (pd.Series(["a", None, "b"], dtype="category"), "classification"),
        (pd.Series([True, None, False], dtype="boolean"), "classification"),
        (pd.Series([True, True, False]), "classification"),
        (pd.Series([1, None, 3], dtype=object), "classification"),
    ],
    ids=lambda value: str(getattr(value, "dtype", value)),
)
def test_the_dtype_says_what_a_task_is(column, expected):
    (task,), _ = read_tasks(column.to_frame("task"))
    assert choose_types(Tasks([task], "frame"), "auto") == {"task": expected}
    assert_array_equal(task.known, column.notna())
    assert list(task.values[task.known]) == list(column.dropna())


def test_the_user_may_say_otherwise():
    tasks = read_tasks(pd.DataFrame({"a": [1.0, 2.0], "b": [1, 2]}))
    assert choose_types(tasks, {"a": "classification"}) == dict.fromkeys("ab", "classification")


@pytest.mark.parametrize("y", [[0, 1, 2], np.eye(3), [["a", "b"]] * 3])
def test_arrays_have_nameless_tasks(y):
    tasks, form = read_tasks(y)
    assert form == ("vector" if np.ndim(y) == 1 else "matrix")
    columns = np.reshape(y, (3, -1)).T
    assert [task.name for task in tasks] == [f"y{number}" for number in range(len(columns))]
    assert_array_equal([task.values for task in tasks], columns)


@pytest.mark.parametrize(
    ("cells", "kind"), [([1.5, 9.0, 2.5], "regression"), ([1, 9, 2], "classification")]
)
def test_masked_labels_are_unknown(cells, kind):
    mask = [False, True, False]
    tasks = read_tasks(np.ma.array(cells, mask=mask))
    assert choose_types(tasks, "auto") == {"y0": kind}
    assert_array_equal(tasks.columns[0].known, [True, False, True])
    assert list(tasks.columns[0].values[[0, 2]]) == cells[::2]


def test_classes_are_encoded_with_gaps_that_have_no_weight():
    (task,), _ = read_tasks(pd.DataFrame({"mood": ["sad", None, "glad", "sad"]}))
    goal = task.aim("classification", np.array([1.0, 1.0, 2.0, 3.0]))
    assert_array_equal(goal.target.classes, ["glad", "sad"])
    assert_allclose(goal.target.prior, [2 / 6, 4 / 6])
    assert_array_equal(goal.y[[0, 2, 3]], [1, 0, 1])
    assert_array_equal(goal.weight, [1, 0, 2, 3])


def test_numbers_are_standardized_over_those_known():
    (task,), _ = read_tasks(pd.DataFrame({"speed": [1.0, np.nan, 4.0, 7.0]}))
    goal = task.aim("regression", np.ones(4))
    expected = StandardScaler().fit_transform([[1.0], [4.0], [7.0]])
    assert_allclose(goal.y[[0, 2, 3]], expected)
    assert_array_equal(goal.y[1], [0.0])
    assert_array_equal(goal.weight, [1, 0, 1, 1])


def test_an_earlier_target_is_kept():
    (before,), _ = read_tasks(["a", "b", "c"])
    target = before.aim("classification", ONES).target
    (after,), _ = read_tasks(["c", "a", "a"])
    goal = after.aim("classification", ONES, target)
    assert_array_equal(goal.y, [2, 0, 0])
    assert goal.target is target
    with pytest.raises(ValueError, match=r"has the classes \['z'\], which the net does not know"):
        read_tasks(["c", "z", "a"])[0][0].aim("classification", ONES, target)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "requires y to be passed"),
        (pd.DataFrame(index=range(3)), "a column per task"),
        (pd.DataFrame(np.eye(3), columns=["a", "a", "b"]), "each with a name of its own"),
        (pd.DataFrame({"when": pd.date_range("2020", periods=3)}), "'when' holds datetime64"),
        (pd.DataFrame({"z": [1j, 2j]}), "'z' holds complex128"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_y_that_holds_no_tasks_is_refused(y, message):
    with pytest.raises(ValueError, match=message):
        read_tasks(y)


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        ([None, None, None], "classification", "has no label in any sample of positive weight"),
        (["a", "a", None], "classification", r"has only 1 class of positive weight, of \['a'\]"),
        (["a", "b", None], "regression", "is a regression, and holds object values such as 'a'"),
        ([1.0, np.inf, 0.0], "regression", "holds infinite values"),
    ],
)
def test_labels_that_teach_nothing_are_refused(values, kind, message):
    (task,), _ = read_tasks(pd.DataFrame({"task": values}))
    with pytest.raises(ValueError, match=f"task 'task' {message}"):
        task.aim(kind, ONES)


def test_labels_of_several_types_are_refused():
    (task,), _ = read_tasks(pd.DataFrame({"task": ["a", 1, None]}))
    with pytest.raises(TypeError, match=r"mixes labels of the types \['int', 'str'\]"):
        task.aim("classification", ONES)


def test_unknown_tasks_and_types_are_refused():
    tasks = read_tasks(pd.DataFrame({"speed": [1.0, 2.0]}))
    with pytest.raises(ValueError, match="tasks names 'sped', .* did you mean 'speed'"):
        choose_types(tasks, {"sped": "regression"})
    with pytest.raises(ValueError, match=r"tasks\['speed'\] is 'ranking'; expected one of"):
        choose_types(tasks, {"speed": "ranking"})


def test_a_class_without_weight_is_none():
    (task,), _ = read_tasks(["a", "b", "b"])
    with pytest.raises(ValueError, match=r"has only 1 class of positive weight, of \['a', 'b'\]"):
        task.aim("classification", np.array([0.0, 1.0, 1.0]))


def test_tasks_are_arranged_by_name():
    tasks = read_tasks(pd.DataFrame({"a": [1.0], "b": ["x"]}))
    assert tasks.arrange(["b", "a"]).names == ["b", "a"]
    assert tasks.arrange(["b", "a"]).columns[0] is tasks.columns[1]
    with pytest.raises(
        ValueError, match=r"y has the tasks \['a', 'b'\], and the net was fitted on"
    ):
        tasks.arrange(["a", "c"])


def test_whole_floats_with_gaps_are_asked_about():
    codes = pd.DataFrame({"digit": [0.0, 1.0, np.nan] * 4})
    with pytest.warns(UserWarning, match="task 'digit' has gaps and few whole numbers besides"):
        assert choose_types(read_tasks(codes), "auto") == {"digit": "regression"}


@pytest.mark.parametrize(
    ("values", "given"),
    [
        ([0.0, 1.0, np.nan] * 4, {"digit": "classification"}),
        ([0.0, 1.0, 2.0] * 4, "auto"),
        ([0.5, 1.0, np.nan] * 4, "auto"),
        ([*range(11), np.nan], "auto"),
        (pd.array([0, 1, None] * 4, dtype="Int64"), "auto"),
    ],
)
def test_other_columns_are_not_asked_about(values, given):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        choose_types(read_tasks(pd.DataFrame({"digit": values})), given)
