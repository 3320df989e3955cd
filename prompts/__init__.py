"""What a language model is asked: a file of words for each prompt, and the shape of its answer beside it."""

from prompts.prompt import PROMPTS, Prompt, prompt_called

__all__ = ["PROMPTS", "Prompt", "prompt_called"]
