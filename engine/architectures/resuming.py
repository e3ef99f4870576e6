"""Objectives that can be interrupted within a chunk of examples: where they stand, and what their memory still holds.

A piece is counted in multiplications, for a chunk of a large network takes long. What is known of the chunk stays in
scratch memory, which others may use before the evaluation goes on: a mark there tells whether they have.
"""

from engine.architectures import layout
from engine.contracts import inline, is_raised
from engine.simd.vectors import at
from engine.training.stream import DONE, FLAG, HELD, PART, WITHIN

PIECE = 1 << 24  # multiplications between two looks at the flag, about: some milliseconds
_MARK, _COUNT = range(2)  # of the scratch memory: the mark of the chunk that it holds, 0 for none, and the last one


@inline
def resumed(stream, work):
    """Where within its chunk the evaluation goes on, see WITHIN; whoever calls it takes the scratch memory.

    If others have taken that since, the evaluation begins again, and takes whole chunks from now on, so that several
    that take it from each other come to their ends nevertheless.
    """
    mark = layout.integers(at(work, layout.HELD_STAMP_AT))
    within = stream[WITHIN] if stream[DONE] > 0 else 0
    if within > 0 and mark[_MARK] != stream[HELD]:
        stream[DONE] = 0
        within = -1
    mark[_MARK] = 0
    stream[WITHIN] = stream[HELD] = 0
    return within


@inline
def suspend(stream, work, done, loss, within):
    """Note how many examples are done, the loss by now, and where within the next chunk the evaluation goes on."""
    if within > 0:
        mark = layout.integers(at(work, layout.HELD_STAMP_AT))
        mark[_COUNT] += 1
        mark[_MARK] = stream[HELD] = mark[_COUNT]
    stream[WITHIN] = within
    stream[DONE] = done + 1
    at(layout.floats(stream), PART)[0] = loss


@inline
def flag_of(stream, within):
    """The address of the flag that is read within chunks; 0 if the evaluation takes whole ones."""
    return stream[FLAG] if within >= 0 else 0


@inline
def pauses(spent, flag):
    """Whether an evaluation that has spent so many multiplications is to stop here."""
    return spent >= PIECE and is_raised(flag)
