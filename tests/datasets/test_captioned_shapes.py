"""Pictures of shapes and captions, each read on its own and compared."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from skimage.measure import label, regionprops

from skmm.datasets import make_captioned_shapes
from skmm.frame import presence_mask

COLORS = ["red", "green", "blue", "yellow", "purple", "orange"]
SHAPES = ["circle", "square", "triangle", "cross"]
VALUES = np.array(
    [(220, 40, 40), (40, 160, 60), (50, 80, 220), (240, 210, 50), (150, 60, 180), (245, 140, 30)]
)


def read_caption(text):
    """What stands left and right, as lists of words."""
    words = [
        w for w in text.split() if w in {"small", "large", *COLORS, *SHAPES, "left", "right", "of"}
    ]
    parts, place = [[]], []
    for word in words:
        if word in ("left", "right"):
            place.append(word)
        elif word != "of":
            parts[-1].append(word)
            if word in SHAPES:
                parts.append([])
    one, other = parts[:2]
    return (other, one) if place == ["right"] else (one, other)


def read_picture(pixels):
    """Color and region of the shape on each side of a clean picture."""
    found = []
    half = pixels.shape[1] // 2
    for side in (pixels[:, :half], pixels[:, half:]):
        is_shape = np.ptp(side.astype(int), axis=2) > 30  # the background is gray
        region = max(regionprops(label(is_shape)), key=lambda r: r.area)
        color = side[tuple(region.coords[len(region.coords) // 2])]
        found.append((COLORS[np.abs(VALUES - color).sum(axis=1).argmin()], region))
    return found


@pytest.fixture(scope="module")
def clean():
    return make_captioned_shapes(300, size=96, noise=0, random_state=0)


def test_captions_say_what_is_left_and_right(clean):
    X, y = clean
    for text, pixels, shape in zip(X["text"], X["image"].array.tensor, y, strict=True):
        said, seen = read_caption(text), read_picture(pixels)
        assert [words[1] for words in said] == [color for color, _ in seen]
        assert said[0][2] == SHAPES[shape]


def test_sizes_and_shapes_differ_in_area_and_extent(clean):
    X, _ = clean
    found = {}
    for text, pixels in zip(X["text"], X["image"].array.tensor, strict=True):
        for (size, _, shape), (_, region) in zip(
            read_caption(text), read_picture(pixels), strict=True
        ):
            found.setdefault((shape, size), []).append(region)
    for shape in SHAPES:
        small = [region.area for region in found[shape, "small"]]
        large = [region.area for region in found[shape, "large"]]
        assert max(small) < min(large)
    # Share of the box that a shape fills.
    expected = {"circle": np.pi / 4, "square": 1.0, "triangle": 0.5, "cross": 0.5775}
    for shape, share in expected.items():
        extent = np.mean([region.extent for region in found[shape, "large"]])
        assert_allclose(extent, share, atol=0.06)


def test_noise_takes_adjectives_and_leaves_shapes(clean):
    X, y = make_captioned_shapes(300, noise={"text": 0.3, "image": 0}, size=96, random_state=0)
    whole, _ = clean
    lost = 0
    for text, full in zip(X["text"], whole["text"], strict=True):
        for words, everything in zip(read_caption(text), read_caption(full), strict=True):
            assert words[-1] == everything[-1]
            assert set(words) <= set(everything)
            lost += 3 - len(words)
    assert_allclose(lost / 1200, 0.3, atol=0.05)
    assert_array_equal(X["image"].array.tensor, whole["image"].array.tensor)
    assert_array_equal(y, clean[1])


def test_noise_of_pixels_has_its_level():
    noisy, _ = make_captioned_shapes(30, noise={"image": 5}, random_state=0)
    clean, _ = make_captioned_shapes(30, noise={"image": 0}, random_state=0)
    difference = noisy["image"].array.tensor.astype(float) - clean["image"].array.tensor
    inside = (clean["image"].array.tensor > 25) & (clean["image"].array.tensor < 230)
    assert_allclose(difference[inside].std(), 5, rtol=0.1)


def test_without_adjectives_only_shapes_are_named():
    X, _ = make_captioned_shapes(20, noise={"text": 1}, random_state=0)
    assert not any(set(text.split()) & {"small", "large", *COLORS} for text in X["text"])


def test_cells_go_missing_but_no_row():
    X, y = make_captioned_shapes(100, missing={"text": 0.4}, random_state=0)
    whole, labels = make_captioned_shapes(100, random_state=0)
    present = presence_mask(X)
    assert present["text"].sum() == 60
    assert present["image"].all()
    assert_array_equal(y, labels)
    kept = present["text"].to_numpy()
    assert X["text"][kept].tolist() == whole["text"][kept].tolist()
    assert presence_mask(make_captioned_shapes(50, missing=1.0)[0]).any(axis=1).all()


def test_the_same_seed_gives_the_same_data():
    one, two, three = (make_captioned_shapes(20, random_state=seed)[0] for seed in (0, 0, 1))
    assert_array_equal(one["image"].array.tensor, two["image"].array.tensor)
    assert one["text"].tolist() == two["text"].tolist() != three["text"].tolist()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"noise": {"audio": 1}}, "noise names the modality 'audio'"),
        ({"noise": {"text": -1}}, "noise is -1 for modality 'text'"),
        ({"missing": {"image": 2}}, "missing is 2 for modality 'image'"),
        ({"size": 10}, "'size' parameter"),
        ({"n_samples": 0}, "'n_samples' parameter"),
    ],
)
def test_levels_that_cannot_be_are_refused(params, message):
    with pytest.raises(ValueError, match=message):
        make_captioned_shapes(**params)
