"""Fusions of decisions: one model per modality, and a rule that combines what they say."""
