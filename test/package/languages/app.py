from aws_cdk import App, Duration, Stack
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as aws_lambda
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct
from lambda_system_test import (
    Configuration,
    SleepyFunction,
    SystemTest,
    SystemTestAction,
    SystemTestDashboard,
    SystemTestHook,
    SystemTestNotification,
    SystemTestOnDeployment,
    SystemTestQueries,
    ToleratedFailures,
)


class Others(Stack):
    """What needs the package's own files, what comes as JSON, and what is told of a test that is there already."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        sleepy = SleepyFunction(self, "Sleepy", max_seconds=1, seed="1974")
        live = aws_lambda.Alias(
            self, "Live", alias_name="live", version=sleepy.current_version
        )
        deployment_group = codedeploy.LambdaDeploymentGroup(
            self, "Deployment", alias=live
        )
        listed = ["a", {"region": "eu", "configuration_identifier": "b"}]
        imported = '[{"configuration_identifier": "c", "limits": [1, 2.5, null, true]}]'
        system_test = SystemTest(
            self,
            "SystemTest",
            function=sleepy.current_version,
            configurations=Configuration.list(listed) + Configuration.list(imported),
            tolerated_failures=ToleratedFailures.percent(5),
            payload={"table": "t", "deep": {"list": [1, "ü"]}},
            configuration_timeout=Duration.seconds(30),
            retry_attempts=2,
        )
        SystemTestHook(
            self,
            "BeforeTraffic",
            alias=live,
            deployment_group=deployment_group,
            system_test=system_test,
            input={"configurations": ["a"], "tolerated_failures": "5%"},
        )
        SystemTestOnDeployment(self, "OnDeployment", system_test=system_test)
        system_test.acknowledge_nag_findings()
        topic = sns.Topic(self, "Topic")
        system_test.create_alarm("Alarm", topic=topic, threshold=2)
        SystemTestNotification(
            self,
            "Notification",
            system_test=system_test,
            target=targets.SnsTopic(topic),
            passed=True,
        )
        SystemTestDashboard(self, "Dashboard", system_test=system_test)

        lists = s3.Bucket.from_bucket_name(self, "Lists", "lists")
        system_test.grant_run(
            iam.Role(self, "Trigger", assumed_by=iam.AccountRootPrincipal())
        )
        there = SystemTest.from_state_machine_name(self, "There", "There")
        SystemTestQueries(
            self,
            "Queries",
            system_test=there,
            function_log_group=logs.LogGroup.from_log_group_name(self, "Log", "feeds"),
        )
        source = codepipeline.Artifact("Source")
        codepipeline.Pipeline(
            self,
            "Pipeline",
            pipeline_type=codepipeline.PipelineType.V2,
            stages=[
                codepipeline.StageProps(
                    stage_name="Source",
                    actions=[
                        actions.S3SourceAction(
                            action_name="Source",
                            bucket=lists,
                            bucket_key="app.zip",
                            output=source,
                        )
                    ],
                ),
                codepipeline.StageProps(
                    stage_name="Test",
                    actions=[
                        SystemTestAction(
                            action_name="SystemTest",
                            system_test=there,
                            input={"configurations": ["#{variables.feed}"], "max_concurrency": 2},
                        )
                    ],
                ),
            ],
        )


app = App()
Others(app, "Others")
app.synth()
