"""Iris as two modalities."""

import numpy as np
import pytest
from sklearn.datasets import load_iris

from skmm import make_frame
from tests.late_toys import COLUMNS


@pytest.fixture
def iris():
    X, codes = load_iris(return_X_y=True)
    return X, np.array(["setosa", "versicolor", "virginica"])[codes]


@pytest.fixture
def frame(iris):
    return make_frame(**{name: iris[0][:, columns] for name, columns in COLUMNS.items()})
