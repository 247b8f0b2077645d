"""Score several models on the same folds, and count what that costs."""
