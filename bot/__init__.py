"""The event core of Hearth: it decides what to do, and imports no platform."""
