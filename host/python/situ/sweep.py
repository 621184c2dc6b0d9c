"""Many fits on many machines, by Dask.

A sweep is a list of tasks: keyword arguments of `situ.fit`, of which `data` is the file. Each is run once
on some worker; Dask sends the tasks of a worker that dies to others. The results come back in the order of
the tasks and do not depend on who computed them: `sweep(tasks, client) == serial(tasks)`.

    from dask.distributed import Client
    from situ.sweep import grid, sweep

    tasks = grid(data=["a.csv", "b.csv"], learner=["ftrl", "hedge"], shuffle=range(10), target="label")
    with Client() as client:
        results = sweep(tasks, client)
"""

import itertools

from . import fit

__all__ = ["grid", "run", "serial", "sweep"]

RETRIES = 3
"""How often a task is tried again after an error that its input does not explain."""


def grid(**options):
    """All combinations of options: a list or a range is a choice, anything else is fixed.

    An option that is itself a list, such as `drop`, is a list in a list: `drop=[["split", "seconds"]]`.
    """
    names = list(options)
    choices = [
        list(value) if isinstance(value, (list, range)) else [value] for value in options.values()
    ]
    return [dict(zip(names, values)) for values in itertools.product(*choices)]


def run(task):
    """One task: the result of its fit, without the times, which differ from run to run.

    An input that the library refuses is a result as well: `{"task": …, "error": …}`; one bad recording
    among thousands costs no other.
    """
    try:
        result = fit(**task)
    except (ValueError, FileNotFoundError) as error:
        return {"task": task, "error": str(error)}
    for learner in result["learners"]:
        del learner["update_ns"]
    return {"task": task, "result": result}


def serial(tasks):
    """The results of all tasks, one after another in this process."""
    return [run(task) for task in tasks]


def sweep(tasks, client, retries=RETRIES):
    """The results of all tasks, in their order, from the workers of a `dask.distributed.Client`."""
    tasks = list(tasks)
    # Not pure: two equal tasks are two tasks. The library has its own threads, so one task is one thread.
    futures = client.map(run, tasks, retries=retries, pure=False)
    return client.gather(futures)
