import copy
import pickle
import subprocess
import sys
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from gensim.models import FastText, KeyedVectors, Word2Vec
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skmm import ModalityError
from skmm.cache import FeatureCache
from skmm.text import Word2VecVectorizer, tokenize


def _mean_vectors(oracle, texts):
    rows = []
    for text in texts:
        known = [word for word in tokenize(text) if word in oracle]
        mean = oracle.get_mean_vector(known, pre_normalize=False) if known else None
        rows.append(np.zeros(oracle.vector_size) if mean is None else mean)
    return np.array(rows, dtype=np.float32)


@pytest.fixture
def given():
    vectors = KeyedVectors(7)
    words = [f"{letter}{number}" for letter in "abc" for number in range(10)]
    vectors.add_vectors(words, np.random.default_rng(0).normal(size=(30, 7)).astype("float32"))
    return vectors


def test_rows_are_the_mean_vectors_of_gensim_to_the_bit(given, texts):
    block = Word2VecVectorizer(vectors=given).fit_transform(texts)
    assert block.dtype == np.float32
    assert_array_equal(block, _mean_vectors(given, texts))


def test_rows_are_the_mean_vectors_of_gensims_fasttext_to_the_bit(texts):
    given = FastText([text.split() for text in texts[:9]], vector_size=7, min_count=1, bucket=99).wv
    block = Word2VecVectorizer(vectors=given).fit_transform(texts)
    assert_array_equal(block, _mean_vectors(given, texts))


def test_tfidf_means_are_the_weighted_mean_vectors_of_gensim(given, texts):
    block = Word2VecVectorizer(vectors=given, weighting="tfidf").fit_transform(texts)
    oracle = TfidfVectorizer(analyzer=tokenize).fit(texts)
    for row, text in zip(block, texts, strict=True):
        known = [word for word in tokenize(text) if word in given]
        weights = [oracle.idf_[oracle.vocabulary_[word]] for word in known]
        expected = np.zeros(7)
        if known:
            expected = given.get_mean_vector(known, weights=weights, pre_normalize=False)
        assert_allclose(row, expected, rtol=1e-5, atol=1e-6)


def _sif(given, texts, others, smoothing):
    """Algorithm 1 of the paper: the rows of `others`, with what is learned from `texts`."""
    counts = Counter(word for text in texts for word in tokenize(text))

    def mean(text):
        total, known = np.zeros(7), [word for word in tokenize(text) if word in given]
        for word in known:
            total += smoothing / (smoothing + counts[word] / counts.total()) * given[word]
        return total / (len(known) or 1)

    component = np.linalg.svd(np.array([mean(text) for text in texts]))[2][0]
    rows = np.array([mean(text) for text in others])
    return rows, rows - rows @ np.outer(component, component)


@pytest.mark.parametrize("smoothing", [1e-3, 0.1])
def test_smooth_inverse_frequency_is_that_of_the_paper(smoothing, given, texts):
    options = {"vectors": given, "weighting": "sif", "smoothing": smoothing}
    expected, without_component = _sif(given, texts[:40], texts, smoothing)
    block = Word2VecVectorizer(**options).fit(texts[:40]).transform(texts)
    assert_allclose(block, expected, rtol=1e-4, atol=1e-6)
    block = Word2VecVectorizer(**options, remove_component=True).fit(texts[:40]).transform(texts)
    assert_allclose(block, without_component, rtol=1e-3, atol=1e-5)


def test_rows_without_the_common_component_are_orthogonal_to_it(texts):
    vectorizer = Word2VecVectorizer(6, remove_component=True, random_state=0).fit(texts)
    assert_allclose(np.linalg.norm(vectorizer.common_component_), 1, rtol=1e-6)
    assert_allclose(vectorizer.transform(texts) @ vectorizer.common_component_, 0, atol=1e-6)


def test_texts_of_unknown_words_have_no_common_component(given, texts):
    vectorizer = Word2VecVectorizer(vectors=given, remove_component=True).fit(["unheard", "of"])
    assert not vectorizer.common_component_.any()
    assert_array_equal(vectorizer.transform(texts), _mean_vectors(given, texts))


