"""What Hearth remembers: tables, the engine under them, and how they change over versions."""
