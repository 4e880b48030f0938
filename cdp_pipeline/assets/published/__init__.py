"""What readers open: the last step of a run."""
