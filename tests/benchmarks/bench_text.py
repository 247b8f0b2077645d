"""CPU time of text vectorizers against gensim and scikit-learn, over 20,000 documents.

Word vectors are looked up and averaged by gensim's own method in a loop, and by the loop that users
write around ``KeyedVectors``; all give the same means, to the bit. Words are counted by scikit-learn
with its own tokenizer, which leaves Chinese, Japanese, Korean, accents and emoji as they are.

What is left of the means is limited by Python: half of the time goes into looking words up in a dict,
which has to read every string, and a quarter into adding up the vectors. Counting is scikit-learn's.
"""

import platform
from time import process_time

import gensim
import numpy as np
import pandas as pd
import sklearn
from gensim.models import KeyedVectors
from sklearn.feature_extraction.text import TfidfVectorizer
from threadpoolctl import threadpool_limits

from skmm.text import BagOfWordsVectorizer, Word2VecVectorizer

N_DOCUMENTS = 20_000
N_WORDS = 20_000  # one in a hundred of the words has no vector
VECTOR_SIZE = 100
N_REPEATS = 9
MEANS_LIMIT = 9  # times as fast
COUNTS_LIMIT = 0.95  # as fast, but for the noise


def make_documents(mean_length):
    """Documents of words that are as frequent as Zipf's law says."""
    rng = np.random.default_rng(0)
    shares = 1 / np.arange(1, N_WORDS + 1)
    shares /= shares.sum()
    lengths = rng.integers(mean_length // 2, mean_length * 3 // 2, size=N_DOCUMENTS)
    return [[f"w{i}" for i in rng.choice(N_WORDS, size=n, p=shares)] for n in lengths]


def make_vectors():
    rng = np.random.default_rng(1)
    words = [f"w{i}" for i in range(N_WORDS) if i % 100 != 99]
    vectors = KeyedVectors(VECTOR_SIZE)
    vectors.add_vectors(words, rng.normal(size=(len(words), VECTOR_SIZE)).astype(np.float32))
    return vectors


def average_by_gensim(vectors, documents):
    return np.array([vectors.get_mean_vector(words, pre_normalize=False) for words in documents])


def average_by_hand(vectors, documents):
    return np.array(
        [np.mean([vectors[w] for w in words if w in vectors], axis=0) for words in documents]
    )


def compare(ours, peers):
    """Run functions in turns; return median CPU seconds of each, and of the ratios to the first."""
    functions = [ours, *peers]
    for function in functions:
        function()
    times = np.array([[cpu_seconds(each) for each in functions] for _ in range(N_REPEATS)])
    return np.median(times, axis=0), np.median(times / times[:, :1], axis=0)


def cpu_seconds(function):
    start = process_time()
    function()
    return process_time() - start


def compare_means(mean_length):
    documents, vectors = make_documents(mean_length), make_vectors()
    vectorizer = Word2VecVectorizer(vectors=vectors).fit(documents)
    by_gensim, by_hand = (
        lambda: average_by_gensim(vectors, documents),
        lambda: average_by_hand(vectors, documents),
    )
    block = vectorizer.transform(documents)
    if not (np.array_equal(block, by_gensim()) and np.array_equal(block, by_hand())):
        raise SystemExit("the means of word vectors are not those of gensim")
    names = ("get_mean_vector", "lookup and np.mean")
    compared = compare(lambda: vectorizer.transform(documents), [by_gensim, by_hand])
    return table([f"{mean_length} words, {name}" for name in names], *compared)


def compare_counts():
    texts = [" ".join(words) for words in make_documents(30)]
    compared = compare(
        lambda: BagOfWordsVectorizer().fit_transform(texts),
        [lambda: TfidfVectorizer(dtype=np.float32).fit_transform(texts)],
    )
    return table(["30 words, TfidfVectorizer"], *compared)


def table(names, seconds, ratios):
    columns = {"peer [s]": seconds[1:], "skmm [s]": seconds[0], "times as fast": ratios[1:]}
    return pd.DataFrame(columns, index=names)


def main():
    with threadpool_limits(1):
        means, counts = pd.concat([compare_means(30), compare_means(12)]), compare_counts()
    print(pd.concat([means, counts]).round(2))
    versions = f"gensim {gensim.__version__}, scikit-learn {sklearn.__version__}"
    print(f"{versions}, numpy {np.__version__}, {platform.machine()}, 1 thread")
    for rows, limit in ((means, MEANS_LIMIT), (counts, COUNTS_LIMIT)):
        if rows["times as fast"].min() < limit:
            raise SystemExit(f"less than {limit} times as fast")


if __name__ == "__main__":
    main()
