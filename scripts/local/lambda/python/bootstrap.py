"""Runs a function where AWS's own client, awslambdaric, can't be had, with the same results.

Arguments: the folders that the layers' packages are in. It needs only the standard library of Python 3.9 and above.
"""

import importlib
import json
import logging
import os
import site
import socket
import sys
import time
import traceback
from decimal import Decimal
from types import SimpleNamespace

INDENT = "\u00a0"


class Fault(Exception):
    """An error that the runtime itself tells, by a type of its own."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type = f"Runtime.{error_type}"
        self.trace = list(trace)


class RuntimeApi:
    """One connection to AWS's Lambda Runtime API."""

    def __init__(self, address):
        self.address = address
        host, port = address.split(":")
        self.socket = socket.create_connection((host, int(port)))
        self.stream = self.socket.makefile("rb")

    def call(self, method, path, body=b"", headers=None):
        """The headers and the body of the answer; ends the process where it is none."""
        lines = [f"{method} /2018-06-01/runtime/{path} HTTP/1.1", f"Host: {self.address}"]
        lines += [f"{name}: {value}" for name, value in {"Content-Length": len(body), **(headers or {})}.items()]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body)
        status = self.stream.readline().split()
        if not status:
            # The service has ended.
            sys.exit(1)
        answer = {}
        for line in iter(self.stream.readline, b"\r\n"):
            name, _, value = line.decode("latin-1").partition(":")
            answer[name.lower()] = value.strip()
        content = self.stream.read(int(answer.get("content-length", 0)))
        if status[1] not in (b"200", b"202"):
            raise RuntimeError(f"The Lambda Runtime API refused {method} {path}: {content.decode()}")
        return answer, content

    def fail(self, path, error):
        headers = {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": error["errorType"]}
        self.call("POST", path, to_json(error).encode(), headers)


def write_line(text):
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


class LambdaContext(SimpleNamespace):
    """The context object (AWS Lambda developer guide, "Using the Lambda context object in Python")."""

    def get_remaining_time_in_millis(self):
        return max(0, self._epoch_deadline_time_in_ms - int(time.time() * 1000))

    def w3c(self):
        return dict(self._w3c)

    def log(self, message):
        write_line(str(message))


def client_context_of(told):
    client = told.get("client")
    keys = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")
    return SimpleNamespace(
        custom=told.get("custom"),
        env=told.get("env"),
        client=None if client is None else SimpleNamespace(**{key: client.get(key) for key in keys}),
    )


def context_of(headers):
    client_context = headers.get("lambda-runtime-client-context")
    try:
        told = json.loads(client_context or "null")
    except ValueError as error:
        raise Fault("LambdaContextUnmarshalError", f"Unable to parse Client Context JSON: {error}") from error
    w3c = told.get("w3c") if isinstance(told, dict) else None
    traced = {key: (w3c or {}).get(key) for key in ("traceparent", "tracestate", "baggage")}
    return LambdaContext(
        aws_request_id=headers["lambda-runtime-aws-request-id"],
        log_group_name=os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME"),
        log_stream_name=os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME"),
        function_name=os.environ.get("AWS_LAMBDA_FUNCTION_NAME"),
        memory_limit_in_mb=os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
        function_version=os.environ.get("AWS_LAMBDA_FUNCTION_VERSION"),
        invoked_function_arn=headers.get("lambda-runtime-invoked-function-arn"),
        client_context=None if told is None else client_context_of(told),
        identity=SimpleNamespace(cognito_identity_id=None, cognito_identity_pool_id=None),
        tenant_id=None,
        _epoch_deadline_time_in_ms=int(headers["lambda-runtime-deadline-ms"]),
        _w3c={key: value for key, value in traced.items() if isinstance(value, str)},
    )


def plain(value):
    """As simplejson, which AWS's client takes, has it: bytes are text, named tuples objects, decimals numbers."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {key.decode() if isinstance(key, bytes) else key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    return value.decode() if isinstance(value, bytes) else value


def to_json(value):
    escaped = os.environ.get("AWS_EXECUTION_ENV", "").rpartition(".")[2] in ("9", "10", "11")
    try:
        return json.dumps(plain(value), ensure_ascii=escaped)
    except RecursionError:
        # The usual reason, told as usual.
        raise ValueError("Circular reference detected") from None


def load(handler):
    module_name, dot, name = handler.rpartition(".")
    if not dot:
        message = "not enough values to unpack (expected 2, got 1)"
        raise Fault("MalformedHandlerName", f"Bad handler '{handler}': {message}")
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    except SyntaxError as error:
        place = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise Fault("UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", [place]) from error
    try:
        return getattr(module, name)
    except AttributeError as error:
        raise Fault("HandlerNotFound", f"Handler '{name}' missing on module '{module_name}'") from error


def describe(error, request_id=""):
    """The error as the caller gets it, and a line for each of its own in the log."""
    if isinstance(error, Fault):
        error_type, trace = error.error_type, error.trace
    else:
        error_type, frames = type(error).__name__, traceback.extract_tb(error.__traceback__)
        while frames and frames[0].filename == __file__:
            del frames[0]
        # Without the marks below a line that Python 3.11 and above add.
        trace = traceback.format_list([(f.filename, f.lineno, f.name, f.line) for f in frames])
    told = {"errorMessage": str(error), "errorType": error_type, "requestId": request_id, "stackTrace": trace}
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        write_line(to_json({"timestamp": now, "level": "ERROR", **told}))
        return told
    lines = [f"[ERROR] {error_type}" + (f": {error}" if str(error) else ""), "Traceback (most recent call last):"]
    for line in (line for one in trace for line in one.splitlines()):
        text = line.lstrip(" ")
        lines.append(INDENT * (len(line) - len(text)) + text)
    write_line("\n".join(lines))
    return told


class JsonFormatter(logging.Formatter):
    known = {*logging.makeLogRecord({}).__dict__, "taskName", "message", "asctime", "aws_request_id"}

    def format(self, record):
        kind, error, frames = record.exc_info or (None, None, None)
        told = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "message": record.msg if isinstance(record.msg, dict) and not record.args else record.getMessage(),
            "logger": record.name,
            "stackTrace": traceback.format_tb(frames) if kind else None,
            "errorType": kind.__name__ if kind else None,
            "errorMessage": str(error) if kind else None,
            "requestId": record.aws_request_id,
            "location": f"{record.pathname}:{record.funcName}:{record.lineno}" if kind else None,
        }
        more = {key: value for key, value in record.__dict__.items() if key not in self.known and key not in told}
        told = {key: value for key, value in {**told, **more}.items() if value is not None}
        return json.dumps(told, ensure_ascii=False, default=str)


class LambdaHandler(logging.Handler):
    request_id = ""

    def emit(self, record):
        record.aws_request_id = self.request_id
        write_line(self.format(record))


def set_up_logging():
    logging.Formatter.converter = time.gmtime
    handler = LambdaHandler()
    text = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
    is_json = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
    handler.setFormatter(JsonFormatter() if is_json else logging.Formatter(text, "%Y-%m-%dT%H:%M:%S"))
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper().replace("TRACE", "DEBUG")
    root = logging.getLogger()
    if isinstance(logging.getLevelName(level), int):
        root.setLevel(level)
    root.addHandler(handler)
    return handler


def invoke(handler, headers, body):
    """The answer to an event; raises what the handler raises."""
    context = context_of(headers)
    result = handler(json.loads(body), context)
    if isinstance(result, bytes):
        return result, "application/unknown"
    try:
        return to_json(result), "application/json"
    except Exception as error:
        raise Fault("MarshalError", f"Unable to marshal response: {error}") from error


def run(layers):
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    # Without `site`, by which this machine's packages would come in, these are missing.
    site.setquit()
    handler_name = os.environ["_HANDLER"]
    sys.path[:1] = [os.environ["LAMBDA_TASK_ROOT"], *layers]
    sys.argv[1:] = [handler_name]
    log = set_up_logging()
    try:
        handler = load(handler_name)
    except Exception as error:
        api.fail("init/error", describe(error))
        sys.exit(1)
    while True:
        headers, body = api.call("GET", "invocation/next")
        request_id = log.request_id = headers["lambda-runtime-aws-request-id"]
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
        path = f"invocation/{request_id}/"
        try:
            result, content_type = invoke(handler, headers, body)
        except Exception as error:
            api.fail(path + "error", describe(error, request_id))
            continue
        payload = result if isinstance(result, bytes) else result.encode()
        api.call("POST", path + "response", payload, {"Content-Type": content_type})


# Not in the processes that `multiprocessing` starts: they import this file.
if __name__ == "__main__":
    run(sys.argv[1:])
