"""Speed and quality: each module is one command that prints figures beside what they are measured against."""
