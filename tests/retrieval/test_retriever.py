"""CrossModalRetriever: the gallery, searches, scores, and what it refuses."""

import os
import pickle
import signal
import sys
import threading

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.metrics import top_k_accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import NearestNeighbors

from skmm import ModalityError
from skmm.frame import TensorArray, make_frame
from skmm.retrieval import CrossModalRetriever, retrieval_scorer
from tests.toys import shared_directions

QUICK = {"max_epochs": 3, "embed_dim": 8, "n_components": 4, "random_state": 0}
METHODS = ["cca", "hinge", "infonce", "siglip"]


def cca(**params):
    return CrossModalRetriever(**params)


@pytest.fixture
def fitted(pairs):
    return cca().fit(pairs)


@pytest.fixture(params=METHODS)
def every(request, pairs):
    return CrossModalRetriever(request.param, **QUICK).fit(pairs)


@pytest.fixture
def three():
    return shared_directions()


# -- embeddings and searches


def test_embeddings_are_of_length_1_and_float32(every, others):
    for modality in ("image", "text"):
        embeddings = every.embed(others, modality)
        assert embeddings.dtype == np.float32
        assert_allclose(np.linalg.norm(embeddings, axis=1), 1, rtol=1e-5)


def test_a_column_alone_embeds_as_in_its_frame(every, others):
    expected = every.embed(others, "text")
    cells = others["text"]
    for form in (cells, cells.array, cells.array.tensor, others[["text"]]):
        assert_array_equal(every.embed(form, "text"), expected)


@pytest.mark.parametrize(("source", "target"), [("image", "text"), ("text", "image")])
def test_search_is_that_of_scikit_learns_neighbors(every, pairs, others, source, target):
    neighbors = NearestNeighbors(n_neighbors=7, metric="cosine").fit(every.embed(pairs, target))
    expected, order = neighbors.kneighbors(every.embed(others, source))
    distances, rows = every.search(others, source=source, target=target, k=7)
    assert_array_equal(rows, order)
    assert_allclose(distances, expected, atol=1e-6)


def test_a_modality_can_be_searched_by_itself(fitted, pairs):
    distances, rows = fitted.search(pairs, source="text", target="text", k=1)
    assert_array_equal(rows[:, 0], np.arange(len(pairs)))
    assert_allclose(distances, 0, atol=1e-6)
    assert (distances >= 0).all()


def test_of_two_modalities_the_other_one_is_searched(fitted, others):
    expected = fitted.search(others, source="image", target="text")
    for directions in ({"source": "image"}, {"target": "text"}):
        for found, wanted in zip(fitted.search(others, **directions), expected, strict=True):
            assert_array_equal(found, wanted)


def test_a_query_needs_its_own_modality_only(fitted, others):
    expected = fitted.search(others, source="text")[1]
    others["image"] = None
    assert_array_equal(fitted.search(others, source="text")[1], expected)
    assert_array_equal(fitted.search(others[["text"]], source="text")[1], expected)


def test_canonical_embeddings_and_searches_do_not_depend_on_other_queries(fitted, others):
    whole = fitted.embed(others, "text")
    distances, rows = fitted.search(others, source="text")
    for row in (0, 7, 59):
        one = others.iloc[[row]]
        assert_array_equal(fitted.embed(one, "text")[0], whole[row])
        for found, wanted in zip(fitted.search(one, source="text"), (distances, rows), strict=True):
            assert_array_equal(found[0], wanted[row])


# -- the gallery


def test_a_new_gallery_replaces_the_old_one(every, others):
    every.index(others)
    assert every.n_indexed_ == 60
    _, rows = every.search(others, source="text", k=60)
    assert_array_equal(np.sort(rows), np.tile(np.arange(60), (60, 1)))


def test_parts_make_the_same_gallery_as_the_whole(fitted, pairs, others):
    whole = pd.concat([pairs, others], ignore_index=True)
    expected = fitted.index(whole).search(others, source="image", k=20)
    fitted.index(pairs[:50]).partial_index(pairs[50:]).partial_index(others)
    assert fitted.n_indexed_ == len(whole)
    found = fitted.search(others, source="image", k=20)
    for one, other in zip(found, expected, strict=True):
        assert_array_equal(one, other)


