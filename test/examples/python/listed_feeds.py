from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct
from lambda_system_test import ConfigurationSource, SystemTest

LIST = """
def handler(event, context):
    feeds = [{"configuration_identifier": f"feed_{n}", "region": "eu"} for n in range(150)]
    start = int(event["next_token"] or 0)
    end = start + 100
    return {
        "configurations": feeds[start:end],
        "next_token": str(end) if end < len(feeds) else None,
    }
"""


class ListedFeedsStack(Stack):
    """Tests the feeds that there are when the test runs."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        feeds = lambda_.Function(
            self,
            "Feeds",
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler="index.handler",
            code=lambda_.Code.from_inline(
                'def handler(event, context):\n    return {"system_test_successful": True}\n'
            ),
        )
        lister = lambda_.Function(
            self,
            "Lister",
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler="index.handler",
            code=lambda_.Code.from_inline(LIST),
        )
        SystemTest(self, "SystemTest", function=feeds, source=ConfigurationSource.lister(lister))
