"""The sleepy dummy function in Python: see sleepy.ts. The same environment variables, and the same fates for a seed."""

import hashlib
import json
import os
import random
import time


def handler(event, _context):
    print("Event:", json.dumps(event, ensure_ascii=False, separators=(",", ":")))
    identifier = event["configuration_identifier"]
    sleep_for, fails = fate_of(identifier, os.environ)
    print(f"Sleeping for {sleep_for} s")
    time.sleep(sleep_for)
    if fails:
        raise RuntimeError("Something went wrong!")
    return {"configuration_identifier": identifier, "slept_for": sleep_for, "system_test_successful": True}


def fate_of(identifier, env):
    """How many seconds an invocation sleeps, and whether it fails then."""
    shortest = int(env.get("SLEEP_MIN_SECONDS", 1))
    longest = int(env.get("SLEEP_MAX_SECONDS", 10))
    seed = env.get("SEED")
    sleep_draw, failure_draw = seeded_draws(seed, identifier) if seed else (random.random(), random.random())
    sleep_for = shortest + int(sleep_draw * (longest - shortest + 1))
    return sleep_for, failure_draw * 100 < float(env.get("FAILURE_PERCENT", 15))


def seeded_draws(seed, identifier):
    """Two numbers from 0 up to but not including 1."""
    digest = hashlib.sha256(f"{seed}\n{identifier}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32, int.from_bytes(digest[4:8], "big") / 2**32
