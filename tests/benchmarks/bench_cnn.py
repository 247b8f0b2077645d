"""CPU time of CNNExtractor against scikit-learn's patches and k-means, and a loop over a network.

Filters by k-means are compared with what a user of scikit-learn writes: ``extract_patches_2d``, the
same whitening, and ``KMeans.transform`` for the distances. A network is compared with calling it on
batches of 16 images. All run in this process on one thread; medians of some repeats, in turns.
"""

from importlib.util import find_spec
from statistics import median
from time import process_time

import numpy as np
import pandas as pd
import sklearn
import torch
from sklearn.cluster import KMeans
from sklearn.feature_extraction.image import extract_patches_2d
from threadpoolctl import threadpool_limits

from skmm.image import CNNExtractor
from skmm.image._backbones import load_backbone

N_REPEATS = 5


def encode_by_hand(images, extractor, kmeans):
    """Average triangle codes over four regions, with scikit-learn's own patches and distances."""
    size, rows = extractor.patch_size, []
    for image in images:
        patches = extract_patches_2d(image, (size, size)).transpose(0, 3, 1, 2)
        flat = patches.reshape(len(patches), -1)
        flat = (flat - flat.mean(1, keepdims=True)) / np.sqrt(flat.var(1) + 10 / 255**2)[:, None]
        distances = kmeans.transform((flat - extractor.patch_mean_.ravel()) @ extractor.whitening_)
        codes = np.maximum(distances.mean(1, keepdims=True) - distances, 0)
        side = image.shape[0] - size + 1
        maps, half, rest = codes.reshape(side, side, -1), -(-side // 2), side // 2
        spans = (slice(0, half), slice(rest, side))
        rows.append(np.stack([maps[r, c].mean((0, 1)) for r in spans for c in spans], 1).ravel())
    return np.array(rows)


def as_kmeans(filters):
    """A fitted KMeans with these centers."""
    centers = filters.reshape(len(filters), -1)
    kmeans = KMeans(len(centers), init=centers, n_init=1, max_iter=1).fit(centers)
    kmeans.cluster_centers_ = centers
    return kmeans


def call_in_batches(images, backbone):
    """What the last linear layer of EfficientNet takes in, 16 images at a time."""
    standardized = (images - np.float32(backbone.mean)) / np.float32(backbone.std)
    with torch.inference_mode():
        batches = torch.tensor(standardized.transpose(0, 3, 1, 2)).split(16)
        maps = [backbone.network.eval().extract_features(batch) for batch in batches]
        return torch.cat(maps).mean((2, 3)).numpy()


def cpu_seconds(function, *args):
    start = process_time()
    function(*args)
    return process_time() - start


def compare(images, extractor, by_hand, *args):
    """Median CPU milliseconds per image, and how far the two are apart."""
    apart = np.abs(extractor.transform(images) - by_hand(images, *args)).max()
    pairs = [
        (cpu_seconds(by_hand, images, *args), cpu_seconds(extractor.transform, images))
        for _ in range(N_REPEATS)
    ]
    peer, ours = (1000 * median(times) / len(images) for times in zip(*pairs, strict=True))
    return {"peer [ms]": peer, "ours [ms]": ours, "times faster": peer / ours, "apart": apart}


def main():
    """Print a table of milliseconds per image."""
    rng, table = np.random.default_rng(0), {}
    with threadpool_limits(1):
        images = rng.random((32, 64, 64, 3), dtype=np.float32)
        for n_filters in (100, 400):
            kmeans = CNNExtractor(n_filters=n_filters, random_state=0).fit(images)
            row = compare(images, kmeans, encode_by_hand, kmeans, as_kmeans(kmeans.filters_))
            table[f"k-means, {n_filters} filters, 64 px"] = row
        if find_spec("efficientnet_lite_pytorch"):
            backbone = load_backbone("efficientnet_lite0")
            for side in (64, 224):
                images = rng.random((16, side, side, 3), dtype=np.float32)
                network = CNNExtractor("efficientnet_lite0", size=None, device="cpu")
                row = compare(images, network, call_in_batches, backbone)
                table[f"EfficientNet-Lite0, {side} px"] = row
    print(pd.DataFrame(table).T.to_string(float_format="{:.3g}".format))
    print(f"scikit-learn {sklearn.__version__}, torch {torch.__version__}, 1 thread")


if __name__ == "__main__":
    main()
