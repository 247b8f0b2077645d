"""What the scores of two models on the same folds tell."""
