"""What modalities tell about a target: redundant, unique and synergistic information."""
