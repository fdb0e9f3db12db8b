"""Runs a program and adds a line of JSON to what it prints: when it began and ended, how, and what it took.

measured.py PROGRAM ARGUMENT...
"""

import json
import os
import subprocess
import sys
import threading
import time


def own_kilobytes(pid):
    """What a process holds for itself now, without the pages of its program's files; 0 once it has ended."""
    try:
        with open(f"/proc/{pid}/status") as status:
            return next((int(line.split()[1]) for line in status if line.startswith("RssAnon:")), 0)
    except OSError:
        return 0


def watch():
    global own
    while not ended.wait(0.05):
        own = max(own, own_kilobytes(child.pid))


own = 0
ended = threading.Event()
spawned_at = time.time()
child = subprocess.Popen(sys.argv[1:])
watcher = threading.Thread(target=watch)
watcher.start()
_, status, usage = os.wait4(child.pid, 0)
exited_at = time.time()
ended.set()
watcher.join()
print()
print(
    json.dumps(
        {
            "spawnedAt": spawned_at * 1000,
            "exitedAt": exited_at * 1000,
            "exitCode": os.waitstatus_to_exitcode(status),
            "cpuSeconds": usage.ru_utime + usage.ru_stime,
            "memoryMb": usage.ru_maxrss / 1024,
            "ownMemoryMb": own / 1024,
        }
    )
)
