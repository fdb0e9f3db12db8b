from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct
from lambda_system_test import ConfigurationSource, DistributedOptions, SystemTest, SystemTestMode


class TenantsInS3Stack(Stack):
    """Tests the tenants that a table in S3 lists, a thousand at once."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        tenants = lambda_.Function(
            self,
            "Tenants",
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler="index.handler",
            code=lambda_.Code.from_inline(
                'def handler(event, context):\n    return {"system_test_successful": True}\n'
            ),
        )
        lists = s3.Bucket(self, "Lists")
        SystemTest(
            self,
            "SystemTest",
            function=tenants,
            source=ConfigurationSource.s3_object(lists, "tenants.csv", identifier="tenant_id"),
            mode=SystemTestMode.DISTRIBUTED,
            distributed=DistributedOptions(batch_size=10),
            max_concurrency=1000,
        )
