"""What a measured process does; see worker.mjs."""
import json
import sys
import time


def serve(work, prepare=lambda: ()):
    """Says "ready", and for each number on a line answers with the milliseconds that as many calls took, preparations apart."""
    print('"ready"', flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            prepared = prepare()
            started = time.perf_counter()
            work(*prepared)
            times.append((time.perf_counter() - started) * 1000)
        print(json.dumps(times), flush=True)
