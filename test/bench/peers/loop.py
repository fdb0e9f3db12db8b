"""One configuration after the other, as the first way in the wild: loop.py FUNCTION IDENTIFIER..."""

import json
import sys
import time

import boto3

function, *identifiers = sys.argv[1:]
client = boto3.client("lambda")
results = []
for identifier in identifiers:
    began = time.time()
    event = {"configuration_identifier": identifier, "system_test": True}
    answer = client.invoke(FunctionName=function, Payload=json.dumps(event))
    response = json.load(answer["Payload"])
    passed = "FunctionError" not in answer and response.get("system_test_successful") is True
    results.append(
        {
            "configuration_identifier": identifier,
            "status": "PASSED" if passed else "FAILED",
            "began": began,
            "ended": time.time(),
        }
    )
print(json.dumps({"results": results}))
if any(result["status"] != "PASSED" for result in results):
    sys.exit(1)