def test_sequences_are_the_word_vectors_in_their_order(given, texts):
    vectorizer = Word2VecVectorizer(vectors=given, pool=None)
    block = vectorizer.fit_transform(texts)
    known = [[word for word in tokenize(text) if word in given] for text in texts]
    assert block.dtype == np.float32
    assert block.shape == (60, max(map(len, known)), 7) == (60, vectorizer.length_, 7)
    for sequence, words in zip(block, known, strict=True):
        expected = [given[word] for word in words] or np.zeros((1, 7))
        assert_array_equal(sequence[: len(expected)], expected)
        assert np.isnan(sequence[len(expected) :]).all()


@pytest.mark.parametrize("vectors", [None, "given"])
def test_long_sequences_are_cut(vectors, given, texts):
    vectors = vectors and given
    options = {"vectors": vectors, "vector_size": 7, "random_state": 0, "pool": None}
    whole = Word2VecVectorizer(**options).fit_transform(texts)
    block = Word2VecVectorizer(**options, max_length=3).fit_transform(texts)
    assert_array_equal(block, whole[:, :3])


def test_the_longest_text_of_fit_sets_the_length():
    vectorizer = Word2VecVectorizer(3, pool=None).fit(["red fish", "a blue fish", None])
    assert vectorizer.transform(["red", "a red fish and a blue fish"]).shape == (2, 3, 3)


def test_sequences_of_empty_texts_have_one_step():
    block = Word2VecVectorizer(2, pool=None).fit_transform(["fish fish", ""])
    assert_array_equal(np.isnan(block[1]), [[False] * 2, [True] * 2])
    vectors = KeyedVectors(2)
    vectors.add_vectors(["fish"], np.ones((1, 2), dtype="float32"))
    block = Word2VecVectorizer(vectors=vectors, pool=None).fit_transform(["", "..."])
    assert_array_equal(block, np.zeros((2, 1, 2)))


def test_pandas_output_is_one_column_of_sequences(texts):
    vectorizer = Word2VecVectorizer(3, pool=None, random_state=0)
    expected = vectorizer.fit_transform(texts)
    frame = vectorizer.set_output(transform="pandas").transform(pd.Series(texts))
    assert frame.shape == (60, 1)
    assert_array_equal(frame.iloc[:, 0].array.tensor, expected)


@pytest.mark.parametrize(
    ("unknown", "row"), [("ignore", [2, 0]), ("zero", [1, 0]), ("mean", [2, 1])]
)
def test_unknown_words_are_left_out_or_replaced(unknown, row):
    vectors = KeyedVectors(2)
    vectors.add_vectors(["red", "fish"], np.array([[2, 0], [2, 4]], dtype="float32"))
    vectorizer = Word2VecVectorizer(vectors=vectors, unknown=unknown).fit(["red fish"])
    assert_array_equal(vectorizer.transform(["red unheard"]), [row])
    steps = vectorizer.set_params(pool=None).fit(["red fish one"]).transform(["one red"])[0]
    expected = {"ignore": [[2, 0]], "zero": [[0, 0], [2, 0]], "mean": [[2, 2], [2, 0]]}[unknown]
    assert_array_equal(steps[: len(expected)], expected)


def test_unknown_words_are_refused_on_request():
    vectorizer = Word2VecVectorizer(2, unknown="error").fit(["red fish"])
    assert vectorizer.transform(["fish"]).shape == (1, 2)
    with pytest.raises(ModalityError, match="row 1: 2 of 3 words have no vector.* is 'blue'; set"):
        vectorizer.transform(["fish", "blue fish swim"])


def test_fasttext_has_a_vector_for_every_word(texts):
    options = {"vector_size": 3, "algorithm": "fasttext", "n_buckets": 9, "random_state": 0}
    expected = Word2VecVectorizer(**options).fit(texts).transform(["unheard of"])
    for unknown in ("zero", "mean", "error"):
        vectorizer = Word2VecVectorizer(**options, unknown=unknown).fit(texts)
        assert_array_equal(vectorizer.transform(["unheard of"]), expected)


