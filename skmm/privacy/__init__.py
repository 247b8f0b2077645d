"""Privacy: training that hides single samples, and data that names nobody."""

from skmm.privacy._dpsgd import DPSGD, PrivacyWarning

__all__ = ["DPSGD", "PrivacyWarning"]
