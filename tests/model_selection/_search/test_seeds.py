"""One seed for a whole model."""

from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmm import LateFusionClassifier
from skmm.image import CNNExtractor
from skmm.model_selection._search.seeds import set_seeds


def test_whoever_draws_at_random_gets_the_seed_but_those_that_have_one():
    forest = RandomForestClassifier(random_state=3)
    late = LateFusionClassifier(
        [("a", make_pipeline(CNNExtractor(), LogisticRegression())), ("b", forest)]
    )
    params = set_seeds(late, 7).get_params()
    assert params["a__cnnextractor__random_state"] == 7
    assert params["a__logisticregression__random_state"] == 7
    assert params["b__random_state"] == 3
