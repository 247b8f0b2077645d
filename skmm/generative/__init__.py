"""Fusion without labels: codes for all modalities, and what is missing filled in."""

from skmm.generative._adversarial import AdversarialFusion
from skmm.generative._autoencoder import AutoencoderFusion
from skmm.generative._imputer import CrossModalImputer
from skmm.generative._variational import VariationalFusion

__all__ = ["AdversarialFusion", "AutoencoderFusion", "CrossModalImputer", "VariationalFusion"]
