from pathlib import Path


def test_layers_are_listed_with_their_seconds(sample_home: Path) -> None:
    output = (sample_home / "output.txt").read_text()
    for layer in ("raw", "staging", "unified", "identity", "profile", "metrics", "segments", "activation", "published"):
        assert layer in output.split("Seconds by layer")[1]
