"""The event core of Hearth: it decides what to do, and imports no platform."""

VERSION = "0.1.0"
