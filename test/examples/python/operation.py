from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct
from lambda_system_test import SystemTest, SystemTestDashboard, SystemTestQueries


class FeedsOperationStack(Stack):
    """Tells a team of each system test that did not pass, and shows what there is to see."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        function_log_group = logs.LogGroup(self, "FeedsLog", retention=logs.RetentionDays.ONE_MONTH)
        feeds = lambda_.Function(
            self,
            "Feeds",
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler="index.handler",
            code=lambda_.Code.from_inline(
                'def handler(event, context):\n    return {"system_test_successful": True}\n'
            ),
            log_group=function_log_group,
        )
        system_test = SystemTest(self, "SystemTest", function=feeds, configurations=["feed_1", "feed_2"])

        team = sns.Topic(self, "Team", enforce_ssl=True)
        system_test.notify("Notification", team)
        system_test.create_alarm("Alarm", topic=team)
        SystemTestDashboard(self, "Dashboard", system_test=system_test)
        SystemTestQueries(self, "Queries", system_test=system_test, function_log_group=function_log_group)
