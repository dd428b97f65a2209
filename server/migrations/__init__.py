"""The schema as it was released, step by step."""
