"""How fast Fall Line is, beside what one would use instead: `python -m benchmarks`.

Only ratios of contenders that ran interleaved, in one process, mean anything: machines are noisy.
"""
