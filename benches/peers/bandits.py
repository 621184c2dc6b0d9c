#!/usr/bin/env python3
"""situ's bandits beside river's on the same table of rewards, and its LinUCB beside numpy's.

    pip install numpy river
    python3 benches/peers/bandits.py

The table has 20,000 rounds of 4 actions whose rewards depend on 3 features; halfway the best action
changes. LinUCB must choose as the published algorithm in numpy does, and end at its weights to 1e-9.
Fails where it does not, or where situ's EXP3 regrets more than river's Exp3 by a tenth. river's UCB, made
for rewards that are random and not adversarial, regrets least here. Says so and leaves river out where it
is missing.
"""

import pathlib
import subprocess
import sys

try:
    import numpy as np
except ImportError:
    print("SKIPPED: numpy is not installed; run `pip install numpy`", file=sys.stderr)
    sys.exit(0)

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROUNDS, FEATURES, ACTIONS = 20_000, 3, 4


def table():
    """Features, and rewards with noise, clipped to [0, 1]."""
    generator = np.random.default_rng(1)
    features = generator.uniform(size=(ROUNDS, FEATURES))
    weights = np.array([[0.3, 0.1, 0.0], [0.1, 0.4, 0.2], [0.2, 0.2, 0.3], [0.0, 0.1, 0.2]])
    rewards = features @ weights.T
    rewards[ROUNDS // 2 :, 0] += 0.4
    rewards += 0.1 * generator.normal(size=rewards.shape)
    return features, np.clip(rewards, 0.0, 1.0)


def lin_ucb(features, rewards, width=1.0):
    """Li, Chu, Langford and Schapire 2010, algorithm 1: solves the normal equations every round."""
    a = np.stack([np.eye(FEATURES)] * ACTIONS)
    b = np.zeros((ACTIONS, FEATURES))
    choices = []
    for x, reward in zip(features, rewards):
        inverse = np.linalg.inv(a)
        theta = np.einsum("aij,aj->ai", inverse, b)
        score = theta @ x + width * np.sqrt(np.einsum("i,aij,j->a", x, inverse, x))
        action = int(np.argmax(score))
        choices.append(action)
        a[action] += np.outer(x, x)
        b[action] += reward[action] * x
    return choices, np.linalg.solve(a, b[:, :, None])[:, :, 0]


def peers(rewards):
    """Totals of river's policies, each the mean of ten seeds."""
    try:
        from river import bandit
    except ImportError:
        print("SKIPPED: river is not installed; run `pip install river`", file=sys.stderr)
        return {}
    makers = {
        "river EpsilonGreedy": lambda seed: bandit.EpsilonGreedy(0.1, seed=seed),
        "river UCB": lambda seed: bandit.UCB(delta=1, seed=seed),
        "river Exp3": lambda seed: bandit.Exp3(gamma=0.05, seed=seed),
    }
    totals = {}
    for name, make in makers.items():
        total = 0.0
        for seed in range(10):
            policy = make(seed)
            for reward in rewards:
                arm = policy.pull(list(range(ACTIONS)))
                policy.update(arm, reward[arm])
                total += reward[arm] / 10
        totals[name] = total
    return totals


def main():
    features, rewards = table()
    lines = "\n".join(" ".join(repr(float(x)) for x in row) for row in np.hstack([features, rewards]))
    command = ["cargo", "run", "--quiet", "--release", "-p", "situ", "--example", "bandit_table"]
    output = subprocess.run(command, cwd=ROOT, input=lines, text=True, check=True, capture_output=True)
    ours, weights, choices = {}, [], ""
    for line in output.stdout.splitlines():
        name, *rest = line.split()
        if name == "weights":
            weights.append([float(x) for x in rest])
        elif name == "choices":
            choices = rest[0]
        else:
            ours[name] = float(rest[0])
    best = rewards.mean(axis=0)
    half = ROUNDS // 2
    dynamic = rewards[:half].sum(axis=0).max() + rewards[half:].sum(axis=0).max()
    theirs = peers(rewards)
    print(f"regret against the best action of each half ({ROUNDS} rounds, best fixed mean {best.max():.3f})")
    for name, total in {**ours, **theirs}.items():
        print(f"  {name:20} {dynamic - total:8.0f}")
    expected, theta = lin_ucb(features, rewards)
    same = sum(int(a) == b for a, b in zip(choices, expected))
    error = np.abs(np.array(weights) - theta).max()
    print(f"LinUCB: {same} of {ROUNDS} choices as numpy's, weights differ by at most {error:.1e}")
    failed = same != ROUNDS or error > 1e-9
    if theirs and dynamic - ours["EXP3"] > 1.1 * (dynamic - theirs["river Exp3"]):
        failed = True
    sys.exit(1 if failed else 0)


main()
