"""How long one row takes: asked of the model, of its compiled predictor, and in a large batch.

Pictures of 128 x 128 pixels, sounds of a second, texts of 20 words, as arrays and as files. CPU time of one
thread, so that what else the machine does shows less: without that, it is the time on the clock. Of the
deep fusion, the net alone is timed too, beside the same net in onnxruntime.
"""

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
import onnxruntime
import soundfile
import torch
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from skmm import DeepFusionClassifier, LateFusionClassifier, MultimodalFusion, make_frame
from skmm.audio import MelSpectrogramExtractor, MFCCExtractor
from skmm.image import HOGExtractor, PixelExtractor
from skmm.nn import export_onnx
from skmm.realtime import compile_predictor
from skmm.text import BagOfWordsVectorizer, TokenSequenceVectorizer

N = 60
N_CALLS = 600
# Of compile_predictor over the model; most of what a net takes is spent in torch, one module after the other.
LEAST_GAIN = {"late, stacking": 1.4, "early": 1.4, "deep, gated": 1.15}
FEATURES = [
    ("image", HOGExtractor(size=(128, 128))),
    ("audio", MFCCExtractor()),
    ("text", BagOfWordsVectorizer()),
]
BLOCKS = [
    ("image", PixelExtractor(size=(32, 32))),
    ("audio", MelSpectrogramExtractor()),
    ("text", TokenSequenceVectorizer()),
]


def make_samples(folder):
    """The same samples as arrays and as files."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (N, 128, 128, 3), dtype=np.uint8)
    clips = (0.1 * rng.normal(size=(N, 22050))).astype("float32")
    words = np.array([f"word{number}" for number in range(500)])
    texts = [" ".join(rng.choice(words, 20)) for _ in range(N)]
    paths = {"image": [], "audio": []}
    for row in range(N):
        for kind, ending in (("image", "png"), ("audio", "wav")):
            paths[kind].append(str(folder / f"{row}.{ending}"))
        Image.fromarray(images[row]).save(paths["image"][-1])
        soundfile.write(paths["audio"][-1], clips[row], 22050)
    return make_frame(image=images, audio=clips, text=texts), make_frame(**paths, text=texts)


def make_models(X, y):
    linear = LogisticRegression(max_iter=1000)
    members = [(modality, make_pipeline(extractor, linear)) for modality, extractor in FEATURES]
    models = {
        "late, stacking": LateFusionClassifier(members),
        "early": make_pipeline(MultimodalFusion(FEATURES), linear),
        "deep, gated": make_pipeline(
            MultimodalFusion(BLOCKS, fusion=None),
            DeepFusionClassifier(max_epochs=1, random_state=0),
        ),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of few samples
        return {name: model.fit(X, y) for name, model in models.items()}


def time_each(function, rows):
    """Median and 99th percentile, in milliseconds, over calls with one row after the other."""
    times = []
    for call in range(N_CALLS + N):
        row = rows[call % len(rows)]
        start = process_time()
        function(row)
        times.append(process_time() - start)
    return np.percentile(times[N:], [50, 99]) * 1e3


def measure(model, X):
    """Milliseconds a row: in a batch, of the model, and compiled."""
    frames = [X.iloc[[row]] for row in range(N)]
    samples = [{name: X[name].array[row] for name in X} for row in range(N)]
    start = process_time()
    for _ in range(5):
        model.predict_proba(X)
    batch = (process_time() - start) * 1e3 / 5 / N
    plain = time_each(model.predict_proba, frames)
    return batch, plain, time_each(compile_predictor(model).predict_proba, samples)


def measure_net(model, X, folder):
    """Milliseconds a row of the net alone, and of onnxruntime."""
    blocks = model[0].transform(X)
    path = export_onnx(model[-1], folder / "model.onnx")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    present = np.ones((1, len(BLOCKS)), dtype=bool)
    feeds = [
        {name: blocks[name].array.tensor[[row]] for name in blocks} | {"present": present}
        for row in range(N)
    ]
    frames = [blocks.iloc[[row]] for row in range(N)]
    return time_each(model[-1].predict_proba, frames), time_each(
        lambda feed: session.run(None, feed), feeds
    )


def main():
    gains = {}
    torch.set_num_threads(1)
    with TemporaryDirectory() as name, threadpool_limits(1):
        folder = Path(name)
        frames = dict(zip(("arrays", "files"), make_samples(folder), strict=True))
        models = make_models(frames["arrays"], np.arange(N) % 3)
        print(
            "milliseconds of one row      in a batch    model p50   p99    compiled p50   p99    gain"
        )
        for cells, X in frames.items():
            for name, model in models.items():
                batch, plain, compiled = measure(model, X)
                gains[name, cells] = plain[0] / compiled[0]
                print(
                    f"{name:16} {cells:8} {batch:13.2f} {plain[0]:12.2f} {plain[1]:5.2f} "
                    f"{compiled[0]:15.2f} {compiled[1]:5.2f} {gains[name, cells]:7.2f}"
                )
        net, onnx = measure_net(models["deep, gated"], frames["arrays"], folder)
        print(f"net alone, from blocks: p50 {net[0]:.2f}, p99 {net[1]:.2f}", end="; ")
        print(f"in onnxruntime p50 {onnx[0]:.2f}, p99 {onnx[1]:.2f}")
    missed = [key for key, gain in gains.items() if gain < LEAST_GAIN[key[0]]]
    if missed:
        raise SystemExit(f"compiled predictors of {missed} gain less than they should")


if __name__ == "__main__":
    main()
