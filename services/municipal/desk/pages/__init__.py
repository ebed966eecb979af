"""The pages of the desk, split by what people do there."""
