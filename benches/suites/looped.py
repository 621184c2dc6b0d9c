"""The layers of a looped transformer, evaluated densely in numpy on one core.

Standard input: one line of JSON (shapes, temperature, loops, repetitions), then float64 matrices in
the order in which they are used. Standard output: JSON with the best seconds per loop and the final
sequence's largest difference to the one given last on standard input.
"""

import json
import sys
import time

import numpy


def main():
    source = sys.stdin.buffer
    header = json.loads(source.readline())
    rows, columns = header["rows"], header["columns"]

    def matrix(height, width):
        data = numpy.frombuffer(source.read(8 * height * width), dtype="<f8")
        return data.reshape(height, width).copy()

    layers = []
    for layer in header["layers"]:
        heads = []
        for head in layer["heads"]:
            keys, queries = matrix(head["key"], rows), matrix(head["key"], rows)
            heads.append((head["output"], keys, queries, matrix(head["value"], rows)))
        units = layer["units"]
        layers.append(
            (heads, matrix(units, rows), matrix(units, 1), matrix(rows, units), matrix(rows, 1))
        )
    start, end = matrix(rows, columns), matrix(rows, columns)
    temperature = header["inverse_temperature"]

    def forward(x):
        for heads, w1, b1, w2, b2 in layers:
            attended = x.copy()
            for output, keys, queries, values in heads:
                scores = temperature * ((keys @ x).T @ (queries @ x))
                scores -= scores.max(axis=0)
                weights = numpy.exp(scores)
                weights /= weights.sum(axis=0)
                attended[output : output + len(values)] += (values @ x) @ weights
            x = attended + w2 @ numpy.maximum(w1 @ attended + b1, 0.0) + b2
        return x

    best = float("inf")
    for _ in range(header["repetitions"]):
        x = start
        begin = time.perf_counter()
        for _ in range(header["loops"]):
            x = forward(x)
        best = min(best, (time.perf_counter() - begin) / header["loops"])
    print(json.dumps({"seconds": best, "difference": float(abs(x - end).max())}))


main()