def cut_at_dashes(text):
    """Stands for a segmenter such as jieba.lcut."""
    return text.split("-")


def test_a_tokenizer_is_asked_for_the_words(given):
    vectorizer = Word2VecVectorizer(vectors=given, tokenizer=cut_at_dashes)
    assert_array_equal(vectorizer.fit_transform(["a0-b1"]), _mean_vectors(given, ["a0 b1"]))


def test_given_vectors_are_left_alone(given, texts):
    before = given.vectors.copy()
    given.vectors.flags.writeable = False
    for options in ({"unknown": "mean"}, {"weighting": "sif", "remove_component": True}):
        Word2VecVectorizer(vectors=given, **options).fit_transform(texts)
    assert_array_equal(given.vectors, before)


@pytest.mark.parametrize(
    "options",
    [
        *({"weighting": "idf"}, {"smoothing": 0}, {"remove_component": 1.5}, {"pool": "max"}),
        *({"max_length": 0}, {"unknown": "drop"}),
    ],
)
def test_a_wrong_parameter_is_named(options):
    with pytest.raises(ValueError, match=f"The '{next(iter(options))}' parameter of Word2Vec"):
        Word2VecVectorizer(**options).fit(["fish"])


@pytest.mark.parametrize("architecture", ["cbow", "skipgram"])
def test_word_vectors_are_trained_as_gensim_trains_them(architecture, texts):
    vectorizer = Word2VecVectorizer(
        5, architecture=architecture, window=3, min_count=2, epochs=3, random_state=1
    ).fit(texts)
    oracle = Word2Vec(
        [text.split() for text in texts],
        vector_size=5,
        sg=architecture == "skipgram",
        window=3,
        min_count=2,
        epochs=3,
        workers=1,
        seed=np.random.RandomState(1).randint(2**31 - 1),
    )
    assert vectorizer.vocabulary_ == oracle.wv.key_to_index
    assert_array_equal(vectorizer.vectors_, oracle.wv.vectors)


def test_fasttext_is_trained_as_gensim_trains_it(texts):
    vectorizer = Word2VecVectorizer(
        5, algorithm="fasttext", subword_lengths=(2, 3), n_buckets=50, random_state=1
    ).fit(texts)
    seed = np.random.RandomState(1).randint(2**31 - 1)
    sentences = [text.split() for text in texts]
    options = {"min_n": 2, "max_n": 3, "bucket": 50, "workers": 1, "min_count": 1, "seed": seed}
    oracle = FastText(sentences, vector_size=5, **options)
    assert_array_equal(vectorizer.vectors_, oracle.wv.vectors)
    assert_array_equal(vectorizer.transform(["unseen"])[0], oracle.wv["unseen"])


def test_words_that_stand_together_become_close():
    rng = np.random.default_rng(0)
    topics = [["cat", "dog", "pet", "fur"], ["car", "bus", "road", "fuel"]]
    texts = [" ".join(rng.choice(topics[i % 2], size=10)) for i in range(200)]
    vectorizer = Word2VecVectorizer(8, epochs=30, random_state=0).fit(texts)
    cat, dog, bus = (
        row / np.linalg.norm(row) for row in vectorizer.transform(["cat", "dog", "bus"])
    )
    assert cat @ dog > cat @ bus + 0.5


def test_strings_are_cut_into_words_before_training():
    assert set(Word2VecVectorizer(2).fit(["red fish"]).vocabulary_) == {"red", "fish"}


def test_a_list_of_words_equals_the_text(texts):
    vectorizer = Word2VecVectorizer(3, random_state=0)
    block = vectorizer.fit_transform([text.split() for text in texts])
    assert_array_equal(block, vectorizer.fit_transform(texts))


def test_a_tuple_of_words_equals_the_list(given, texts):
    vectorizer = Word2VecVectorizer(vectors=given, remove_component=True)
    expected = vectorizer.fit_transform([text.split() for text in texts])
    assert_array_equal(vectorizer.fit_transform([tuple(text.split()) for text in texts]), expected)


