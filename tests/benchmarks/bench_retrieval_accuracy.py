"""How often pictures of emoji are found by their names, and names by pictures, on held-out emoji.

Pictures are features of a pretrained network, names are counts of character n-grams, reduced. Every
method is to find the right one among the first ten at least ten times as often as chance, each way.
"""

import sys

import numpy as np
import pandas as pd
import torch
from sklearn.decomposition import TruncatedSVD
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from skmm import make_frame
from skmm.image import CNNExtractor
from skmm.retrieval import CrossModalRetriever, recall_at_k
from skmm.text import BagOfWordsVectorizer
from tests.benchmarks.fusion_tasks import DATA

K, TIMES_CHANCE = 10, 10
METHODS = {
    "cca": CrossModalRetriever("cca"),
    "cca, regularization=0.5": CrossModalRetriever("cca", regularization=0.5),
    "hinge": CrossModalRetriever("hinge", random_state=0),
    "hinge, hard_negatives": CrossModalRetriever("hinge", hard_negatives=True, random_state=0),
    "infonce": CrossModalRetriever("infonce", random_state=0),
    "siglip": CrossModalRetriever("siglip", random_state=0),
}


def read_emoji():
    """Features of the pictures, and the names."""
    table = pd.read_csv(DATA / "emoji" / "emoji.csv")
    table = table[table["group"] != "flags"].dropna(subset=["name"])
    extractor = CNNExtractor("efficientnet_lite0", size=(128, 128), batch_size=32)
    paths = [str(DATA / "emoji" / path) for path in table["image"]]
    return extractor.fit_transform(paths), table["name"].to_numpy(dtype=object)


def make_blocks(pictures, names, train, test):
    """Frames of the training and the test rows; what words are worth is learned from the former."""
    words = make_pipeline(
        BagOfWordsVectorizer(analyzer="char_wb", ngram_range=(2, 4)),
        TruncatedSVD(200, random_state=0),
    ).fit(names[train])
    return [
        make_frame(image=pictures[rows], text=words.transform(names[rows]).astype(np.float32))
        for rows in (train, test)
    ]


def recall_each_way(retriever, X):
    """Recall of names by pictures, and of pictures by names."""
    cosines = retriever.embed(X, "image") @ retriever.embed(X, "text").T
    pairs = np.arange(len(X))
    return {
        "picture -> name": recall_at_k(pairs, cosines, k=K),
        "name -> picture": recall_at_k(pairs, cosines.T, k=K),
    }


def main():
    if DATA is None:
        print("SKMM_DATA names no folder with real data: nothing to find")
        return
    scores = []
    with threadpool_limits(1):
        pictures, names = read_emoji()
        for train, test in KFold(3, shuffle=True, random_state=0).split(pictures):
            X_train, X_test = make_blocks(pictures, names, train, test)
            for name, model in METHODS.items():
                found = recall_each_way(model.fit(X_train), X_test)
                scores.append({"method": name, **found, "chance": K / len(test)})
            print(f"fold of {len(test)}: done", file=sys.stderr, flush=True)
    table = pd.DataFrame(scores).groupby("method", sort=False).mean()
    print(f"recall@{K}, {len(names)} emoji, 3 folds\n{table.round(3).to_string()}")
    print(f"torch {torch.__version__}")
    ways = table.drop(columns="chance")
    poor = ways.index[ways.min(axis=1) < TIMES_CHANCE * table["chance"]].tolist()
    if poor:
        raise SystemExit(f"less than {TIMES_CHANCE} times chance: {poor}")


if __name__ == "__main__":
    main()
