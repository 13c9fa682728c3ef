"""The weights of the block classifier, made by benchmarks/quality/train.py."""
