"""The wording that readings look for: what people write, with weights, and nothing else."""
