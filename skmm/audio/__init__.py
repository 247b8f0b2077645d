"""Extractors from a column of audio clips to a block of features."""

from skmm.audio._mel_spectrogram import MelSpectrogramExtractor
from skmm.audio._mfcc import MFCCExtractor
from skmm.audio._stft import STFTExtractor

__all__ = ["MFCCExtractor", "MelSpectrogramExtractor", "STFTExtractor"]
