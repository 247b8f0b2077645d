"""Score a model with every coalition of modalities, and put a number on each modality."""
