"""moto, with LocalStack's interpreter of state machines, as moto brings it: what AWS does was recorded for it.

python3 stepFunctions.py TASKS_PORT PORT: tasks call AWS at the first port of this machine. Serves at the second one until the
standard input ends. It doesn't wait, neither in a Wait state nor before a retry.

moto leaves out of the interpreter what depends on LocalStack: the evaluation of JSONata and the names of an API's members.
The state machines of its CloudFormation are none that it interprets. LocalStack itself knows how only some services are called
in error names; all are called as in the SDK for Java.
"""

import os
import sys
from types import SimpleNamespace

os.environ["MOTO_PORT"] = sys.argv[1]

import boto3
from jsonata.jsonata import Jsonata
from moto.core.config import default_user_config
from moto.server import ThreadedMotoServer
from moto.stepfunctions import models
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_aws_sdk
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.jsonata import jsonata
from moto.stepfunctions.parser.models import stepfunctions_parser_backends


def operation_model(task, service, action):
    client = boto3.client(task._get_boto_service_name(service), region_name="us-east-1")
    operation = client.meta.method_to_api_mapping[task._get_boto_service_action(action)]
    return client.meta.service_model.operation_model(operation)


def normalise_parameters(task, parameters, boto_service_name=None, service_action_name=None):
    task._to_boto_request(parameters, operation_model(task, boto_service_name, service_action_name).input_shape)


def normalise_response(task, response, boto_service_name=None, service_action_name=None):
    task._from_boto_response(response, operation_model(task, boto_service_name, service_action_name).output_shape)


jsonata._eval_jsonata = lambda expression: Jsonata(expression).evaluate(None)
StateTaskService._normalise_parameters = normalise_parameters
StateTaskService._normalise_response = normalise_response
state_task_service_aws_sdk._SERVICE_ERROR_NAMES["lambda"] = "Lambda"
WaitFunction._wait_interval = lambda self, env, wait_seconds: None
retrier_decl.time = SimpleNamespace(sleep=lambda seconds: None)
default_user_config["stepfunctions"]["execute_state_machine"] = True
models.stepfunctions_backends = stepfunctions_parser_backends

server = ThreadedMotoServer(ip_address="127.0.0.1", port=int(sys.argv[2]), verbose=False)
server.start()
sys.stdin.read()
server.stop()
