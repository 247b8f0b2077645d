"""
=================================
What does a row of features keep?
=================================

Extractors turn a picture, a sound, words and the readings of a sensor into rows of numbers. Here are the
numbers as pictures, to see what each row keeps of its sample and what it forgets.
"""

# %%
# A picture as directions of edges
# --------------------------------
# The photo comes with scikit-image. :class:`~skmm.image.HOGExtractor` counts in each cell of eight by
# eight pixels which way edges run. Its row is that of :func:`skimage.feature.hog`, which also draws it:
# the outline stays, colors and lighting are gone.
import librosa
import matplotlib.pyplot as plt
import numpy as np
from skimage.data import astronaut
from skimage.feature import hog
from skimage.transform import resize
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from skmm.audio import MelSpectrogramExtractor, MFCCExtractor
from skmm.image import HOGExtractor
from skmm.sensor import SensorStatisticsExtractor
from skmm.text import Word2VecVectorizer

photo = resize(astronaut(), (192, 192), anti_aliasing=True).astype(np.float32)
row = HOGExtractor(size=(192, 192)).fit_transform([photo])[0]
same, drawn = hog(photo, cells_per_block=(2, 2), channel_axis=-1, visualize=True)
print(f"picture: {photo.size} values become {row.size}", end=", ")
print(f"at most {np.abs(row - same).max():.6f} from scikit-image")

_, axes = plt.subplots(1, 2, figsize=(8, 4.2), layout="constrained")
axes[0].imshow(photo)
axes[1].imshow(drawn, cmap="gray", vmax=np.percentile(drawn, 99))
for ax, title in zip(axes, ["the picture", "its edges, as HOG counts them"], strict=True):
    ax.set(title=title, xticks=[], yticks=[])

# %%
# A sound as bands over time
# --------------------------
# Somebody dials 1, 5 and 9: each key sounds at two frequencies. Mel bands show both as lines. The
# cepstral coefficients say the same in fewer numbers that depend less on each other, which learners like
# better than eyes do; the first of them is the loudness.
KEYS = {"1": (697, 1209), "5": (770, 1336), "9": (852, 1477)}
time = np.arange(2400) / 8000
rng = np.random.default_rng(0)
tones = [sum(np.sin(2 * np.pi * f * time) for f in pair) / 4 for pair in KEYS.values()]
sound = np.concatenate([part for tone in tones for part in (tone, np.zeros(800))])
sound += 0.01 * rng.normal(size=len(sound))

frames = {"sampling_rate": 8000, "n_fft": 512, "hop_length": 80}
bands = MelSpectrogramExtractor(64, **frames).fit_transform([sound])[0]
coefficients = MFCCExtractor(20, pool=None, **frames).fit_transform([sound])[0]

# %%
# The band that is loudest below 1000 Hz, and above, while a key sounds:
centers = librosa.mel_frequencies(66, fmax=4000)[1:-1]
for number, (key, pair) in enumerate(KEYS.items()):
    loudness = bands[40 * number + 5 : 40 * number + 25].mean(axis=0)
    low, high = (
        centers[side][loudness[side].argmax()] for side in (centers < 1000, centers > 1000)
    )
    print(f"key {key} sounds at {pair[0]} and {pair[1]} Hz, seen at {low:.0f} and {high:.0f} Hz")

_, axes = plt.subplots(3, 1, figsize=(8, 6), sharex=True, layout="constrained")
axes[0].plot(np.arange(len(sound)) / 8000, sound, linewidth=0.4)
axes[0].set(title="the sound", ylabel="amplitude")
axes[1].imshow(bands.T, origin="lower", aspect="auto", extent=(0, len(sound) / 8000, 0, 64))
axes[1].set(title="energy of its mel bands", ylabel="band")
scaled = (coefficients - coefficients.mean(axis=0)) / coefficients.std(axis=0)
axes[2].imshow(scaled.T, origin="lower", aspect="auto", extent=(0, len(sound) / 8000, 0, 20))
axes[2].set(title="its cepstral coefficients, standardized", xlabel="seconds", ylabel="coefficient")

