#!/usr/bin/python3
"""Takes 300 MB, 8 MB at a time. Where a test may have 64 MB it is stopped there, and only it."""
import time

STEP_MB = 8
taken = []
while len(taken) * STEP_MB < 300:
    taken.append(b"x" * (STEP_MB << 20))
    print(f"{len(taken) * STEP_MB} MB", flush=True)
    time.sleep(0.02)
