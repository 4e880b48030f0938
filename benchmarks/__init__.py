"""Scale, speed and accuracy: each module is a script that prints a table."""
