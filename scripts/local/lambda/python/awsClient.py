"""Starts AWS's own client, awslambdaric, once the service knows that the process is up.

Arguments: the folders that the layers' packages are in.
"""

import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

from awslambdaric import bootstrap
from awslambdaric.__main__ import main


class Lines(bootstrap.StandardLogSink):
    """Lambda takes each message as one, with all its lines. On standard output each ends its line."""

    def log(self, msg, frame_type=None):
        sys.stdout.write(msg if msg.endswith("\n") else f"{msg}\n")

    def log_error(self, message_lines):
        self.log("\n".join(message_lines))


def start(layers):
    # It waits for events in a thread: a machine that has none left is found before the function runs.
    with ThreadPoolExecutor(1) as executor:
        executor.submit(int).result()
    address = os.environ["AWS_LAMBDA_RUNTIME_API"]
    host, port = address.split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"GET /2018-06-01/ping HTTP/1.1\r\nHost: {address}\r\n\r\n".encode())
        # The service ends this connection with its answer: that of the client is then the first one.
        while connection.recv(1024):
            pass
    bootstrap.StandardLogSink = Lines
    handler = os.environ["_HANDLER"]
    sys.path[:1] = [os.environ["LAMBDA_TASK_ROOT"], *layers]
    sys.argv[1:] = [handler]
    main(sys.argv)


# Not in the processes that `multiprocessing` starts: they import this file.
if __name__ == "__main__":
    start(sys.argv[1:])
