"""What the examples printed when the documentation was built: `make docs` runs them, and then these tests.

Each example runs once that way. One that fails makes the build fail by itself.
"""

import re
from pathlib import Path
from textwrap import dedent

import pytest

GALLERY = Path(__file__).parents[2] / "docs" / "auto_examples"
COMPARISON = "plot_01_compare_fusion_strategies"
DIGITS = "plot_02_audio_visual_digits"
SENTIMENT = "plot_03_sentiment_of_faces_and_posts"
UNLABELED = "plot_04_missing_modality_without_labels"
RETRIEVAL = "plot_05_find_pictures_by_words"
IMPORTANCE = "plot_06_which_modality_matters"
ROBUSTNESS = "plot_07_can_fusing_pay"
CHOICE = "plot_08_choose_a_fusion"
PARTIES = "plot_09_parties_that_share_probabilities"
ARRIVAL = "plot_10_predict_as_modalities_arrive"
POSE = "plot_11_pose_behind_screens"
DRIVING = "plot_12_drive_with_four_sensors"
SPEECH = "plot_13_hear_digits_in_noise"
FEATURES = "plot_14_features_made_visible"
RULES = "plot_15_every_rule"
CACHE = "plot_16_search_without_extracting_twice"
KEEPING = "plot_17_keep_a_model"
TRANSFER = "plot_18_learn_from_few_pictures"
PERSON = "plot_19_one_person_after_another"
FOLDER = "plot_20_your_own_folder"
GAPS = "plot_21_fill_in_or_leave_out"
CLUSTER = "plot_22_scale_out_with_dask"
PRIVACY = "plot_23_what_privacy_costs"
APPLICATIONS = [SENTIMENT, RETRIEVAL, IMPORTANCE, POSE, DRIVING, SPEECH]


def source_of(example):
    """The page of an example, as sphinx-gallery has written it."""
    return next(GALLERY.rglob(f"{example}.rst")).read_text()


def printed(example):
    """All that an example printed."""
    page = source_of(example)
    blocks = re.findall(r"script-out\n\n \.\. code-block:: none\n\n((?:    .*\n|\s*\n)+)", page)
    return "\n".join(dedent(block) for block in blocks)


def compared(text):
    """Difference to the best single modality and p-value of each fusion in a printed table."""
    rows = re.findall(
        r"^([a-z, ]+?) +fusion +-?\d\.\d+ +\d\.\d+ +(-?\d\.\d+) +(\d\.\d+)$", text, re.MULTILINE
    )
    return {name: (float(difference), float(p)) for name, difference, p in rows}


@pytest.mark.parametrize("example", APPLICATIONS)
def test_an_application_says_which_data_it_used_and_how_to_bring_others(example):
    assert re.search(r"\b(generated|real)\b", printed(example))
    page = source_of(example)
    for section in ("What it means, and what does not help", "Your own data"):
        assert f"\n{section}\n---" in page


def test_the_demo_compares_fusions_and_keeps_a_model():
    text = printed(COMPARISON)
    rows = re.findall(r"^(\w+) +(?:best )?(fusion|single modality) +(0\.\d+)", text, re.MULTILINE)
    scores = {name: float(score) for name, _, score in rows}
    assert list(scores) == ["image", "audio", "text", "early", "late", "deep"]
    assert min(scores[name] for name in ("early", "late", "deep")) > scores["audio"] + 0.05
    assert "a fresh process loads the model and predicts the same" in text


def test_it_is_said_where_the_sounds_are_from():
    assert re.search(
        r"^sounds: (recordings of people|made-up tones)", printed(DIGITS), re.MULTILINE
    )


def test_fusing_beats_the_better_single_modality_at_every_noise_level():
    text = printed(DIGITS)
    table = text.partition("gain over the better single modality")[2]
    gains = {
        name.strip(): [float(gain) for gain in row.split()]
        for name, row in re.findall(r"^([a-z, ]+?)((?:\s+-?\d\.\d+)+)$", table, re.MULTILINE)
    }
    assert set(gains) == {"early", "late, product", "late, stacking", "deep"}
    assert all(len(row) == 4 for row in gains.values())
    for strategy in ("early", "late, product"):
        assert min(gains[strategy]) > 0.02, gains


