"""Models of the files under `seeds/`, one module a kind of file. Frozen; unknown keys are refused."""