def test_rows_without_the_modality_are_not_found_and_keep_their_numbers(fitted, others):
    gaps = np.arange(60) % 3 == 0
    others["text"] = TensorArray(others["text"].array.tensor, ~gaps)
    fitted.index(others).partial_index(others)
    _, rows = fitted.search(others, source="image", target="text", k=80)
    everything = np.flatnonzero(np.tile(~gaps, 2))
    assert_array_equal(np.sort(rows), np.tile(everything, (60, 1)))


def test_a_gallery_may_have_one_modality_and_get_another(fitted, others):
    fitted.index(others[["image"]])
    with pytest.raises(ValueError, match="0 samples of modality 'text'.*index more"):
        fitted.search(others, source="image", k=1)
    fitted.partial_index(others[["text"]])
    assert fitted.search(others, source="image", k=1)[1].min() >= 60


def test_a_pickle_finds_the_same(every, others):
    every.index(others)
    loaded = pickle.loads(pickle.dumps(every))
    for found, wanted in zip(
        loaded.search(others, source="text"), every.search(others, source="text"), strict=True
    ):
        assert_array_equal(found, wanted)


# -- approximate search


def test_a_graph_finds_what_exact_search_finds(every, pairs, others):
    expected = every.search(others, source="text", k=7)
    every.set_params(index_type="hnsw")
    found = every.search(others, source="text", k=7)  # the gallery was indexed before
    assert_array_equal(found[1], expected[1])
    every.index(pairs)
    for one, other in zip(every.search(others, source="text", k=7), expected, strict=True):
        assert_array_equal(one, other)
    assert every.gallery_["image"][0].graph.ntotal == 120


def test_a_graph_grows_with_the_gallery_and_is_saved(pairs, others):
    exact, model = cca().fit(pairs), cca(index_type="hnsw").fit(pairs)
    lonely = others.copy()
    lonely.loc[:9, "text"] = None
    for retriever in (exact, model):
        retriever.partial_index(lonely).index(pairs[["image"]]).partial_index(lonely)
    for retriever in (model, pickle.loads(pickle.dumps(model))):
        for target in ("text", "image"):
            found = retriever.search(others, target=target, k=20)
            expected = exact.search(others, target=target, k=20)
            for one, other in zip(found, expected, strict=True):
                assert_array_equal(one, other)


def test_how_much_is_found_can_be_chosen_after_indexing(pairs, others):
    model = cca(index_type="hnsw").fit(pairs)
    expected = model.search(others, source="text", k=1)[1]
    assert_array_equal(
        model.set_params(ef_search=500).search(others, source="text", k=1)[1], expected
    )
    with pytest.raises(ValueError, match="The 'ef_search' parameter"):
        model.set_params(ef_search=0).search(others, source="text")


def test_an_index_type_set_after_fit_is_checked(fitted, pairs):
    fitted.set_params(index_type="annoy")
    for index in (fitted.index, fitted.partial_index):
        with pytest.raises(ValueError, match="The 'index_type' parameter"):
            index(pairs)
    assert fitted.n_indexed_ == 120


