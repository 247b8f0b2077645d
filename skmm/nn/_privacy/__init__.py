"""Train without telling who was in the data: differential privacy."""