def test_face_and_post_together_tell_more_than_each_alone():
    text = printed(SENTIMENT)
    found = re.findall(r"test accuracy, ([a-z +]+?) +(\d\.\d+)", text)
    accuracy = {modalities: float(score) for modalities, score in found}
    assert set(accuracy) == {"image", "text", "image + text"}
    assert accuracy["image + text"] > 0.05 + max(accuracy["image"], accuracy["text"]), accuracy
    of_faces, of_polarity = text.split("polarity: 118 ")
    difference, p_value = compared(of_faces)["deep"]
    assert difference > 0.02
    assert p_value < 0.05
    assert set(compared(of_polarity)) == {"early", "late", "deep"}
    if of_polarity.startswith("real"):
        assert min(difference for difference, _ in compared(of_polarity).values()) > 0.03


def test_models_without_labels_fill_in_pictures_and_help_where_labels_are_few():
    text = printed(UNLABELED)
    error, accuracy = (
        {name: float(score) for name, score in re.findall(rf"{what}, ([a-z ]+?) +(\d\.\d+)", text)}
        for what in ("error of the picture", "test accuracy")
    )
    assert error["right class"] < error["variational"] < error["training mean"] - 0.05, error
    assert error["right class"] < error["autoencoder"] < error["training mean"] - 0.05, error
    assert set(accuracy) == {"variational", "autoencoder", "adversarial", "blocks", "deep fusion"}
    assert accuracy["variational"] > accuracy["blocks"] + 0.02, accuracy
    assert accuracy["blocks"] > accuracy["deep fusion"], accuracy


def test_words_find_pictures_and_pictures_words():
    text = printed(RETRIEVAL)
    found = re.findall(r"recall@10, ([a-z ]+), ([a-z ]+): (\d\.\d+)", text)
    recall = {(name, direction): float(score) for name, direction, score in found}
    assert len(recall) == 4
    assert min(recall.values()) > 5 * 10 / 500, recall  # of chance
    for direction in ("picture by words", "words by picture"):
        assert recall["networks", direction] > 0.75, recall
    found = re.findall(r"^mean average precision, ([a-z ]+): (\d\.\d+)$", text, re.MULTILINE)
    precision = {name: float(value) for name, value in found}
    # Of voices that were not heard in training .41, of tones .73.
    assert precision["picture by sound"] > 3 * precision["at random"], precision


def test_two_rough_queries_find_more_than_one_and_words_harm_a_precise_sketch():
    rough, precise = printed(RETRIEVAL).split("mean reciprocal rank, ")[1:]
    rows = r"^(early|late|deep) +\d\.\d+ +\d\.\d+ +(-?\d\.\d+) +(\d\.\d+)$"
    found = re.findall(rows, rough, re.MULTILINE)
    assert [name for name, *_ in found] == ["early", "late", "deep"]
    assert min(float(difference) for _, difference, _ in found) > 0.04, found
    assert max(float(p) for *_, p in found) < 0.05, found
    found = re.findall(rows, precise, re.MULTILINE)
    assert [name for name, *_ in found] == ["early", "late"]
    assert max(float(difference) for _, difference, _ in found) < 0, found


def test_a_tone_that_tells_nothing_alone_tells_face_and_words_apart():
    text = printed(IMPORTANCE)
    found = re.findall(r"^accuracy, ([a-z +]+?) +(\d\.\d+)$", text, re.MULTILINE)
    accuracy = {modalities: float(score) for modalities, score in found}
    assert len(accuracy) == 8
    assert accuracy["tone"] < 0.3  # of five classes
    assert accuracy["face + words + tone"] > 0.1 + accuracy["face + words"], accuracy
    assert accuracy["words + tone"] < 0.05 + accuracy["words"], accuracy
    rows = re.findall(r"^(face|words)? +(words|tone) +(-?\d\.\d+) .*$", text, re.MULTILINE)
    interactions = [float(value) for _, _, value in rows]
    assert len(interactions) == 3
    assert interactions[0] < -0.1 < 0.03 < min(interactions[1:]), interactions