# %%
# Words as a map
# --------------
# :class:`~skmm.text.Word2VecVectorizer` learns from sentences alone that words with the same neighbors
# belong together. Nobody tells it which of these are animals, food or vehicles. (The sentences are made
# up, and a third of their words is noise.)
WORDS = {
    "animals": ("dog cat horse sheep goat", "sleeps eats runs barn grass farm tail wool"),
    "food": ("bread soup cheese rice cake", "bake cook salt dinner plate taste hungry warm"),
    "vehicles": ("train bus car tram truck", "drive stops road driver seats engine town late"),
}
anything = " ".join(neighbors for _, neighbors in WORDS.values()).split()
sentences = [
    [word, *rng.choice(neighbors.split(), 3, False), *rng.choice(anything, 2, False)]
    for words, neighbors in WORDS.values()
    for word in words.split()
    for _ in range(100)
]
embedding = Word2VecVectorizer(24, epochs=10, random_state=0)
embedding.fit([rng.permutation(sentence).tolist() for sentence in sentences])
names = " ".join(words for words, _ in WORDS.values()).split()
kinds = np.repeat(list(WORDS), 5)
vectors = embedding.vectors_[[embedding.vocabulary_[name] for name in names]]
vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
nearest = NearestNeighbors(n_neighbors=1).fit(vectors).kneighbors(return_distance=False)[:, 0]
print(f"words whose nearest neighbor is of their kind: {(kinds[nearest] == kinds).sum()} of 15")

_, ax = plt.subplots(figsize=(7, 5), layout="constrained")
places = PCA(2).fit_transform(vectors)
for kind in WORDS:
    ax.scatter(*places[kinds == kind].T, label=kind)
for place, name in zip(places, names, strict=True):
    ax.annotate(name, place, xytext=(4, 4), textcoords="offset points")
ax.margins(0.12)
ax.set(title="word vectors, in the plane in which they differ most", xticks=[], yticks=[])
ax.legend()

# %%
# A sensor as statistics with names
# ---------------------------------
# Three recordings of ten seconds, of an accelerometer with one axis. The statistics have names and units,
# so that a model of them can be explained.
seconds = np.arange(500) / 50
recordings = {
    "resting": 0.05 * rng.normal(size=500),
    "walking": np.sin(2 * np.pi * 2 * seconds) + 0.2 * rng.normal(size=500),
    "running": 2 * np.sin(2 * np.pi * 3 * seconds) ** 3 + 0.3 * rng.normal(size=500),
}
extractor = SensorStatisticsExtractor(sampling_rate=50)
block = extractor.fit_transform(list(recordings.values()))
names = [name.removeprefix("ch0_") for name in extractor.get_feature_names_out()]
for name, steps in zip(
    list(recordings)[1:], block[1:, names.index("dominant_frequency")], strict=True
):
    print(f"{name}: {steps:.1f} steps per second")

_, axes = plt.subplots(1, 2, figsize=(10, 4.6), width_ratios=(1, 1.4), layout="constrained")
for number, (name, recording) in enumerate(recordings.items()):
    axes[0].plot(seconds[:150], recording[:150] - 5 * number, label=name)
axes[0].set(title="the recordings", xlabel="seconds", yticks=[0, -5, -10], yticklabels=recordings)
deviations = (block - block.mean(axis=0)) / (block.std(axis=0) + 1e-9)
image = axes[1].imshow(deviations.T, aspect="auto", cmap="RdBu_r")
axes[1].set(title="their statistics", xticks=range(3), xticklabels=recordings)
axes[1].set_yticks(range(len(names)), names, fontsize=8)
plt.colorbar(image, ax=axes[1], label="low or high among the three")
plt.show()

# %%
# None of these rows needs a label, nor a network. Whatever they forget, such as the colors of the photo
# or the order of the words, no fusion behind them brings back: choose the extractor by what the question
# needs.
