"""Cross-validate fusions beside the single modalities that they are made of."""
