"""Fusion without labels: codes for all modalities, and modalities from codes."""

from skmm.generative._adversarial import AdversarialFusion
from skmm.generative._autoencoder import AutoencoderFusion
from skmm.generative._variational import VariationalFusion

__all__ = ["AdversarialFusion", "AutoencoderFusion", "VariationalFusion"]
