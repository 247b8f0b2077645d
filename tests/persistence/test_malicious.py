"""Files that were damaged, or made to harm who loads them, are refused, and nothing in them runs."""

import json
import re
import tracemalloc
import zipfile
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tests.persistence import corpus

REFUSED = r"model.skmm' (is no model that skmm.dump has kept, or it is damaged|holds the types .* not trusted)"


@pytest.fixture
def refuses(load_bytes, nothing_runs, tmp_path, monkeypatch):
    """Check that a file is refused, with its path, and that nothing of it runs."""
    (tmp_path / "skmm_stranger.py").write_text("raise RuntimeError('a stranger runs')")
    monkeypatch.syspath_prepend(tmp_path)

    def check(content, what, modes=(None, "r")):
        print(what)  # which pytest shows if it goes wrong
        for mode in modes:
            with pytest.raises((ValueError, TypeError), match=REFUSED), nothing_runs():
                load_bytes(content, mmap_mode=mode)
        assert not (tmp_path / "ran").exists(), what

    return check


@pytest.fixture
def warm(load_bytes, deep_file, forest_file):
    """What is imported to load a sound model is imported."""
    load_bytes(deep_file)
    load_bytes(forest_file)


pytestmark = pytest.mark.usefixtures("warm")


@pytest.mark.parametrize("knows_format", [False, True])
def test_pickles_in_place_of_any_member_are_refused(deep_file, refuses, tmp_path, knows_format):
    members = corpus.members_of(deep_file)
    for name in members:
        for what, content in corpus.pickles(tmp_path / "ran").items():
            changed = members | {name: content}
            if knows_format and name != corpus.RECORD:
                changed = corpus.recorded(changed)
            refuses(corpus.zip_up(changed), f"{what} for {name}")


@pytest.mark.parametrize("knows_format", [False, True])
def test_wrong_types_in_place_of_any_member_are_refused(deep_file, refuses, knows_format):
    members = corpus.members_of(deep_file)
    for name, content in members.items():
        others = corpus.wrong_types(content)
        if name.endswith(".npy"):
            others |= corpus.other_arrays(content)
        for what, other in others.items():
            changed = members | {name: other}
            if knows_format and name != corpus.RECORD:
                changed = corpus.recorded(changed)
            refuses(corpus.zip_up(changed), f"{what} for {name}")


def test_members_that_change_places_are_refused(deep_file, refuses):
    members = corpus.members_of(deep_file)
    arrays = [name for name in members if name.endswith(".npy")]
    turned = dict(zip(arrays, [members[name] for name in arrays[1:] + arrays[:1]], strict=True))
    refuses(corpus.zip_up(members | turned), "turned")


def test_hostile_nodes_at_any_place_of_the_schema_are_refused(deep_file, refuses, tmp_path):
    members = corpus.members_of(deep_file)
    places = len(list(corpus.nodes_of(json.loads(members[corpus.SCHEMA]))))
    hostile = list(corpus.hostile_nodes(tmp_path / "ran").items())
    for place in range(places):
        # Every kind of node at some places, and every place with some kinds.
        for what, bad in hostile if place < 3 else hostile[place % 13 :: 13]:

            def plant(schema, place=place, bad=bad):
                chosen = list(corpus.nodes_of(schema))[place]
                kept = (
                    {key: schema[key] for key in ("protocol", "_skops_version")}
                    if place == 0
                    else {}
                )
                chosen.clear()
                chosen.update((bad if isinstance(bad, dict) else {"x": bad}) | kept)

            refuses(corpus.zip_up(corpus.with_schema(members, plant)), f"{what} at {place}", [None])


@pytest.mark.parametrize("protocol", [-1, 3, 10**30, None, True, "2", 1.5])
def test_other_protocols_of_skops_are_refused(deep_file, refuses, protocol):
    members = corpus.members_of(deep_file)
    changed = corpus.with_schema(members, lambda schema: schema | {"protocol": protocol})
    refuses(corpus.zip_up(changed), protocol)


@pytest.mark.parametrize("protocol", [0, 1])
def test_older_protocols_trust_no_more(deep_file, refuses, tmp_path, protocol):
    members = corpus.members_of(deep_file)
    for what, bad in corpus.hostile_nodes(tmp_path / "ran").items():
        bad = bad if isinstance(bad, dict) else {"x": bad}
        head = {"protocol": protocol, "_skops_version": "0.9"}
        changed = corpus.with_schema(members, lambda schema, bad=bad, head=head: bad | head)
        refuses(corpus.zip_up(changed), f"{what}, protocol {protocol}")


