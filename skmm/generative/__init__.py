"""Fusion without labels: codes for all modalities, and modalities from codes."""

from skmm.generative._autoencoder import AutoencoderFusion

__all__ = ["AutoencoderFusion"]
