"""S3, Systems Manager and DynamoDB as moto brings them: prints its address, and serves until the standard input ends."""

import sys

import boto3
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
url = "http://{}:{}".format(*server.get_host_and_port())


def client(service):
    return boto3.client(
        service, endpoint_url=url, region_name="us-east-1", aws_access_key_id="local", aws_secret_access_key="local"
    )


tenants = ["tenant_1", "tenant_2", "tenant_3"]
s3, ssm, dynamodb = client("s3"), client("ssm"), client("dynamodb")
s3.create_bucket(Bucket="real-tenants")
for tenant in tenants[:2]:
    s3.put_object(Bucket="real-tenants", Key=f"{tenant}.json", Body=b'{"country": "FR"}')
for tenant in tenants:
    ssm.put_parameter(Name=f"/tenants/{tenant}", Value="x", Type="String")
dynamodb.create_table(
    TableName="tenants",
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    BillingMode="PAY_PER_REQUEST",
)
for tenant in tenants:
    dynamodb.put_item(TableName="tenants", Item={"id": {"S": tenant}})
print(url, flush=True)
sys.stdin.read()
server.stop()
