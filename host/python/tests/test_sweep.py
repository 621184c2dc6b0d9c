"""Sweeps on a local cluster: equal to the serial result, also when a worker is killed in the middle."""

import os
import signal
import time

import pytest
from dask.distributed import Client, LocalCluster

import motion
from situ.sweep import grid, serial, sweep

TASKS = grid(
    data=[str(motion.DATA)],
    learner=["ftrl", "bayes", "memory"],
    shuffle=range(6),
    **{**motion.OPTIONS, "drop": [motion.OPTIONS["drop"]]},
)


@pytest.fixture(scope="module")
def expected():
    return serial(TASKS)


@pytest.fixture
def client():
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        with Client(cluster) as client:
            client.wait_for_workers(2)
            yield client


def test_the_grid_has_every_combination():
    assert len(TASKS) == 18
    assert TASKS[0] != TASKS[1]
    assert all(task["drop"] == ["split", "seconds"] for task in TASKS)


def test_two_workers_find_what_one_process_finds(client, expected):
    assert sweep(TASKS, client) == expected


def slow(task):
    """A task that lasts long enough to be interrupted."""
    from situ.sweep import run

    time.sleep(0.3)
    return run(task)


def test_a_killed_worker_loses_nothing(client, expected):
    futures = client.map(slow, TASKS, retries=3, pure=False)
    while sum(future.done() for future in futures) < 4:
        time.sleep(0.01)
    process = client.run(os.getpid)
    victim = next(iter(process.values()))
    os.kill(victim, signal.SIGKILL)
    assert sum(future.done() for future in futures) < len(TASKS), "killed in the middle"
    assert client.gather(futures) == expected


def test_a_bad_recording_costs_no_other(client, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("x,activity\n7,a\nnothing,b\n")
    tasks = [TASKS[0], {"data": str(bad), "target": "activity"}, TASKS[1]]
    results = sweep(tasks, client)
    assert "bad.csv: line 3" in results[1]["error"]
    assert results == serial(tasks)
