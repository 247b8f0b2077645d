"""Other versions are warned of if they may matter."""

import warnings

import pytest

from skmm._versions import warn_of_other_versions

HERE = {"skmm": "1.2.3", "torch": "2.10.1"}


@pytest.mark.parametrize(
    ("saved", "message"),
    [
        (
            {"skmm": "1.3.3", "torch": "2.10.1"},
            r"with {'skmm': '1.3.3'} and is .* {'skmm': '1.2.3'}",
        ),
        (
            {"skmm": "2.2.3", "torch": "2.1.1"},
            r"'2.2.3', 'torch': '2.1.1'} .*compare its predictions",
        ),
        ({"skmm": "1.2.3"}, r"with {'torch': None} and is loaded with {'torch': '2.10.1'}"),
        ({"skmm": ["1.2.3"], "torch": "2.10.1"}, "'skmm'"),
    ],
)
def test_other_minor_versions_are_named(saved, message):
    with pytest.warns(UserWarning, match=message) as caught:
        warn_of_other_versions(saved, HERE, stacklevel=1)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("saved", [HERE, HERE | {"skmm": "1.2.9"}, HERE | {"numpy": "0.1"}])
def test_patches_and_other_libraries_do_not_matter(saved):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_other_versions(saved, HERE, stacklevel=1)
