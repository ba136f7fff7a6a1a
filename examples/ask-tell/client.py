"""Asks and tells over standard input and output: plain Python 3, nothing to install.

    python3 client.py fettle            (or: python3 client.py node ../../bin/fettle.mjs)
"""

import json
import subprocess
import sys


class Study:
    """A study driven through `fettle stdio`."""

    def __init__(self, command, **problem):
        self.process = subprocess.Popen(
            [*command, "stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.calls = 0
        self.call("create", **problem)

    def call(self, method, **params):
        self.calls += 1
        request = {"id": self.calls, "method": method, "params": params}
        self.process.stdin.write(json.dumps(request) + "\n")
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"]["message"])
        return answer["result"]

    def __iter__(self):
        while (trial := self.call("ask")) is not None:
            yield trial

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    space = {
        "x": {"type": "float", "low": -2, "high": 2},
        "y": {"type": "float", "low": -2, "high": 2},
    }
    study = Study(
        sys.argv[1:] or ["fettle"],
        study="ask-tell-python",
        space=space,
        objectives={"loss": "minimize"},
        limits={"trials": 40},
        seed=1,
    )
    for trial in study:
        x, y = trial["params"]["x"], trial["params"]["y"]
        study.call("tell", trial=trial["number"], values=(1 - x) ** 2 + 100 * (y - x * x) ** 2)
    best = study.call("best")
    study.close()
    print(f"best of 40: trial {best['number']}, loss {best['values']['loss']:.4f}")


if __name__ == "__main__":
    main()
