from aws_cdk import Stack
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_s3 as s3
from constructs import Construct
from lambda_system_test import SystemTest, SystemTestAction


class FeedsPipelineStack(Stack):
    """Deploys the stack Feeds and tests it in the same stage, which is rolled back if the test does not pass."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        source = codepipeline.Artifact("Source")
        source_action = actions.S3SourceAction(
            action_name="Source",
            bucket=s3.Bucket.from_bucket_name(self, "Releases", "feeds-releases"),
            bucket_key="feeds.zip",
            output=source,
        )
        release = source_action.variables.version_id
        pipeline = codepipeline.Pipeline(
            self,
            "Pipeline",
            pipeline_type=codepipeline.PipelineType.V2,
            cross_account_keys=False,
        )
        pipeline.add_stage(stage_name="Source", actions=[source_action])
        pipeline.add_stage(
            stage_name="Deploy",
            on_failure=codepipeline.FailureConditions(result=codepipeline.Result.ROLLBACK),
            actions=[
                actions.CloudFormationCreateUpdateStackAction(
                    action_name="Deploy",
                    run_order=1,
                    stack_name="Feeds",
                    template_path=source.at_path("template.json"),
                    admin_permissions=True,
                ),
                SystemTestAction(
                    action_name="SystemTest",
                    run_order=2,
                    system_test=SystemTest.from_state_machine_name(self, "FeedsTest", "FeedsTest"),
                    # Or input_file=source.at_path("system-test.json").
                    input={
                        "configurations": [
                            {"configuration_identifier": "feed_1", "release": release},
                            {"configuration_identifier": "feed_2", "release": release},
                        ],
                        "max_concurrency": 2,
                    },
                ),
            ],
        )
