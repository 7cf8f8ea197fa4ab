"""Qwen3-VL in process: one set of weights for captions, second looks and the chat."""
