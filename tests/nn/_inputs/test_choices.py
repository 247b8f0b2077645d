"""Which encoders a user wants, and which cannot be had."""

import numpy as np
import pytest
from torch import nn

from skmm.nn._inputs.blocks import Block
from skmm.nn._inputs.choices import choose_encoders, rate_groups


def blocks(**tensors):
    return {name: Block(t, np.ones(len(t), dtype=bool), name) for name, t in tensors.items()}


TWO = blocks(image=np.zeros((2, 3, 8, 8)), text=np.zeros((2, 5), dtype=int))


def test_auto_is_shape_and_dtype():
    choices = choose_encoders(TWO, "auto")
    assert {name: choice.kind for name, choice in choices.items()} == {
        "image": "image",
        "text": "tokens",
    }
    assert all(choice.argument((5,)) is None for choice in choices.values())


def test_a_dict_overrides_the_choice_of_the_modalities_it_names():
    choices = choose_encoders(TWO, {"text": "vector"})
    assert [choice.kind for choice in choices.values()] == ["image", "vector"]


def test_a_kind_that_is_given_is_not_guessed_from_the_shape():
    volumes = blocks(a=np.zeros((2, 32, 32, 3)))
    assert choose_encoders(volumes, {"a": "image"})["a"].kind == "image"


def test_options_go_with_a_kind_and_a_rate_apart():
    given = {"text": ("tokens", {"body": "gru", "n_layers": 2, "lr": 1e-4})}
    choice = choose_encoders(TWO, given)["text"]
    assert (choice.kind, choice.options, choice.lr) == (
        "tokens",
        {"body": "gru", "n_layers": 2},
        1e-4,
    )
    assert choice.argument((5,)) == {"body": "gru", "n_layers": 2}
    assert "lr" in given["text"][1]


def test_a_module_goes_with_the_shape_of_a_sample():
    module = nn.Flatten()
    choice = choose_encoders(TWO, {"image": module})["image"]
    assert choice.kind == "image"
    assert choice.argument((3, 8, 8)) == (module, (3, 8, 8))


def test_a_module_takes_any_shape():
    for shape in [(2, 3, 4, 8, 8), (2, 32, 32, 3), (2, 1, 2, 3, 4, 5)]:
        choice = choose_encoders(blocks(a=np.zeros(shape)), {"a": nn.Flatten()})["a"]
        assert choice.kind == "array"


def test_a_module_may_have_a_rate_of_its_own():
    module = nn.Flatten()
    choices = choose_encoders(TWO, {"text": (module, {"lr": 1e-5})})
    assert choices["text"].argument((5,)) == (module, (5,))
    assert choices["text"].kind == "tokens"
    assert rate_groups(choices) == [("encoders.1.module.*", {"lr": 1e-5})]


def test_rates_are_those_of_the_encoder_or_of_the_pretrained_network():
    choices = choose_encoders(
        TWO,
        {
            "image": ("image", {"body": "efficientnet_lite0", "lr": 1e-5}),
            "text": ("tokens", {"lr": 1e-2}),
        },
    )
    assert rate_groups(choices) == [
        ("encoders.0.body.*", {"lr": 1e-5}),
        ("encoders.1.*", {"lr": 1e-2}),
    ]
    assert rate_groups(choose_encoders(TWO, "auto")) == []


@pytest.mark.parametrize(
    ("encoders", "message"),
    [
        ({"imag": "vector"}, r"names 'imag', but.*did you mean 'image'"),
        ({"text": "video"}, r"encoders\['text'\] is 'video'; expected one of"),
        ({"text": "token"}, r"did you mean 'tokens'"),
        ({"text": ("token", {})}, r"encoders\['text'\] is \('token', \{\}\); expected one of"),
        ({"text": ("tokens", "gru")}, r"expected one of.*a pair of it and a dict"),
        ({"text": ("tokens",)}, r"a pair of it and a dict"),
        ({"text": nn.Flatten}, r"or a torch module"),
        ({"text": None}, r"encoders\['text'\] is None"),
        ({"text": ("tokens", {"boddy": "gru"})}, r"'text'\] has the option 'boddy'.*mean 'body'"),
        ({"text": ("tokens", {"embed_dim": 3})}, r"option 'embed_dim', and TokenEncoder knows"),
        ({"image": ("image", {"n_layers": 3})}, r"option 'n_layers', and ImageEncoder knows"),
        ({"text": ("tokens", {"lr": 0})}, r"encoders\['text'\] has lr=0; expected a positive"),
        ({"text": ("tokens", {"lr": np.inf})}, r"lr=inf"),
        ({"text": ("tokens", {"lr": "1e-3"})}, r"lr='1e-3'"),
        ({"text": ("tokens", {"lr": True})}, r"lr=True"),
        (
            {"text": (nn.Flatten(), {"lr": -1})},
            r"encoders\['text'\] has lr=-1; expected a positive",
        ),
        ({"text": (nn.Flatten(), {"body": "gru"})}, r"options \['body'\] beside a module, which"),
    ],
)
def test_what_cannot_be_had_is_refused_with_its_modality(encoders, message):
    with pytest.raises(ValueError, match=message):
        choose_encoders(TWO, encoders)