@pytest.mark.parametrize("word", [3, b"a0", None, ["a0"], np.nan], ids=repr)
@pytest.mark.parametrize("unknown", ["ignore", "mean", "error"])
def test_what_is_no_word_in_a_list_is_named_with_its_row(word, unknown, given, texts):
    cells = [["a0"], ["b1", word, "a0"], ["a0"]]
    vectorizer = Word2VecVectorizer(vectors=given, unknown=unknown).fit(["a0"])
    message = f"modality 'text', row 1: the list of words holds .* of type {type(word).__name__}"
    with pytest.raises(ModalityError, match=message):
        vectorizer.transform(cells)


def test_unknown_words_and_empty_texts_give_rows_of_zeros():
    vectorizer = Word2VecVectorizer(3).fit(["red fish"])
    assert not vectorizer.transform(["blue whale", ""]).any()


def test_unknown_words_do_not_count():
    vectorizer = Word2VecVectorizer(3).fit(["red fish"])
    block = vectorizer.transform(["red blue fish", "red fish"])
    assert_array_equal(block[0], block[1])


def test_what_comes_after_ten_thousand_words_is_trained_too():
    words = ["fish"] * 10_000 + ["red", "blue"] * 1_000
    expected = Word2VecVectorizer(2, random_state=0).fit([words[:10_000], words[10_000:]])
    vectorizer = Word2VecVectorizer(2, random_state=0).fit([words])
    assert_array_equal(vectorizer.vectors_, expected.vectors_)


def test_a_null_cell_gives_a_row_of_nan():
    block = Word2VecVectorizer(3).fit_transform(["fish", None])
    assert_array_equal(np.isnan(block), [[False] * 3, [True] * 3])


@pytest.mark.parametrize("algorithm", ["word2vec", "fasttext"])
@pytest.mark.parametrize(("texts", "min_count"), [(["", "..."], 1), (["a", "b"], 2)])
def test_an_empty_vocabulary_is_explained(texts, min_count, algorithm):
    message = f"modality 'review': no word occurs min_count={min_count} times in 2 texts; lower"
    with pytest.raises(ModalityError, match=message):
        Word2VecVectorizer(min_count=min_count, algorithm=algorithm, n_buckets=9).fit(
            pd.Series(texts, name="review")
        )


@pytest.mark.parametrize("lengths", [(3,), (0, 2), (4, 3)])
def test_impossible_lengths_of_subwords_are_refused(lengths):
    vectorizer = Word2VecVectorizer(algorithm="fasttext", subword_lengths=lengths)
    with pytest.raises(ValueError, match=r"subword_lengths=.*1 <= shortest <= longest"):
        vectorizer.fit(["fish"])


def test_vectors_that_are_no_keyed_vectors_are_refused():
    with pytest.raises(ValueError, match="The 'vectors' parameter of Word2VecVectorizer must be"):
        Word2VecVectorizer(vectors={"fish": [1.0]}).fit(["fish"])


@pytest.mark.parametrize(
    "options",
    [
        {"algorithm": "word2vec"},
        {"algorithm": "fasttext"},
        {"weighting": "tfidf", "unknown": "mean"},
        {"weighting": "sif", "remove_component": True},
        {"pool": None, "unknown": "zero"},
    ],
    ids=str,
)
def test_neither_batches_nor_order_matter_to_the_bit(options, texts):
    vectorizer = Word2VecVectorizer(9, **options, n_buckets=99, random_state=0)
    vectorizer.fit(texts[:20])
    expected = vectorizer.transform(texts)
    for batch_size in (1, 2, 3, 17):
        vectorizer.set_params(batch_size=batch_size)
        assert_array_equal(vectorizer.transform(texts), expected)
        assert_array_equal(vectorizer.transform(texts[::-1]), expected[::-1])


def test_two_worker_processes_equal_one(texts):
    vectorizer = Word2VecVectorizer(9, batch_size=20, random_state=0).fit(texts)
    expected = vectorizer.transform(texts)
    assert_array_equal(vectorizer.set_params(n_jobs=2).transform(texts), expected)


