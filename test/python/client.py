"""Calls the local endpoint with boto3 and prints what it answered as JSON. The tests read it."""

import base64
import io
import json
import sys

import boto3
from botocore.exceptions import ClientError

import shapes

echo_arn, various_arn, waiting_arn = sys.argv[1:]
states = boto3.client("stepfunctions")
functions = boto3.client("lambda")
stacks = boto3.client("cloudformation")
identity = boto3.client("sts")
storage = boto3.client("s3")
result = {}
for client in (states, functions, stacks, identity):
    shapes.check(client)


def error_of(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


result["account"] = identity.get_caller_identity()["Account"]
result["machines"] = [machine["name"] for machine in states.list_state_machines()["stateMachines"]]

arguments = {"stateMachineArn": echo_arn, "name": "from-python", "input": '{"text": "grüße"}'}
execution_arn = states.start_execution(**arguments)["executionArn"]
while (described := states.describe_execution(executionArn=execution_arn))["status"] == "RUNNING":
    pass
result["described"] = {key: described[key] for key in ("name", "status", "input", "output")}
result["again"] = error_of(states.start_execution, **arguments)
result["listed"] = [
    execution["status"] for execution in states.list_executions(stateMachineArn=echo_arn)["executions"]
]

pages = list(states.get_paginator("get_execution_history").paginate(
    executionArn=execution_arn, PaginationConfig={"PageSize": 3}
))
result["pages"] = [len(page["events"]) for page in pages]
result["history"] = [event["type"] for page in pages for event in page["events"]]
latest = states.get_execution_history(executionArn=execution_arn, reverseOrder=True, maxResults=1)
result["latest"] = latest["events"][0]["type"]

waiting = states.start_execution(stateMachineArn=waiting_arn)["executionArn"]
states.stop_execution(executionArn=waiting, error="Interrupted", cause="by hand")
stopped = states.describe_execution(executionArn=waiting)
result["stopped"] = {key: stopped[key] for key in ("status", "error", "cause")}

invoked = functions.invoke(FunctionName="echo", LogType="Tail", Payload=json.dumps({"text": "hi"}))
result["invoked"] = {
    "status": invoked["StatusCode"],
    "version": invoked["ExecutedVersion"],
    "payload": json.load(invoked["Payload"]),
    "log": base64.b64decode(invoked["LogResult"]).decode(),
}
result["missingFunction"] = error_of(functions.invoke, FunctionName="missing")

(stack,) = stacks.describe_stacks(StackName="Clients")["Stacks"]
result["outputs"] = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
result["resources"] = sorted(
    resource["ResourceType"]
    for resource in stacks.describe_stack_resources(StackName="Clients")["StackResources"]
)
result["missingStack"] = error_of(stacks.describe_stacks, StackName="Missing")

# What nothing above calls, and what answers less than usual.
only_metadata = {"includedData": "METADATA_ONLY"}
states.describe_execution(executionArn=execution_arn, **only_metadata)
for included in ({}, only_metadata):
    states.describe_state_machine(stateMachineArn=echo_arn, **included)
    states.describe_state_machine_for_execution(executionArn=execution_arn, **included)
various = states.start_execution(stateMachineArn=various_arn)["executionArn"]
while states.describe_execution(executionArn=various)["status"] == "RUNNING":
    pass
events = states.get_execution_history(executionArn=various)["events"]
result["various"] = sorted({event["type"] for event in events})
states.get_execution_history(executionArn=various, includeExecutionData=False)
states.get_execution_history(executionArn=waiting)
(run,) = states.list_map_runs(executionArn=various)["mapRuns"]
map_run = {"mapRunArn": run["mapRunArn"]}
described = states.describe_map_run(**map_run)
pages = states.get_paginator("list_executions").paginate(**map_run, PaginationConfig={"PageSize": 1})
children = [child for page in pages for child in page["executions"]]
(failed,) = states.list_executions(**map_run, statusFilter="FAILED")["executions"]
for child in children:
    arguments = {"executionArn": child["executionArn"]}
    states.get_execution_history(**arguments)
    states.describe_state_machine_for_execution(**arguments)
result["mapRun"] = {
    "counts": {name: described["itemCounts"][name] for name in ("total", "succeeded", "failed", "pending")},
    "children": [child["status"] for child in children],
    "error": states.describe_execution(executionArn=failed["executionArn"])["error"],
    "update": error_of(states.update_map_run, **map_run, maxConcurrency=2),
    "redrive": error_of(states.redrive_execution, executionArn=various),
    "missing": error_of(states.describe_map_run, mapRunArn=run["mapRunArn"][:-1]),
}
functions.get_function(FunctionName="echo")
functions.get_function_configuration(FunctionName="echo")
functions.list_functions(FunctionVersion="ALL")
stacks.describe_stacks()
stacks.list_stacks(StackStatusFilter=["CREATE_COMPLETE"])

things = {"Bucket": "things"}
storage.put_object(**things, Key="a/b c+ü.json", Body=b'{"a": 1}')
storage.put_object(**things, Key="stream", Body=io.BytesIO(b"a stream"), ChecksumAlgorithm="SHA256")
listing = storage.get_paginator("list_objects_v2").paginate(**things, PaginationConfig={"PageSize": 1})


def read(**arguments):
    return storage.get_object(**things, **arguments)["Body"].read().decode()


result["storage"] = {
    "buckets": [bucket["Name"] for bucket in storage.list_buckets()["Buckets"]],
    "read": [read(Key="a/b c+ü.json"), read(Key="stream"), read(Key="a/b c+ü.json", Range="bytes=1-3")],
    "pages": [[item["Key"] for item in page["Contents"]] for page in listing],
    "errors": [
        error_of(storage.get_object, **things, Key="none"),
        error_of(storage.list_objects_v2, Bucket="nothing"),
        error_of(storage.head_object, **things, Key="none"),
        error_of(storage.put_object, **things, Key="stream", Body=b"", IfNoneMatch="*"),
        error_of(storage.create_bucket, Bucket="new"),
    ],
}
result["checked"] = sorted(shapes.checked)
result["problems"] = shapes.problems

json.dump(result, sys.stdout)
