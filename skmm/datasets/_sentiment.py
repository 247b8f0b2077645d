"""Drawn faces and short posts, which together tell how somebody feels."""

import numpy as np

from skmm._validation import Integral, Interval, Real, make_rng, validate_params
from skmm.datasets._faces import draw_faces
from skmm.datasets._levels import level_of_each, noise_levels
from skmm.datasets._presence import draw_presence, hide
from skmm.frame import make_frame

N_CLASSES = 5
DEFAULT_NOISE = {"image": 20.0, "text": 0.1}
# What is said, by class from very negative to very positive.
OPINIONS = (
    ("terrible", "awful", "horrible", "disgusting"),
    ("bad", "poor", "dull", "weak"),
    ("okay", "average", "ordinary", "usual"),
    ("good", "nice", "pleasant", "fine"),
    ("wonderful", "fantastic", "amazing", "brilliant"),
)
TOPICS = ("movie", "lunch", "weather", "game", "train", "party", "phone", "song")
TEMPLATES = (
    "this {topic} is {opinion}",
    "what a {opinion} {topic}",
    "the {topic} was {opinion} today",
    "my {topic} , so {opinion}",
    "{opinion} {topic} again",
)
CUES = ("yeah right", "oh sure", "of course")
_MOST_WORDS = max(len(text.split()) for text in TEMPLATES) + 1 + max(len(c.split()) for c in CUES)


@validate_params(
    {
        "n_samples": [Interval(Integral, 1, None, closed="left")],
        "sarcasm": [Interval(Real, 0, 1, closed="both")],
        "size": [Interval(Integral, 16, None, closed="left")],
        "noise": [Interval(Real, 0, None, closed="left"), dict],
        "missing": [Interval(Real, 0, 1, closed="both"), dict],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_sentiment(
    n_samples=500, *, sarcasm=0.0, size=64, noise=1.0, missing=0.0, random_state=None
):
    """Make posts with a picture of the author's face, and how the author feels.

    There are five classes, from very negative to very positive. A sincere face and a sincere post
    both show the class. With `sarcasm`, some faces and posts say the opposite of each other: then the
    face is right if the post has a cue such as "yeah right", and otherwise the post. The cue also
    stands in half of all sincere posts, so that it says nothing by itself.

    Parameters
    ----------
    n_samples : int, default=500
        Number of samples.
    sarcasm : float, default=0.0
        Share of samples whose post says the opposite of the face, in [0, 1]. At 0.5 the modalities
        need each other most: see Notes.
    size : int, default=64
        Height and width of the pictures in pixels, at least 16.
    noise : float or dict {modality: float}, default=1.0
        How much each modality is disturbed. A number is a multiple of the default levels: 0 is
        clean. A dict gives levels in the units below; what it does not name keeps the default.

        - ``"image"``: standard deviation of the noise in a color value, of 0 to 255; default 20;
        - ``"text"``: probability that a word is replaced by "um", where 1 and more is every word;
          default 0.1.
    missing : float or dict {modality: float}, default=0.0
        Share of missing cells, in [0, 1], per modality; what a dict does not name is complete. A
        row never loses everything: it keeps one modality, drawn at random.
    random_state : int, RandomState instance or None, default=None
        Seed of all that is drawn. With the same seed, `sarcasm`, noise and missing change only how
        many samples are concerned, and how much.

    Returns
    -------
    X : DataFrame of shape (n_samples, 2)
        Column ``"image"``, a tensor column of shape (n_samples, size, size, 3), uint8;
        column ``"text"``, a post per cell.
    y : ndarray of shape (n_samples,), int
        0 (very negative) to 4 (very positive); 2 is neutral, whose opposite is neutral.

    Raises
    ------
    ValueError
        If a dict names an unknown modality or a level out of range.

    See Also
    --------
    make_keypad_digits : Three modalities that err independently.

    Notes
    -----
    Where pictures and posts could be read without error, the face alone would be right in a share of
    ``1 - 0.4 * sarcasm`` of the samples, and the post alone in
    ``1 - 0.4 * min(sarcasm, 1 - sarcasm)``: 0.8 each at ``sarcasm=0.5``, where both together are
    always right.

    Examples
    --------
    >>> from skmm.datasets import make_sentiment
    >>> X, y = make_sentiment(100, sarcasm=0.5, random_state=0)
    >>> X["image"].array.tensor.shape
    (100, 64, 64, 3)
    >>> y[:2].tolist(), X["text"].tolist()[:2]
    ([4, 0], ['oh sure , the lunch was brilliant um', 'yeah right , my song , so horrible'])
    """
    levels = noise_levels(noise, DEFAULT_NOISE)
    rates = level_of_each(missing, list(levels), parameter="missing", upper=1)
    random_state = make_rng(random_state)

    y = random_state.randint(N_CLASSES, size=n_samples)
    has_cue = random_state.uniform(size=n_samples) < 0.5
    is_sarcastic = random_state.uniform(size=n_samples) < sarcasm
    opposite = N_CLASSES - 1 - y
    shown = np.where(is_sarcastic & ~has_cue, opposite, y)
    said = np.where(is_sarcastic & has_cue, opposite, y)
    pictures = draw_faces(shown - N_CLASSES // 2, size, levels["image"], random_state)
    posts = _write(said, has_cue, levels["text"], random_state)
    present = draw_presence(rates, n_samples, random_state)
    X = make_frame(
        image=hide(pictures, present["image"]), text=np.where(present["text"], posts, None)
    )
    return X, y


def _write(said, has_cue, probability, random_state):
    """Posts of shape (n,), objects."""
    posts = [
        _write_post(*pair, probability, random_state) for pair in zip(said, has_cue, strict=True)
    ]
    return np.array(posts, dtype=object)


def _write_post(opinion, has_cue, probability, random_state):
    # Everything is drawn for each post, so that posts do not depend on each other's content.
    template, topic, word, cue = (
        choices[random_state.randint(len(choices))]
        for choices in (TEMPLATES, TOPICS, OPINIONS[opinion], CUES)
    )
    is_first = random_state.uniform() < 0.5
    is_lost = random_state.uniform(size=_MOST_WORDS) < probability
    post = template.format(topic=topic, opinion=word)
    if has_cue:
        post = f"{cue} , {post}" if is_first else f"{post} , {cue}"
    words = ["um" if lost else word for word, lost in zip(post.split(), is_lost, strict=False)]
    return " ".join(words)
