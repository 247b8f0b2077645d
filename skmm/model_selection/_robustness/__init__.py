"""What becomes of scores when modalities are missing or noisy."""
