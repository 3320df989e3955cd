"""Tells who replies to whom in a flat channel: for each message a probability over those before it."""
