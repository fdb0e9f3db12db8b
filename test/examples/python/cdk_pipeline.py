from aws_cdk import Environment, Stack, Stage
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import pipelines
from constructs import Construct
from lambda_system_test import SystemTest, SystemTestActionStep, SystemTestStep


class FeedsStack(Stack):
    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self.system_test = SystemTest(
            self,
            "SystemTest",
            function=lambda_.Function.from_function_name(self, "Feeds", "feeds"),
            configurations=["feed_1", "feed_2"],
            # The pipeline is permitted this state machine and nothing else, so it has to know its name.
            state_machine_name="FeedsTest",
        )


class FeedsCdkPipelineStack(Stack):
    """Staging, in the pipeline's account, is tested by the trigger; production, in another one, by CodePipeline itself."""

    def __init__(
        self, scope: Construct, id: str, *, tools: Environment, staging: Environment, production: Environment
    ) -> None:
        super().__init__(scope, id, env=tools)
        releases = s3.Bucket.from_bucket_name(self, "Releases", "feeds-releases")
        source = pipelines.CodePipelineSource.s3(releases, "feeds.zip")
        pipeline = pipelines.CodePipeline(
            self,
            "Pipeline",
            pipeline_type=codepipeline.PipelineType.V2,
            cross_account_keys=True,
            synth=pipelines.ShellStep("Synth", input=source, commands=["npm ci", "npx cdk synth"]),
        )

        staging_stage = Stage(self, "Staging", env=staging)
        staging_test = FeedsStack(staging_stage, "Feeds").system_test
        pipeline.add_stage(
            staging_stage,
            post=[SystemTestStep("Test", system_test=staging_test, input=source)],
        )

        production_stage = Stage(self, "Production", env=production)
        production_test = FeedsStack(production_stage, "Feeds").system_test
        # Made before, by somebody who may: the pipeline can't deploy what it has to assume itself.
        role = iam.Role.from_role_arn(
            self, "TestRole", f"arn:aws:iam::{production.account}:role/FeedsTestRunner"
        )
        pipeline.add_stage(
            production_stage,
            post=[SystemTestActionStep("Test", system_test=production_test, role=role)],
        )