def test_without_faiss_there_is_no_graph(pairs, monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(
        ImportError, match=r"index_type='hnsw' needs faiss: pip install 'skmm\[ann\]'"
    ):
        cca(index_type="hnsw").fit(pairs)
    cca().fit(pairs)


# -- scores


@pytest.mark.parametrize("k", [1, 5])
def test_the_score_is_top_k_accuracy_both_ways(fitted, others, k):
    S = fitted.embed(others, "image") @ fitted.embed(others, "text").T
    both = [top_k_accuracy_score(np.arange(60), scores, k=k) for scores in (S, S.T)]
    assert_allclose(fitted.score(others, k=k), np.mean(both))


def test_of_samples_that_are_alike_half_come_before_the_partner(fitted, others):
    text = others["text"].array.tensor.copy()
    text[1] = text[0]
    others["text"] = TensorArray(text)
    image = others["image"].array.tensor.copy()
    image[1] = image[0]
    twins = make_frame(image=image[:2], text=text[:2])
    assert fitted.score(twins, k=1) == 0.0
    assert fitted.score(twins, k=2) == 1.0


@pytest.mark.parametrize("k", [0, 2.5, "ten", None])
def test_a_score_looks_at_one_result_at_least(fitted, others, k):
    with pytest.raises(ValueError, match=f"k={k!r}; give the number of results"):
        fitted.score(others, k=k)


def test_what_needs_a_fitted_model_says_so(pairs):
    for ask in (
        lambda model: model.embed(pairs, "text"),
        lambda model: model.index(pairs),
        lambda model: model.partial_index(pairs),
        lambda model: model.search(pairs, source="text"),
        lambda model: model.score(pairs),
        lambda model: retrieval_scorer()(model, pairs),
        lambda model: model.history_,
    ):
        with pytest.raises(NotFittedError):
            ask(cca())


def test_only_pairs_are_scored(fitted, others):
    gaps = others.copy()
    gaps.loc[:9, "text"] = None
    gaps.loc[50:, "image"] = None
    assert fitted.score(gaps, k=3) == fitted.score(others[10:50], k=3)


def test_without_pairs_there_is_no_score(fitted, others):
    others["text"] = None
    with pytest.raises(ValueError, match="no sample of X has two modalities"):
        fitted.score(others)


def test_the_gallery_does_not_change_a_score(fitted, pairs, others):
    before = fitted.score(others)
    assert fitted.index(pairs[:5]).score(others) == before


# -- several modalities


@pytest.mark.parametrize("method", METHODS)
def test_all_pairs_of_modalities_are_learned_and_scored(three, method):
    options = QUICK | {"max_epochs": 30, "lr": 1e-2, "dropout": 0.0}
    model = CrossModalRetriever(method, **options).fit(three)
    pairs = [("a", "b"), ("a", "c"), ("b", "c")]
    each = []
    for one, other in pairs:
        S = model.embed(three, one) @ model.embed(three, other).T
        each += [top_k_accuracy_score(np.arange(200), s, k=10) for s in (S, S.T)]
    assert min(each) > 1.5 * 10 / 200
    assert_allclose(model.score(three), np.mean(each))


def test_of_three_modalities_the_direction_must_be_said(three):
    model = cca().fit(three)
    with pytest.raises(
        ValueError, match=r"source='a' and target=None; say which of.*'a', 'b', 'c'"
    ):
        model.search(three, source="a")
    assert model.search(three, source="a", target="c", k=2)[1].shape == (200, 2)


# -- what trains


@pytest.mark.parametrize("method", METHODS)
def test_only_rows_with_both_modalities_train(pairs, others, method):
    lonely = others.copy()
    lonely["text"] = None
    more = pd.concat([pairs, lonely], ignore_index=True)
    one = CrossModalRetriever(method, **QUICK).fit(pairs)
    two = CrossModalRetriever(method, **QUICK).fit(more)
    assert_array_equal(one.embed(others, "image"), two.embed(others, "image"))
    assert two.n_indexed_ == len(more)


@pytest.mark.parametrize("junk", [np.nan, 1e6])
def test_what_lies_in_a_missing_cell_never_counts(pairs, junk):
    text = pairs["text"].array.tensor.copy()
    present = np.arange(len(pairs)) % 4 > 0
    clean, dirty = pairs.copy(), pairs.copy()
    text[~present] = 0
    clean["text"] = TensorArray(text.copy(), present)
    text[~present] = junk
    dirty["text"] = TensorArray(text, present)
    for method in METHODS:
        embedded = [
            CrossModalRetriever(method, **QUICK).fit(X).embed(pairs, "text") for X in (clean, dirty)
        ]
        assert_array_equal(*embedded)


def test_too_few_pairs_are_refused(pairs):
    pairs.loc[1:, "text"] = None
    with pytest.raises(ValueError, match="1 of 120 samples have two modalities; at least 2"):
        cca().fit(pairs)


def test_a_modality_that_is_never_together_with_others_is_named(three):
    half = np.arange(200) < 100
    for name in three:
        present = ~half if name == "c" else half
        three[name] = TensorArray(three[name].array.tensor, present)
    with pytest.raises(ModalityError, match="modality 'c'.*never together"):
        cca().fit(three)


@pytest.mark.parametrize(
    "X",
    [np.zeros((5, 3)), pd.DataFrame({"a": [1.0, 2.0]}), make_frame(a=np.zeros((3, 2)))],
    ids=["matrix", "numbers", "one modality"],
)
def test_a_frame_of_two_modalities_is_needed(X):
    with pytest.raises(ValueError, match="at least two modalities"):
        cca().fit(X)


def test_a_cell_of_nan_is_named(pairs):
    text = pairs["text"].array.tensor.copy()
    text[3, 1] = np.nan
    for method in METHODS:
        with pytest.raises(ModalityError, match=r"modality 'text', row 3"):
            CrossModalRetriever(method, **QUICK).fit(make_frame(image=pairs["image"], text=text))


def test_modalities_of_which_only_one_varies_are_refused(pairs):
    constant = pairs.assign(text=TensorArray(np.ones((120, 6))))
    with pytest.raises(ValueError, match=r"\['text'\] are the same in all samples.*leave constant"):
        cca().fit(constant)


# -- queries that cannot be


def test_no_queries_find_nothing(every, others):
    distances, rows = every.search(others[:0], source="text", k=3)
    assert distances.shape == rows.shape == (0, 3)
    assert every.embed(others[:0], "text").shape == (0, every.embed(others, "text").shape[1])


def test_an_empty_gallery_has_nothing_to_find(every, others):
    assert every.index(others[:0]).n_indexed_ == 0
    with pytest.raises(ValueError, match="k=1, and the gallery has 0 samples"):
        every.search(others, source="text", k=1)
    assert every.partial_index(others).search(others, source="text", k=1)[1].shape == (60, 1)


def test_columns_are_found_by_name(every, others):
    expected = every.search(others, source="text")
    other_order = others[["text", "image"]].assign(number=1.0)
    for found, wanted in zip(every.search(other_order, source="text"), expected, strict=True):
        assert_array_equal(found, wanted)
    assert every.score(other_order) == every.score(others)
    with pytest.raises(ValueError, match="X has no column 'text'"):
        every.search(others[["image"]], source="text")


def test_a_null_query_is_named(fitted, others):
    others = others.set_axis(range(100, 160))
    others.loc[104, "text"] = None
    expected = r"modality 'text', row 4 \(index 104\).*null.*X\[X\['text'\].notna\(\)\]"
    with pytest.raises(ModalityError, match=expected):
        fitted.search(others, source="text")


def test_an_embedding_that_is_not_finite_is_refused(every, others):
    text = others["text"].array.tensor.copy()
    text[5] = 1e308
    others["text"] = TensorArray(text)
    with np.errstate(all="ignore"), pytest.raises(ModalityError, match=r"'text', row 5"):
        every.search(others, source="text")


def test_unknown_modalities_are_refused_with_the_nearest(fitted, others):
    with pytest.raises(ValueError, match="no modality 'txt'.*did you mean 'text'"):
        fitted.search(others, source="txt")
    with pytest.raises(ValueError, match="no modality 'sound'"):
        fitted.embed(others, "sound")


def test_a_direction_must_be_said(fitted, others):
    with pytest.raises(ValueError, match="source=None and target=None"):
        fitted.search(others)


@pytest.mark.parametrize("k", [0, 121, 2.5])
def test_k_is_at_most_the_size_of_the_gallery(fitted, others, k):
    with pytest.raises(ValueError, match=f"k={k}, and the gallery has 120 samples"):
        fitted.search(others, source="text", k=k)


def test_a_gallery_is_a_frame_with_a_known_modality(fitted, others):
    with pytest.raises(TypeError, match="the gallery is a ndarray"):
        fitted.index(np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"columns \['sound'\].*none of the modalities"):
        fitted.partial_index(make_frame(sound=np.zeros((3, 2))))
    assert fitted.n_indexed_ == 120


def test_samples_of_another_shape_are_refused(every):
    with pytest.raises(ModalityError, match=r"'text': fitted on samples of shape \(6,\)"):
        every.embed(np.zeros((2, 5)), "text")


def test_only_networks_have_a_history(fitted, every):
    with pytest.raises(AttributeError, match="no network was trained"):
        fitted.history_  # noqa: B018
    assert every.method == "cca" or len(every.history_) == 3


# -- classes


@pytest.fixture
def labeled(pairs):
    return pairs, (pairs["image"].array.tensor[:, 0] > 0).astype(int) + 2


@pytest.mark.parametrize("semantic", ["features", "embeddings"])
@pytest.mark.parametrize("method", ["cca", "infonce"])
def test_probabilities_of_classes_are_compared(labeled, semantic, method):
    X, y = labeled
    model = CrossModalRetriever(method, semantic=semantic, **QUICK).fit(X, y)
    code = model.embed(X, "text")
    assert code.shape == (120, 2)
    assert_allclose(np.linalg.norm(code, axis=1), 1, rtol=1e-5)
    score = retrieval_scorer("mean_average_precision")
    plain = CrossModalRetriever(method, **QUICK).fit(X)
    assert score(model, X, y) > score(plain, X, y) + 0.1


def test_semantic_matching_needs_no_pairs(labeled):
    X, y = labeled
    half = np.arange(120) < 60
    X["image"] = TensorArray(X["image"].array.tensor, half)
    X["text"] = TensorArray(X["text"].array.tensor, ~half)
    model = cca(semantic="features").fit(X, y)
    assert model.search(X[half], source="image", k=5)[1].min() >= 60


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "semantic='features' learns classes, and y is None"),
        ([0, 1], "X has 120, and y has 2"),
        (np.linspace(0, 1, 120), "Unknown label type"),
        (np.where(np.arange(120) % 7, 1.0, np.nan), "y is nan in row 0"),
        (np.ones((120, 2)), "y should be a 1d array"),
    ],
)
def test_classes_must_be_given(pairs, y, message):
    with pytest.raises(ValueError, match=message):
        cca(semantic="features").fit(pairs, y)


