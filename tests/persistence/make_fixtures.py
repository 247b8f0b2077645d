"""Write the models that every later release has to read: python -m tests.persistence.make_fixtures

To be run once for each format of files, by the release that introduces it; what was written is
committed, and never written again.
"""

from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

import skmm
from skmm import DeepFusionClassifier, LateFusionClassifier, MultimodalFusion, make_frame
from skmm.generative import AutoencoderFusion
from skmm.image import HOGExtractor, PixelExtractor
from skmm.persistence._record import FORMAT
from skmm.retrieval import CrossModalRetriever
from skmm.text import BagOfWordsVectorizer, TokenSequenceVectorizer

FOLDER = Path(__file__).parent / "fixtures"
N = 24
SMALL = {"max_epochs": 3, "embed_dim": 8, "random_state": 0}


def raw_samples():
    """Pictures and texts, as arrays that numpy keeps without pickling."""
    rng = np.random.default_rng(0)
    words = np.array(["cat", "dog", "bird", "runs", "sleeps"])
    return {
        "image": rng.integers(0, 256, (N, 16, 16), dtype=np.uint8),
        "text": np.array([" ".join(rng.choice(words, size=4)) for _ in range(N)]),
    }


def raw_frame(samples):
    return make_frame(image=samples["image"], text=list(samples["text"]))


def blocks(samples):
    """Numbers of both, to be fused without extractors."""
    text = BagOfWordsVectorizer("count", ngram_range=(1, 1)).fit_transform(list(samples["text"]))
    return make_frame(image=samples["image"].reshape(N, -1)[:, :20] / 255, text=text.toarray())


def fitted_models(samples):
    """Each model by name."""
    y = np.arange(N) % 3
    hog = HOGExtractor(size=(16, 16), orientations=4)
    features = [("image", hog), ("text", BagOfWordsVectorizer())]
    early = make_pipeline(MultimodalFusion(features), LogisticRegression())
    late = LateFusionClassifier(
        [
            ("image", make_pipeline(hog, DecisionTreeClassifier(max_depth=3, random_state=0))),
            ("text", make_pipeline(BagOfWordsVectorizer(), LogisticRegression())),
        ],
        rule="stacking",
        cv=3,
    )
    parts = [("image", PixelExtractor(size=(8, 8))), ("text", TokenSequenceVectorizer())]
    encoders = {"image": ("vector", {"hidden_dims": (8,)})}  # others are large
    network = DeepFusionClassifier(hidden_dims=(8,), encoders=encoders, **SMALL)
    deep = make_pipeline(MultimodalFusion(parts, fusion=None), network)
    frame = raw_frame(samples)
    return {
        "early": early.fit(frame, y),
        "late": late.fit(frame, y),
        "deep": deep.fit(frame, y),
        "retriever": CrossModalRetriever("infonce", n_components=4, **SMALL).fit(blocks(samples)),
        "autoencoder": AutoencoderFusion(3, hidden_dims=(8,), max_epochs=3, random_state=0).fit(
            blocks(samples)
        ),
    }


def answer(name, model, samples):
    """What a model says of samples."""
    if name == "retriever":
        return np.hstack([model.embed(column, m) for m, column in blocks(samples).items()])
    if name == "autoencoder":
        return model.transform(blocks(samples))
    return model.predict_proba(raw_frame(samples))


def main():
    folder = FOLDER / f"format{FORMAT}"
    folder.mkdir(parents=True)  # and never over what is there
    samples = raw_samples()
    models = fitted_models(samples)
    for name, model in models.items():
        skmm.dump(model, folder / f"{name}.skmm")
    answers = {name: answer(name, model, samples) for name, model in models.items()}
    np.savez_compressed(folder / "answers.npz", **samples, **answers)


if __name__ == "__main__":
    main()
