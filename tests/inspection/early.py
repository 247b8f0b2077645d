"""A pipeline that starts with a MultimodalFusion."""

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


def make_early(fusion):
    return make_pipeline(fusion, LogisticRegression(max_iter=1000))
