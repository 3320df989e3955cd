"""Serves web pages: the one place that listens for HTTP."""