def test_a_search_finds_a_fusion_and_says_what_it_tried():
    text = printed(CHOICE)
    chosen, accuracy = re.search(r"chosen: (.+), test accuracy (\d\.\d+)", text).groups()
    assert chosen.startswith(("early", "late", "deep"))
    assert float(accuracy) > 0.85
    best_single = re.search(r"best single modality +(\d\.\d+)", text)[1]
    assert float(accuracy) > float(best_single) + 0.1
    assert text.count("deep gated") >= 1  # whether there was time for it or not


def test_advice_names_the_winner_and_gaps_in_training_make_robust():
    text = printed(ROBUSTNESS)
    rows = re.findall(
        r"^(the same|one knows|half each|only together) +(\w+) +(\S+) +(\S+) +(\S+)$",
        text,
        re.MULTILINE,
    )
    assert len(rows) == 4
    for _, advice, *scores in rows:
        score = dict(zip(["concat", "late", "tensor"], map(float, scores), strict=True))
        named = {"single": "late"}.get(advice, advice)
        assert score[named] >= max(score.values()) - 0.02, rows
    relative = r" +\d\.\d+ +\d\.\d+ +(\d\.\d+) +-?\d\.\d+$"
    plain, dropout = (
        [float(value) for value in re.findall(f"^{name}{relative}", text, re.MULTILINE)]
        for name in ("deep", "deep, dropout")
    )
    assert len(plain) == 3
    assert all(more > less for less, more in zip(plain, dropout, strict=True))


def test_parties_that_share_probabilities_get_what_one_with_all_data_gets():
    text = printed(PARTIES)
    opened = dict(re.findall(r"opened by the party with (\w+): (.*)", text))
    assert opened == {
        "image": "from_image.csv, image/data.pkl",
        "audio": "audio/data.pkl, from_audio.csv",
    }
    difference = float(re.search(r"largest difference of a probability: (\S+)", text)[1])
    assert difference < 1e-6  # features are float32
    found = re.findall(r"test accuracy, ([a-z, ]+?) +(\d\.\d+)", text)
    accuracy = {name: float(score) for name, score in found}
    assert accuracy["both, apart"] == accuracy["both, together"]
    assert accuracy["both, apart"] > 0.05 + max(accuracy["image"], accuracy["audio"]), accuracy


def test_predictions_get_better_as_modalities_arrive_and_gaps_in_training_help_until_then():
    text = printed(ARRIVAL)
    accuracy = {
        name: [
            float(value) for value in re.search(rf"^{name} +(.+)$", text, re.MULTILINE)[1].split()
        ]
        for name in ("no gaps in training", "modality dropout")
    }
    plain, dropout = accuracy.values()
    assert dropout[0] < dropout[1] < dropout[-2] < dropout[-1] - 0.2, accuracy
    assert dropout[-2] > plain[-2] + 0.1, accuracy
    errors = dict(re.findall(r"^error, (\w+) +(\d\.\d+)$", text, re.MULTILINE))
    assert float(errors["both"]) < min(float(errors["sound"]), float(errors["picture"])), errors


def test_sensors_rescue_hidden_joints():
    text = printed(POSE)
    difference, p_value = compared(text)["deep"]
    assert difference > 0.05
    assert p_value < 0.05
    found = {
        (kind, name): float(value)
        for kind, name, value in re.findall(
            r"^PCK@0.05, (\w+) +joints, ([a-z +]+?) +(\d\.\d+)$", text, re.MULTILINE
        )
    }
    for kind, gain in (("seen", 0.05), ("hidden", 0.1)):
        alone = max(found[kind, "image"], found[kind, "motion"])
        assert found[kind, "image + motion"] > alone + gain, found


