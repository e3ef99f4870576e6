"""A small picture of a run's loss over its updates: how much of each pixel the line covers, as a grey PNG.

The window paints it in the run's colour, whatever the theme. It is drawn without Qt, in any thread.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from engine import HistoryView, envelope

Array = np.ndarray

WIDTH, HEIGHT = 144, 48  # pixels, of which a screen shows half as many points
_LINE = 3.0  # pixels
_DECADES = 1.3  # from which on the losses are placed by their logarithms


def loss_picture(history: HistoryView) -> bytes:
    """The PNG; an empty picture of a run without updates."""
    _, low, high = history.column("loss")
    _, least, most = envelope(low, high, 0, history.count, WIDTH)
    if not len(least):
        least = most = np.array([np.nan])
    places = _placed(np.stack((least, most)))
    across, known = np.linspace(0, len(least) - 1, WIDTH), np.arange(len(least))
    top, bottom = (np.interp(across, known, row) for row in (places.min(axis=0), places.max(axis=0)))
    return grey_png(_coverage(*_connected(top, bottom)))


def grey_png(pixels: Array) -> bytes:
    """A PNG of (h, w) greys in 0..255."""
    height, width = pixels.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with the number of its filter, none
    rows[:, 1:] = pixels
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(data)) + name + data + _checksum(name + data) for name, data in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _checksum(data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(data))


def _placed(values: Array) -> Array:
    """Where losses lie between the top and the bottom of the picture, in pixels; NaN for what is not finite."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return np.full(values.shape, np.nan)
    with np.errstate(all="ignore"):
        if finite.min() > 0.0 and np.log10(finite.max()) - np.log10(finite.min()) > _DECADES:
            values, finite = np.log10(values), np.log10(finite)
        values = np.where(np.isfinite(values), values, np.nan)
        low, span = finite.min(), finite.max() / 2 - finite.min() / 2  # halves, for the whole may be infinite
        share = (values / 2 - low / 2) / span if span > 0.0 else np.where(np.isnan(values), np.nan, 0.5)
    edge = _LINE / 2 + 0.5
    placed: Array = HEIGHT - edge - share * (HEIGHT - 2 * edge)
    return placed


def _connected(top: Array, bottom: Array) -> tuple[Array, Array]:
    """Columns that reach half the way to their neighbours, so that the line has no gaps."""
    up, down = top.copy(), bottom.copy()
    for here, there in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))):
        up[here] = np.fmin(up[here], (top[here] + bottom[there]) / 2)
        down[here] = np.fmax(down[here], (bottom[here] + top[there]) / 2)
    return up, down


def _coverage(top: Array, bottom: Array) -> Array:
    """How much of each pixel (h, w) a line from top to bottom of each column covers, in 0..255."""
    row = np.arange(HEIGHT)[:, None]
    shares = np.minimum(row + 1, bottom + _LINE / 2) - np.maximum(row, top - _LINE / 2)
    covered: Array = np.rint(255 * np.clip(np.nan_to_num(shares), 0.0, 1.0)).astype(np.uint8)
    return covered
