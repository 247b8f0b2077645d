"""Digits as handwriting, as the tone of a telephone key, and as an English word."""

import string

import numpy as np
from sklearn.datasets import load_digits

from skmm._validation import Integral, Interval, Real, make_rng, validate_params
from skmm.datasets._levels import level_of_each, noise_levels
from skmm.datasets._presence import draw_presence, hide
from skmm.frame import make_frame

N_DIGIT_IMAGES = 1797
WHITE = 16.0  # the brightest gray level of scikit-learn's digits
SAMPLING_RATE, N_FRAMES = 8000, 1600  # hertz; 0.2 s
AMPLITUDE = 0.05  # of each of the two sine waves, so that noise of the default level rarely clips
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# Hertz, by key 0 to 9: the row and the column of the key on the keypad (ITU-T Q.23).
KEY_FREQUENCIES = np.array(
    [(941, 1336)] + [(row, column) for row in (697, 770, 852) for column in (1209, 1336, 1477)]
)
DEFAULT_NOISE = {"image": 5.0, "audio": 3.5, "text": 0.15}


@validate_params(
    {
        "n_samples": [Interval(Integral, 1, N_DIGIT_IMAGES, closed="both")],
        "noise": [Interval(Real, 0, None, closed="left"), dict],
        "missing": [Interval(Real, 0, 1, closed="both"), dict],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_keypad_digits(n_samples=500, *, noise=1.0, missing=0.0, random_state=None):
    """Make digits that are seen, heard and read.

    Each sample is one digit in three modalities: a picture of its handwriting, the tone that its
    key on a telephone makes [1]_, and its English word. Only the handwriting is real: it comes from
    scikit-learn's :func:`~sklearn.datasets.load_digits`. The tones and the words are synthetic, and
    so is the noise in all three. Given the digit, the modalities are independent.

    Parameters
    ----------
    n_samples : int, default=500
        Number of samples, at most 1797: each has a picture of its own.
    noise : float or dict {modality: float}, default=1.0
        How much each modality is disturbed. A number is a multiple of the default levels: 0 is
        clean. A dict gives levels in the units below; what it does not name keeps the default.

        - ``"image"``: standard deviation of the noise in a pixel, in the gray levels of the
          original, which are 0 to 16; default 5;
        - ``"audio"``: standard deviation of the noise in a frame, as a multiple of the amplitude of
          each of the two sine waves in a tone; default 3.5;
        - ``"text"``: probability that a letter is replaced by another one, where 1 and more is
          every letter; default 0.15.
    missing : float or dict {modality: float}, default=0.0
        Share of missing cells, in [0, 1], per modality; what a dict does not name is complete. A
        row never loses everything: it keeps one modality, drawn at random.
    random_state : int, RandomState instance or None, default=None
        Seed of all that is drawn. With the same seed, levels change how strong the noise is and
        how many cells are missing, and nothing else.

    Returns
    -------
    X : DataFrame of shape (n_samples, 3)
        Column ``"image"``, a tensor column of shape (n_samples, 8, 8), uint8, 0 to 255;
        column ``"audio"``, a tensor column of shape (n_samples, 1600), float32, 0.2 s at 8000 Hz in
        [-1, 1]; column ``"text"``, one word per cell.
    y : ndarray of shape (n_samples,), int
        The digits.

    Raises
    ------
    ValueError
        If a dict names an unknown modality or a level out of range.

    See Also
    --------
    make_multimodal_classification : Vectors and tensors with a known share of common information.

    References
    ----------
    .. [1] ITU-T Recommendation Q.23, "Technical features of push-button telephone sets", 1988.

    Examples
    --------
    >>> from skmm.datasets import make_keypad_digits
    >>> X, y = make_keypad_digits(100, noise={"text": 0.3}, random_state=0)
    >>> X["image"].array.tensor.shape, X["audio"].array.tensor.shape
    ((100, 8, 8), (100, 1600))
    >>> y[:4].tolist(), X["text"].tolist()[:4]
    ([2, 8, 2, 6], ['two', 'eiggj', 'two', 'ldx'])
    """
    levels = noise_levels(noise, DEFAULT_NOISE)
    rates = level_of_each(missing, list(levels), parameter="missing", upper=1)
    random_state = make_rng(random_state)

    images, y = load_digits(return_X_y=True)
    rows = random_state.permutation(len(y))[:n_samples]
    images, y = images[rows].reshape(-1, 8, 8), y[rows]
    pictures = _photograph(images, levels["image"], random_state)
    clips = _dial(y, levels["audio"], random_state)
    words = _misspell(y, levels["text"], random_state)
    present = draw_presence(rates, n_samples, random_state)
    X = make_frame(
        image=hide(pictures, present["image"]),
        audio=hide(clips, present["audio"]),
        text=np.where(present["text"], words, None),
    )
    return X, y


def _photograph(images, noise, random_state):
    """Pictures of shape (n, 8, 8), uint8."""
    noisy = images + noise * random_state.normal(size=images.shape)
    return np.round(np.clip(noisy / WHITE, 0, 1) * 255).astype(np.uint8)


def _dial(digits, noise, random_state):
    """Tones of shape (n, n_frames), float32, each sine wave with a phase of its own."""
    seconds = np.arange(N_FRAMES) / SAMPLING_RATE
    phases = random_state.uniform(0, 2 * np.pi, size=(len(digits), 2, 1))
    waves = np.sin(2 * np.pi * KEY_FREQUENCIES[digits][:, :, None] * seconds + phases)
    clips = waves.sum(axis=1) + noise * random_state.normal(size=(len(digits), N_FRAMES))
    return np.clip(AMPLITUDE * clips, -1, 1).astype(np.float32)


def _misspell(digits, probability, random_state):
    """Words of shape (n,), objects; a letter is replaced by one of the 25 others."""
    n_letters = max(map(len, WORDS))
    is_typo = random_state.uniform(size=(len(digits), n_letters)) < probability
    shifts = np.where(is_typo, random_state.randint(1, 26, size=is_typo.shape), 0)
    words = [
        "".join(_shift(letter, by) for letter, by in zip(WORDS[digit], row, strict=False))
        for digit, row in zip(digits, shifts, strict=True)
    ]
    return np.array(words, dtype=object)


def _shift(letter, by):
    alphabet = string.ascii_lowercase
    return alphabet[(alphabet.index(letter) + by) % len(alphabet)]