def test_only_all_sensors_drive_and_hiding_them_in_training_makes_robust():
    text = printed(DRIVING)
    difference, p_value = compared(text)["deep"]
    assert difference > 0.2
    assert p_value < 0.05
    broken = re.findall(
        r"^R2, no (\w+) +deep (-?\d\.\d+) deep, modality dropout (-?\d\.\d+)$", text, re.MULTILINE
    )
    gain = {sensor: float(careful) - float(plain) for sensor, plain, careful in broken}
    assert set(gain) == {"camera", "scanner", "radar", "speed"}
    assert min(gain["scanner"], gain["radar"]) > 0.05, gain


def test_a_picture_helps_to_hear_words_and_strings():
    text = printed(SPEECH)
    tables = [compared(part) for part in text.split("signal to noise")[1:]]
    gains = [p for table in tables for difference, p in table.values() if difference > 0]
    assert min(gains) < 0.05, tables
    errors = dict(re.findall(r"^word error rate, ([a-z +]+?) +(\d\.\d+)$", text, re.MULTILINE))
    both = float(errors.pop("audio + image"))
    # By .35 against .46 where tones stand in for recordings, and by .28 against .53 with those.
    assert both < 0.9 * min(map(float, errors.values())), (both, errors)


def test_what_features_show_is_what_was_put_in():
    text = printed(FEATURES)
    assert float(re.search(r"at most (\d\.\d+) from scikit-image", text)[1]) < 1e-5
    keys = re.findall(r"sounds at (\d+) and (\d+) Hz, seen at (\d+) and (\d+) Hz", text)
    assert len(keys) == 3
    for low, high, *seen in keys:
        assert abs(int(seen[0]) - int(low)) < 30, keys  # half a band
        assert abs(int(seen[1]) - int(high)) < 40, keys
    assert "of their kind: 15 of 15" in text
    assert "walking: 2.0 steps" in text
    assert "running: 3.0 steps" in text


def test_all_fusions_are_compared_and_independent_modalities_are_multiplied():
    text = printed(RULES)
    alone = [float(score) for score in re.findall(r"^\w+ alone +(\d\.\d+)$", text, re.MULTILINE)]
    rows = re.findall(r"^([a-z, ]+?) +(early|late) fusion +(\d\.\d+)$", text, re.MULTILINE)
    score = {name: float(value) for name, _, value in rows}
    assert len(alone) == 3
    assert [kind for _, kind, _ in rows].count("late") == 12
    assert len(score) == 19
    for name in ("product", "bayes", "concat", "kernels, mean", "stacking"):
        assert score[name] > max(alone) + 0.05, score
    assert min(score["product"], score["bayes"]) > max(score["vote"], score["median"]) + 0.03


def test_a_cache_describes_each_sound_once():
    text = printed(CACHE)
    assert "first with it: 1701 rows needed, 80 computed" in text  # (80 + 1) * (4 * 5 + 1)
    assert "once more: 1701 rows needed, 0 computed" in text
    assert "same scores: True" in text


def test_a_model_comes_back_and_a_pickle_is_not_run():
    text = " ".join(printed(KEEPING).split())
    assert "a fresh process predicts the same: True" in text
    assert "| image | arrays of 8 x 8, uint8 | 0 % |" in text
    for name in ("gift", "hidden", "changed"):
        assert f"ValueError: '{name}.skmm' is no model" in text
    assert "skmm.load has run it: False" in text
    assert "pickle.loads has run it: True" in text


def test_features_from_elsewhere_need_fewer_pictures():
    text = printed(TRANSFER)
    found = re.findall(r"^([A-Za-z ,]+?) +((?:\d\.\d+ ?)+)$", text, re.MULTILINE)
    score = {name: [float(value) for value in values.split()] for name, values in found}
    borrowed = score.pop("network from ImageNet")
    further = score.pop("ImageNet, trained further")
    assert set(score) == {"pixels", "HOG", "filters learned here", "network from scratch"}
    assert min(borrowed[2], borrowed[3], *further) > 0.05 + max(v[-1] for v in score.values())
    assert abs(further[0] - borrowed[3]) < 0.1