def test_the_same_seed_gives_the_same_vectors_in_every_process(texts):
    code = (
        "import sys; from skmm.text import Word2VecVectorizer\n"
        f"vectors = Word2VecVectorizer(3, random_state=0).fit({texts}).vectors_\n"
        "sys.stdout.write(vectors.tobytes().hex())"
    )
    command = [sys.executable, "-c", code]
    expected = Word2VecVectorizer(3, random_state=0).fit(texts).vectors_.tobytes().hex()
    done = subprocess.run(command, capture_output=True, check=True, env={"PYTHONHASHSEED": "7"})
    assert done.stdout.decode() == expected


def test_the_seed_matters(texts):
    first, second = (Word2VecVectorizer(3, random_state=seed).fit(texts) for seed in (0, 1))
    assert not np.array_equal(first.vectors_, second.vectors_)


@pytest.mark.parametrize("random_state", [None, 0])
def test_the_global_random_state_is_left_alone(random_state):
    before = np.random.get_state()  # noqa: NPY002
    Word2VecVectorizer(2, random_state=random_state).fit(["red fish"])
    after = np.random.get_state()  # noqa: NPY002
    for old, new in zip(before, after, strict=True):
        assert_array_equal(old, new)


def test_only_several_training_threads_make_results_differ(given):
    def is_non_deterministic(**params):
        return Word2VecVectorizer(**params).__sklearn_tags__().non_deterministic

    assert is_non_deterministic(workers=2)
    assert not is_non_deterministic()
    assert not is_non_deterministic(workers=2, vectors=given)


def test_an_unfitted_vectorizer_refuses_to_transform():
    with pytest.raises(NotFittedError):
        Word2VecVectorizer().transform(["fish"])


def test_a_failed_refit_leaves_the_old_vectors(texts):
    vectorizer = Word2VecVectorizer(3, random_state=0).fit(texts)
    expected = vectorizer.transform(texts)
    with pytest.raises(ModalityError):
        vectorizer.fit([""])
    assert_array_equal(vectorizer.transform(texts), expected)


@pytest.mark.parametrize("algorithm", ["word2vec", "fasttext"])
def test_a_pickled_vectorizer_holds_nothing_of_gensim(algorithm, texts):
    vectorizer = Word2VecVectorizer(3, algorithm=algorithm, n_buckets=9).fit(texts)
    pickled = pickle.dumps(vectorizer)
    assert b"gensim" not in pickled
    assert_array_equal(pickle.loads(pickled).transform(texts), vectorizer.transform(texts))


def test_a_clone_has_the_given_vectors(given, texts):
    vectorizer = Word2VecVectorizer(vectors=given)
    expected = vectorizer.fit_transform(texts)
    assert_array_equal(clone(vectorizer).fit_transform(texts), expected)


def test_columns_are_numbered():
    vectorizer = Word2VecVectorizer(2).set_output(transform="pandas")
    frame = vectorizer.fit_transform(pd.Series(["fish"], index=["a"]))
    assert list(frame.columns) == ["word2vecvectorizer0", "word2vecvectorizer1"]
    assert list(frame.index) == ["a"]


# -- with a cache


def lists_of(texts):
    return [text.split() for text in texts]


@pytest.mark.parametrize("cells", [list, lists_of])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"weighting": "tfidf", "unknown": "mean"},
        {"weighting": "sif", "remove_component": True},
        {"pool": None, "unknown": "zero"},
    ],
    ids=str,
)
def test_a_cache_changes_no_row_whatever_is_learned(options, cells, given, texts, tmp_path):
    cells = cells(texts)
    for n_fitted in (20, 40, 20):  # the second finds what the first has left, and must not take it
        plain, cached = (
            Word2VecVectorizer(vectors=given, **options, memory=memory).fit(cells[:n_fitted])
            for memory in (None, tmp_path)
        )
        expected = plain.transform(cells)
        assert_array_equal(cached.transform(cells), expected)
        assert_array_equal(cached.set_params(n_jobs=2).transform(cells), expected)


