from aws_cdk import Stack
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct
from lambda_system_test import SystemTest, SystemTestHook


class FeedsStack(Stack):
    """Moves the traffic to a new version of the function only after its system test passed."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        feeds = lambda_.Function(
            self,
            "Feeds",
            runtime=lambda_.Runtime.NODEJS_24_X,
            handler="index.handler",
            code=lambda_.Code.from_inline("exports.handler = async () => ({ system_test_successful: true })"),
        )
        live = lambda_.Alias(self, "Live", alias_name="live", version=feeds.current_version)
        deployment_group = codedeploy.LambdaDeploymentGroup(
            self,
            "Deployment",
            alias=live,
            deployment_config=codedeploy.LambdaDeploymentConfig.ALL_AT_ONCE,
        )
        system_test = SystemTest(
            self,
            "SystemTest",
            function=feeds.current_version,
            configurations=["feed_1", "feed_2"],
        )
        SystemTestHook(
            self,
            "BeforeTraffic",
            alias=live,
            deployment_group=deployment_group,
            system_test=system_test,
        )
