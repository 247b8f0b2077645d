"""Models that are kept, and eyes on what runs while they are loaded."""

import sys
from contextlib import contextmanager

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import skmm
from skmm import DeepFusionClassifier, MultimodalFusion
from skmm.fusion import LateFusionClassifier

_SEEN = []
_WATCHED = (
    "os.system",
    "subprocess.Popen",
    "pickle.find_class",
    "exec",
    "os.exec",
    "os.posix_spawn",
)


def _watch(event, arguments):
    if _SEEN and event in _WATCHED:
        _SEEN.append((event, arguments))


sys.addaudithook(_watch)  # hooks cannot be taken away: this one is quiet outside of `nothing_runs`


@pytest.fixture
def nothing_runs():
    """A scope in which Python may not run, unpickle or import anything new."""

    @contextmanager
    def scope():
        modules = set(sys.modules)
        _SEEN.append("watching")
        try:
            yield
        finally:
            seen = _SEEN[1:]
            _SEEN.clear()
        assert not seen
        assert set(sys.modules) == modules

    return scope


def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(24, 6)), np.arange(24) % 3


@pytest.fixture(scope="session")
def deep():
    """A deep model with arrays of several sizes, and what it predicts."""
    X, y = data()
    model = make_pipeline(
        MultimodalFusion(
            [("a", FunctionTransformer(), [0, 1]), ("b", "passthrough", [2, 3, 4, 5])]
        ),
        DeepFusionClassifier(max_epochs=2, random_state=0),
    ).fit(X, y)
    return model, X


@pytest.fixture(scope="session")
def forest():
    """A late fusion of forests."""
    X, y = data()
    members = [("a", RandomForestClassifier(20, random_state=0), [0, 1, 2])]
    members += [("b", RandomForestClassifier(20, random_state=0), [3, 4, 5])]
    return LateFusionClassifier(members, rule="mean").fit(X, y), X


@pytest.fixture(scope="session")
def deep_file(deep, tmp_path_factory):
    """The content of the file of `deep`."""
    path = tmp_path_factory.mktemp("models") / "deep.skmm"
    skmm.dump(deep[0], path)
    return path.read_bytes()


@pytest.fixture(scope="session")
def forest_file(forest, tmp_path_factory):
    """The content of the file of `forest`."""
    path = tmp_path_factory.mktemp("models") / "forest.skmm"
    skmm.dump(forest[0], path)
    return path.read_bytes()


@pytest.fixture
def load_bytes(tmp_path):
    """Load a model from the content of a file."""

    def load(content, **options):
        path = tmp_path / "model.skmm"
        path.write_bytes(content)
        return skmm.load(path, **options)

    return load