def test_a_search_with_given_vectors_looks_each_text_up_once(given, texts, tmp_path):
    X, cache = pd.Series(sorted(set(texts))), FeatureCache(tmp_path)
    y = np.arange(len(X)) % 2
    model = make_pipeline(Word2VecVectorizer(vectors=given), LogisticRegression())
    grid = {
        "logisticregression__C": [0.1, 10],
        "word2vecvectorizer__unknown": ["ignore", "zero"],
    }
    expected = GridSearchCV(model, grid, cv=3).fit(X, y)
    model.set_params(word2vecvectorizer__memory=cache)
    for _ in range(2):
        search = GridSearchCV(model, grid, cv=3).fit(X, y)
        assert cache.info()["misses"] == 2 * len(X)
        for key in ("mean_test_score", "std_test_score"):
            assert_array_equal(search.cv_results_[key], expected.cv_results_[key])


@pytest.mark.parametrize("algorithm", ["word2vec", "fasttext"])
def test_vectors_trained_alike_share_rows_and_others_do_not(algorithm, texts, tmp_path):
    cache = FeatureCache(tmp_path)
    options = {"vector_size": 3, "algorithm": algorithm, "n_buckets": 9}
    n_misses = []
    for seed in (0, 0, 1, None):
        plain = Word2VecVectorizer(**options, random_state=seed).fit(texts)
        cached = Word2VecVectorizer(**options, random_state=seed, memory=cache).fit(texts)
        if seed is not None:
            assert_array_equal(cached.transform(texts), plain.transform(texts))
        cached.transform(texts)
        n_misses.append(cache.info()["misses"] // len(set(texts)))
    assert n_misses == [1, 1, 2, 3]


def change_a_number(vectors):
    vectors.vectors[3, 4] = np.nextafter(vectors.vectors[3, 4], 9)


def exchange_two_words(vectors):
    words = vectors.key_to_index
    words["a0"], words["b1"] = words["b1"], words["a0"]


def rename_a_word(vectors):
    vectors.key_to_index["a_0"] = vectors.key_to_index.pop("a0")


@pytest.mark.parametrize("change", [change_a_number, exchange_two_words, rename_a_word])
def test_other_vectors_have_other_rows(change, given, texts, tmp_path):
    other = copy.deepcopy(given)
    change(other)
    for vectors in (given, other):
        expected = Word2VecVectorizer(vectors=vectors).fit_transform(texts)
        cached = Word2VecVectorizer(vectors=vectors, memory=tmp_path)
        assert_array_equal(cached.fit_transform(texts), expected)


def test_a_cache_may_be_given_after_fit(given, texts, tmp_path):
    cache = FeatureCache(tmp_path)
    early = Word2VecVectorizer(vectors=given, memory=cache).fit(texts)
    late = Word2VecVectorizer(vectors=given).fit(texts).set_params(memory=cache)
    assert early.digest_ is not None
    assert late.digest_ is None
    assert_array_equal(early.transform(texts), late.transform(texts))
    assert cache.info()["misses"] == len(set(texts))


def test_a_text_is_not_a_path(given, tmp_path):
    path = tmp_path / "a0"
    path.touch()
    cache = FeatureCache(tmp_path / "cache")
    vectorizer = Word2VecVectorizer(vectors=given, memory=cache)
    for _ in range(2):
        vectorizer.fit_transform([str(path)])
        path.write_text(path.read_text() + "more")
    assert cache.info()["misses"] == 1


def test_unknown_words_are_refused_beside_a_cache_too(given, tmp_path):
    texts = ["a0", "unheard of"]
    Word2VecVectorizer(vectors=given, memory=tmp_path).fit_transform(texts)
    strict = Word2VecVectorizer(vectors=given, memory=tmp_path, unknown="error").fit(texts[:1])
    with pytest.raises(ModalityError, match="row 1: 2 of 2 words have no vector"):
        strict.transform(texts)


def test_a_tokenizer_without_a_name_is_refused_before_training(monkeypatch, tmp_path):
    monkeypatch.delattr(Word2VecVectorizer, "_train")
    vectorizer = Word2VecVectorizer(tokenizer=cut_at_dashes, memory=tmp_path)
    with pytest.raises(TypeError, match=r"tokenizer=.*cut_at_dashes.*; set memory=None"):
        vectorizer.fit(["red-fish"])
