"""Speed of Fall Line compared with the alternatives: `python -m benchmarks`.

Machines are noisy: only ratios of contenders interleaved in one process are meaningful.
"""
