"""How many updates a chunk takes."""

from __future__ import annotations

import pytest

from app.workers.pace import CHUNK_SECONDS, FIRST_CHUNK, LARGEST_CHUNK, MAX_SPEED, Pace


@pytest.fixture
def pace():
    return Pace()


def test_at_a_speed_it_takes_the_updates_of_the_time_that_passed(pace):
    pace.speed = 10.0
    assert sum(pace.due(0.1) for _ in range(30)) in (29, 30)
    assert pace.interval == 17


def test_updates_that_a_stall_has_missed_are_not_caught_up_in_a_burst(pace):
    pace.speed = 1000.0
    assert pace.due(5.0) + pace.due(0.0) + pace.due(0.0) <= 100


def test_what_is_owed_is_forgotten_with_the_speed_and_when_it_plays_again(pace):
    pace.speed = 5.0
    assert pace.due(0.1) == 0
    pace.start()
    assert pace.due(0.1) == 0
    pace.speed = 5.0
    assert pace.due(0.1) == 0 and pace.due(0.1) == 1


def test_chunks_come_near_their_duration_step_by_step(pace):
    assert pace.speed == MAX_SPEED and pace.interval == 0
    pace.adapt(CHUNK_SECONDS / 2)
    assert pace.due(0.0) == 2 * FIRST_CHUNK
    pace.adapt(1e-9)
    assert pace.chunk == 8 * FIRST_CHUNK, "by at most a factor of 4"
    pace.adapt(10.0)
    assert pace.chunk == 2 * FIRST_CHUNK
    for _ in range(50):
        pace.adapt(0.0)
    assert pace.chunk == LARGEST_CHUNK
    for _ in range(50):
        pace.adapt(10.0)
    assert pace.chunk == 1


def test_the_rate_is_a_running_mean_and_no_more_than_the_speed(pace):
    for _ in range(100):
        pace.note_rate(500, 0.01)
    assert pace.rate == pytest.approx(50_000, rel=1e-3) and pace.reached_rate == pace.rate
    pace.speed = 20.0
    assert pace.reached_rate == 20.0


def test_the_work_of_all_runs_is_measured_and_old_work_counts_for_less(pace):
    assert pace.run_rate == 0.0
    pace.note_work(1000, 0.1)
    assert pace.run_rate == pytest.approx(10_000.0)
    for _ in range(100):
        pace.note_work(200, 0.1)
    assert pace.run_rate == pytest.approx(2_000.0, rel=0.01)
    pace.begin_again()
    assert pace.run_rate == 0.0
