"""Keep models in files that are safe to load, and describe them for their readers."""

from skmm.persistence._card import model_card
from skmm.persistence._dump import dump
from skmm.persistence._load import load
from skmm.persistence._trusted import TRUSTED

__all__ = ["TRUSTED", "dump", "load", "model_card"]
