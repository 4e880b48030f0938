"""What a person reads at the end of a command: summaries, profiles, explanations."""
