"""Privacy: training that hides single samples, and data without metadata and names."""

from skmm.privacy._anonymize import anonymize
from skmm.privacy._audio_files import strip_audio_metadata
from skmm.privacy._dpsgd import DPSGD, PrivacyWarning
from skmm.privacy._identifiers import hash_identifiers
from skmm.privacy._image_files import strip_image_metadata

__all__ = [
    "DPSGD",
    "PrivacyWarning",
    "anonymize",
    "hash_identifiers",
    "strip_audio_metadata",
    "strip_image_metadata",
]