@pytest.mark.parametrize("semantic", ["features", "embeddings"])
def test_a_modality_with_one_class_is_named(labeled, semantic):
    X, y = labeled
    X["text"] = TensorArray(X["text"].array.tensor, y == 3)
    with pytest.raises(
        ModalityError, match=r"modality 'text': its samples are of one class, \[3\]"
    ):
        cca(semantic=semantic).fit(X, y)


def test_y_is_ignored_without_semantic(pairs, others):
    one, two = cca().fit(pairs), cca().fit(pairs, np.arange(120))
    assert_array_equal(one.embed(others, "text"), two.embed(others, "text"))


# -- what survives


def test_ctrl_c_goes_through_and_leaves_the_old_model(pairs, others):
    model = CrossModalRetriever("infonce", **QUICK).fit(pairs)
    before = model.embed(others, "text")
    model.set_params(max_epochs=100_000)
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        model.fit(pairs)
    assert_array_equal(model.embed(others, "text"), before)


def test_a_degenerate_space_is_not_the_best():
    """With one component every cosine is 1 or -1, and half of the gallery is as near as the partner."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(90, 3))
    parts = [z @ rng.normal(size=(3, 4)) + 0.3 * rng.normal(size=(90, 4)) for _ in "ab"]
    X = make_frame(a=parts[0], b=parts[1])
    for scoring in (retrieval_scorer(k=3), retrieval_scorer("mean_reciprocal_rank"), None):
        search = GridSearchCV(
            CrossModalRetriever(), {"n_components": [1, 3]}, cv=3, scoring=scoring
        )
        assert search.fit(X).best_params_ == {"n_components": 3}
    assert retrieval_scorer(k=3)(search, X) == retrieval_scorer(k=3)(search.best_estimator_, X)


@pytest.mark.parametrize("method", ["hinge", "infonce", "siglip"])
def test_a_batch_without_pairs_is_passed_over(method):
    rng = np.random.default_rng(0)
    X = make_frame(**{name: rng.normal(size=(66, 2)) for name in "abc"}).astype(object)
    X.loc[:32, "a"] = None
    X.loc[33:, "c"] = None
    for seed in range(3):
        CrossModalRetriever(method, max_epochs=2, batch_size=64, random_state=seed).fit(X)


def test_two_pairs_are_held_out_at_least():
    rng = np.random.default_rng(0)
    X = make_frame(a=rng.normal(size=(20, 3)), b=rng.normal(size=(20, 3)))
    params = {"early_stopping": True, "validation_fraction": 0.05, "max_epochs": 2}
    model = CrossModalRetriever("infonce", random_state=0, **params).fit(X)
    assert (model.history_["valid_loss"] > 0).all()