def test_other_records_are_refused(deep_file, refuses):
    members = corpus.members_of(deep_file)
    record = json.loads(members[corpus.RECORD])
    for key, value in [
        ("format", 2),
        ("format", None),
        ("format", [1]),
        ("members", {}),
        ("members", 1),
    ]:
        changed = members | {corpus.RECORD: json.dumps(record | {key: value}).encode()}
        refuses(corpus.zip_up(changed), f"{key}: {value}")


def test_tricks_with_names_and_structure_are_refused(deep_file, refuses):
    for what, content in corpus.damaged_archives(deep_file).items():
        refuses(content, what)


def test_a_file_is_refused_when_cut_at_every_hundredth(deep_file, forest_file, refuses):
    for content in (deep_file, forest_file):
        for percent in range(100):
            refuses(content[: len(content) * percent // 100], f"{percent} %", [None])
        refuses(content[:-1], "last byte")


def test_a_flipped_bit_is_refused_or_changes_nothing(deep, deep_file, load_bytes):
    model, X = deep
    expected, rng, errors = model.predict_proba(X), np.random.default_rng(0), []
    for position in rng.integers(len(deep_file), size=200):
        content = bytearray(deep_file)
        content[position] ^= 1 << rng.integers(8)
        try:
            loaded = load_bytes(bytes(content))
        except ValueError as error:
            errors.append(str(error))
        else:  # in what nobody reads, such as the time in front of a member
            assert_array_equal(loaded.predict_proba(X), expected)
    assert len(errors) > 190
    assert all(re.search(REFUSED, error) for error in errors)


def test_a_flipped_bit_in_any_member_is_named(deep_file, load_bytes):
    for name, content in corpus.members_of(deep_file).items():
        position = deep_file.index(content) + len(content) // 2
        changed = bytearray(deep_file)
        changed[position] ^= 4
        with pytest.raises(ValueError, match=rf"{re.escape(name)} (is damaged|holds|hold)"):
            load_bytes(bytes(changed))


# -- sizes that are not there


@contextmanager
def at_most(n_bytes):
    """A scope in which Python and numpy may have so much memory at once."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < n_bytes
    finally:
        tracemalloc.stop()


@pytest.fixture(scope="module")
def large_file(tmp_path_factory):
    """A file of 4 MB, most of which is weights."""
    import skmm

    X, y = np.random.default_rng(0).normal(size=(12, 900)), np.arange(12) % 3
    path = tmp_path_factory.mktemp("models") / "large.skmm"
    skmm.dump(
        skmm.DeepFusionClassifier(max_epochs=1, embed_dim=512, random_state=0).fit(X, y), path
    )
    return path.read_bytes()


def test_arrays_never_take_more_than_their_file(large_file, refuses):
    members = corpus.members_of(large_file)
    largest = max(members, key=lambda name: len(members[name]))
    header = members[largest][:100].decode("latin-1")
    shape = re.search(r"'shape': (\(.*?\))", header)[1]
    dtype = re.search(r"'descr': '(.*?)'", header)[1]
    for old, new in [
        (shape, "(1000000, 1000000)"),
        (shape, "(9223372036854775807, 9223372036854775807)"),
        (shape, "(-1, -1)"),
        (shape, "(0, 900)"),
        (shape, "(True, 900)"),
        (dtype, "<f8"),
        (dtype, "|V999999999"),
        (dtype, "|O"),
        ("False", "[" * 900),
    ]:
        told = members | {largest: corpus.with_header(members[largest], old, new)}
        for changed in (told, corpus.recorded(told)):
            content = corpus.zip_up(changed)
            with at_most(2 * len(content)):
                refuses(content, f"{old} {new}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("embed_dim", 50_000_000),
        ("n_outputs", 900_000_000_000),
        ("hidden_dims", [3000] * 200),
        ("hidden_dims", [1] * 100_000),
        ("n_outputs", -1),
        ("dropout", "much"),
        ("fusion", "bottleneck"),
        ("fusion", "nonsense"),
        ("embed_dim", None),
    ],
)
def test_networks_never_take_more_than_their_weights(
    large_file, load_bytes, bounded, refuses, name, value
):
    load_bytes(large_file)  # what torch needs once and for all is not meant
    members = corpus.members_of(large_file)
    changed = corpus.with_schema(members, lambda schema: corpus.set_size(schema, name, value))
    content = corpus.zip_up(changed)
    with bounded(megabytes=2 * len(content) / 1e6 + 2, seconds=30):
        refuses(content, f"{name}={value}")


def test_compressed_bombs_are_not_inflated(deep_file, refuses):
    members = corpus.members_of(deep_file) | {"0.npy": bytes(10**8)}
    content = corpus.zip_up(members, compression=zipfile.ZIP_DEFLATED)
    with at_most(10**7):
        refuses(content, "bomb")
