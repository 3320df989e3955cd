"""Grows the weights that Hearth comes with, each by one command, from data that is given as a folder."""
