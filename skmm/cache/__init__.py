"""Rows of features on disk, each computed once."""

from skmm.cache._feature_cache import FeatureCache

__all__ = ["FeatureCache"]
