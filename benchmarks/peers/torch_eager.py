"""PyTorch as in its tutorials: autograd and torch.optim.Adam, on one core."""

from __future__ import annotations

from benchmarks.peers import BETA1, BETA2, EPS, RATE, START, Missing, Peer


def start() -> Peer:
    try:
        import torch
    except ImportError:
        raise Missing("PyTorch is not installed") from None
    torch.set_num_threads(1)

    def run(count: int) -> tuple[float, float]:
        p = torch.tensor(START, dtype=torch.float64, requires_grad=True)
        adam = torch.optim.Adam([p], lr=RATE, betas=(BETA1, BETA2), eps=EPS)
        for _ in range(count):
            adam.zero_grad()
            x, y = p[0], p[1]
            ((1 - x) ** 2 + 100 * (y - x * x) ** 2).backward()
            adam.step()
        x, y = p.tolist()
        return x, y

    return Peer(f"PyTorch {torch.__version__}", run)
