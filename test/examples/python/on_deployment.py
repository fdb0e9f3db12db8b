from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct
from lambda_system_test import SystemTest, SystemTestOnDeployment


class FeedsStack(Stack):
    """Is rolled back by CloudFormation where its system test does not pass."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        feeds = lambda_.Function(
            self,
            "Feeds",
            runtime=lambda_.Runtime.NODEJS_24_X,
            handler="index.handler",
            code=lambda_.Code.from_inline("exports.handler = async () => ({ system_test_successful: true })"),
        )
        system_test = SystemTest(self, "SystemTest", function=feeds, configurations=["feed_1", "feed_2"])
        SystemTestOnDeployment(self, "OnDeployment", system_test=system_test)
