"""All examples in one app."""

from aws_cdk import App, Environment
from before_traffic import FeedsStack
from cdk_pipeline import FeedsCdkPipelineStack
from listed_feeds import ListedFeedsStack
from on_deployment import FeedsStack as FeedsOnDeploymentStack
from operation import FeedsOperationStack
from plain_pipeline import FeedsPipelineStack
from tenants_in_s3 import TenantsInS3Stack

app = App()
FeedsStack(app, "BeforeTraffic")
FeedsOnDeploymentStack(app, "OnDeployment")
FeedsPipelineStack(app, "PlainPipeline")
FeedsCdkPipelineStack(
    app,
    "CdkPipeline",
    tools=Environment(account="111111111111", region="eu-central-1"),
    staging=Environment(account="111111111111", region="eu-central-1"),
    production=Environment(account="222222222222", region="eu-central-1"),
)
ListedFeedsStack(app, "ListedFeeds")
TenantsInS3Stack(app, "TenantsInS3")
FeedsOperationStack(app, "Operation")
app.synth()
