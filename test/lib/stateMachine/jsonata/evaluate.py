"""Evaluates JSONata with jsonata-python. Reads lines of {"expression", "bindings", "now"}, answers {"value"} or {"error"} to each.

Its $string writes ASCII only, where the others write characters.
"""

import json
import sys

from jsonata.functions import Functions
from jsonata.jsonata import Jsonata
from jsonata.utils import Utils

Functions.Encoder.__init__ = lambda self, **options: json.JSONEncoder.__init__(self, **{**options, "ensure_ascii": False})


def parse(text):
    value = None if text is None else json.loads(text)
    return Utils.NULL_VALUE if text is not None and value is None else value


for line in sys.stdin:
    request = json.loads(line)
    try:
        expression = Jsonata(request["expression"])
        expression.register_lambda("parse", parse)
        expression.register_lambda("millis", lambda: request["now"])
        frame = expression.create_frame()
        for name, value in request["bindings"].items():
            frame.bind(name, value)
        value = expression.evaluate(None, frame)
        if value is None:
            raise ValueError("returned nothing (undefined)")
        answer = {"value": value}
    except Exception as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
