"""Makes memory.npz: the loss and gradient of an associative memory, as PyTorch's autograd has them.

    pip install torch        (made with torch 2.13.0)
    python make_memory.py

All in float64. The file holds W (6, 6), keys, values (6, 6), frequencies (6,), loss and gradient (6, 6).
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
R = np.random.default_rng(11)
SIZE = 6

keys, values = (np.linalg.qr(R.normal(size=(SIZE, SIZE)))[0] for _ in range(2))
frequencies = 1.0 / np.arange(1, SIZE + 1) ** 1.5
frequencies /= frequencies.sum()
W = torch.tensor(R.normal(size=(SIZE, SIZE)), requires_grad=True)
logits = torch.tensor(keys) @ W.T @ torch.tensor(values).T
losses = F.cross_entropy(logits, torch.arange(SIZE), reduction="none")
loss = (torch.tensor(frequencies) * losses).sum()
loss.backward()
np.savez_compressed(
    Path(__file__).with_name("memory.npz"), W=W.detach().numpy(), keys=keys, values=values, frequencies=frequencies,
    loss=loss.item(), gradient=W.grad.numpy(),
)  # fmt: skip
