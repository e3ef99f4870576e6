from __future__ import annotations
def test_play_and_pause(window):
    window.play(20)
    window.pause()
    before = window.update
    assert before >= 20
