"""safetensors by numpy, for tests."""
