"""A map shows what a fusion makes of samples."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.sparse import csr_array, random_array
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmm.frame import make_frame
from skmm.fusion import CanonicalFusion, ConcatFusion, MultimodalFusion
from skmm.inspection import LatentMapDisplay
from skmm.retrieval import CrossModalRetriever
from tests.toys import shared_directions


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def X():
    return shared_directions()


def test_points_are_principal_components_of_the_fused_block(X):
    fusion = CanonicalFusion(3).fit(X)
    display = LatentMapDisplay.from_estimator(fusion, X)
    expected = PCA(2).fit_transform(fusion.transform(X))
    assert_allclose(np.abs(display.points), np.abs(expected), atol=1e-10)


def test_one_component_is_drawn_along_a_line(X):
    points = LatentMapDisplay.from_codes(np.arange(5.0)[:, None]).points
    assert_allclose(points, np.column_stack([np.arange(5), np.zeros(5)]))


def test_neighborhoods_follow_their_seed(X):
    codes = ConcatFusion().fit_transform(X)[:30]
    one, two = (LatentMapDisplay.from_codes(codes, method="tsne").points for _ in range(2))
    assert_allclose(one, two)
    assert one.shape == (30, 2)


def test_a_transformer_of_ones_own_makes_the_plane(X):
    codes = ConcatFusion().fit_transform(X)
    points = LatentMapDisplay.from_codes(codes, method=PCA(3)).points
    assert_allclose(points, PCA(3).fit_transform(codes)[:, :2])


def test_a_retriever_gives_a_point_for_each_modality(X):
    gaps = X.copy()
    gaps.loc[:9, "b"] = None
    retriever = CrossModalRetriever("cca", n_components=2).fit(X[["a", "b"]])
    display = LatentMapDisplay.from_estimator(retriever, gaps[["a", "b"]], np.arange(200) % 3)
    assert list(display.modality[:200]) == ["a"] * 200
    assert list(display.modality[200:]) == ["b"] * 190
    assert_allclose(display.y, [*(np.arange(200) % 3), *(np.arange(10, 200) % 3)])
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels == ["a", "b", "0", "1", "2"]


@pytest.mark.parametrize(
    ("y", "n_bars"), [(np.linspace(0, 1, 200), 1), (np.arange(200), 1), (np.arange(200) % 12, 0)]
)
def test_numbers_and_many_classes_have_a_scale(X, y, n_bars):
    display = LatentMapDisplay.from_estimator(ConcatFusion().fit(X), X, y)
    assert len(display.figure_.axes) == 1 + n_bars
    assert (display.ax_.get_legend() is None) == bool(n_bars)


def test_equal_classes_have_equal_colors(X):
    y = np.where(np.arange(200) % 2, "odd", "even")
    display = LatentMapDisplay.from_estimator(ConcatFusion().fit(X), X, y)
    colors = display.ax_.collections[0].get_facecolors()
    assert len(np.unique(colors[::2], axis=0)) == len(np.unique(colors[1::2], axis=0)) == 1
    assert not np.array_equal(colors[0], colors[1])


def test_axes_that_are_given_are_drawn_into(X):
    _, ax = plt.subplots()
    assert LatentMapDisplay.from_codes(np.eye(4), ax=ax).ax_ is ax


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="method is 'umap'; expected 'pca', 'tsne' or an object"):
        LatentMapDisplay.from_codes(np.eye(4), method="umap")


def test_a_model_without_a_space_is_refused(X):
    model = make_pipeline(ConcatFusion(), LogisticRegression()).fit(X, np.arange(200) % 2)
    with pytest.raises(TypeError, match=r"Pipeline has no method transform.*pipeline\[:-1\]"):
        LatentMapDisplay.from_estimator(model, X)
    with pytest.raises(TypeError, match="use make_frame"):
        LatentMapDisplay.from_estimator(ConcatFusion().fit(X), {"a": [1]})


def test_one_sample_makes_no_map():
    with pytest.raises(ValueError, match="minimum of 2 is required"):
        LatentMapDisplay.from_codes([[1.0, 2.0]])


def test_a_frame_of_codes_is_taken():
    assert LatentMapDisplay.from_codes(make_frame(a=np.eye(3))["a"].array.tensor).points.shape == (
        3,
        2,
    )


def test_names_with_an_underscore_are_in_the_legend():
    display = LatentMapDisplay.from_codes(np.eye(4), ["_a", "_a", "b", "b"])
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == ["_a", "b"]


def test_blocks_that_are_kept_apart_have_no_space(X):
    fusion = MultimodalFusion([("a", "passthrough"), ("b", "passthrough")], fusion=None).fit(X)
    with pytest.raises(TypeError, match=r"keeps the blocks \['a', 'b'\] apart"):
        LatentMapDisplay.from_estimator(fusion, X)


@pytest.mark.parametrize(
    ("cmap", "expected"),
    [("Set2", [0, 1, 2]), ("coolwarm", [0.0, 0.5, 1.0]), (None, [0, 1, 2])],
)
def test_classes_get_colors_one_by_one_or_along_a_scale(cmap, expected):
    y = ["a", "b", "c", "a"]
    display = LatentMapDisplay.from_codes(np.eye(4), y, cmap=cmap)
    known = mpl.colormaps[cmap or "tab10"](expected)
    drawn = display.ax_.collections[0].get_facecolors()
    assert_allclose(drawn[:, :3], known[[0, 1, 2, 0], :3])


def test_a_map_of_colors_reaches_the_plot(X):
    y = np.linspace(0, 1, 200)
    display = LatentMapDisplay.from_estimator(ConcatFusion().fit(X), X, y, cmap="magma")
    first = display.ax_.collections[0].get_facecolors()[0]
    assert_allclose(first[:3], mpl.colormaps["magma"](0.0)[:3])


@pytest.mark.parametrize("shape", [(20, 9), (20, 2), (2, 9), (20, 1)])
def test_sparse_codes_have_the_principal_components_of_dense_ones(shape):
    codes = random_array(shape, density=0.5, rng=np.random.default_rng(0), format="csr")
    points = LatentMapDisplay.from_codes(codes).points
    expected = LatentMapDisplay.from_codes(codes.toarray()).points
    assert_allclose(np.abs(points), np.abs(expected), atol=1e-8)  # directions have no sign


def test_sparse_codes_have_neighborhoods():
    codes = csr_array(np.kron(np.eye(2), np.ones((6, 3))))
    points = LatentMapDisplay.from_codes(codes, method="tsne", random_state=0).points
    assert points.shape == (12, 2)
    assert np.linalg.norm(points[:6].mean(axis=0) - points[6:].mean(axis=0)) > 1


@pytest.mark.parametrize("n_classes", [9, 30])
def test_a_list_of_fewer_colors_than_classes_is_refused(n_classes):
    y = np.arange(60) % n_classes
    display = LatentMapDisplay(points=np.zeros((60, 2)), y=y)
    with pytest.raises(ValueError, match=f"cmap 'Set2' has 8 colors, and y {n_classes} classes"):
        display.plot(cmap="Set2")
    display.plot(cmap="viridis")
    LatentMapDisplay(points=np.zeros((60, 2)), y=y / 2).plot(cmap="Set2")  # numbers may share one
