"""What the pages show: plain functions over rows, bounded, of few statements each."""
