"""What cec takes, measured by hand: `python -m benchmarks [NAME] [ROUNDS]`."""