def test_a_few_samples_of_a_person_correct_the_model_of_the_crowd():
    text = printed(PERSON)
    found = re.findall(r"^([a-z ,]+?) +((?:nan|\d\.\d+)(?: \d\.\d+){5})$", text, re.MULTILINE)
    score = {name: [float(value) for value in values.split()] for name, values in found}
    further, linear, alone = score.values()
    assert linear[0] < 0.5  # of the crowd's way
    assert linear[2] > 0.2 + alone[2], score  # 40 samples
    assert further[2] > 0.1 + alone[2], score
    before = float(re.search(r"accuracy, crowd +(\d\.\d+)", text)[1])
    assert float(re.search(r"was trained further: (\d\.\d+)", text)[1]) < before


def test_a_folder_with_a_broken_file_is_read_and_learned_from():
    text = printed(FOLDER)
    assert "200 samples, missing: {'image': 0, 'audio': 1}" in text
    said = " ".join(text.split())
    assert "ModalityError: modality 'image', row 3 (index 3): cannot decode '003.png'" in said
    assert "warned: 1 of 200 samples cannot be used" in said
    assert "broken pictures: ['row 3']" in text
    page = source_of(FOLDER)
    assert page.count("<audio") == 2  # of three rows, one without a sound
    assert page.count('<img alt="image of 64 x 64 pixels"') == 3
    found = re.findall(r"^accuracy, ([a-z +]+?) +(\d\.\d+)$", text, re.MULTILINE)
    accuracy = {name: float(value) for name, value in found}
    assert accuracy["image + audio"] > accuracy["image"] > accuracy["audio"] > 0.3


def test_models_that_have_met_gaps_bear_them():
    tables = printed(GAPS).split("gaps in training, too")
    surprised, used_to_it = (
        {
            name: [float(value) for value in values.split()]
            for name, values in re.findall(
                r"^((?:early|late|deep), [a-z ]+?) +((?:\d\.\d+ *){5})$", table, re.MULTILINE
            )
        }
        for table in tables
    )
    assert len(surprised) == len(used_to_it) == 5
    most = {name: values[-1] for name, values in surprised.items()}
    assert min(most, key=most.get) == "early, mean", most
    assert most["early, ridge from the others"] > most["early, mean"] + 0.03
    assert most["deep, modality dropout"] > most["early, mean"] + 0.05
    assert used_to_it["early, mean"][-1] > most["early, mean"] + 0.03


def test_workers_describe_what_one_process_does():
    text = printed(CLUSTER)
    assert "equal to the plain run: True" in text
    assert "rows in the same order: True" in text
    described = re.findall(r"^worker \d: (\d+) partitions described$", text, re.MULTILINE)
    assert len(described) == 2
    assert sum(map(int, described)) == 16
    assert float(re.search(r"learned part by part: (\d\.\d+)", text)[1]) > 0.7  # of four shapes


def test_a_strict_promise_costs_accuracy_and_a_loose_one_blunts_the_attack():
    text = printed(PRIVACY)
    assert "{'anna_in_the_park.jpg': True, 'image_00000.jpg': False}" in text
    assert "the pseudonym of Anna is the same elsewhere: True" in text
    spent = re.findall(r"epsilon spent: (\d+\.\d+) of (\d+\.\d+)", text)
    assert len(spent) == 3
    assert all(0.95 * float(limit) < float(epsilon) <= float(limit) for epsilon, limit in spent)
    accuracy, attack = (
        [
            [float(value) for value in values.split()]
            for values in re.findall(r"^\w+ +((?:\d\.\d+ *){4})$", table, re.MULTILINE)
        ]
        for table in text.partition("by epsilon")[2].split("attack, by epsilon")
    )
    *alone, both = accuracy
    assert len(alone) == 2
    assert both[0] < both[1] < both[2] <= both[3] + 0.01, accuracy
    assert both[2] > 0.01 + max(scores[2] for scores in alone), accuracy  # an epsilon of 10
    *promised, unbounded = attack[0]
    assert unbounded > max(promised) + 0.03, attack
