"""S3 as moto brings it: prints its address, and serves until the standard input ends."""

import sys

import boto3
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
url = "http://{}:{}".format(*server.get_host_and_port())
s3 = boto3.client(
    "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="local", aws_secret_access_key="local"
)
s3.create_bucket(Bucket="real-tenants")
for tenant in ["tenant_1", "tenant_2"]:
    s3.put_object(Bucket="real-tenants", Key=f"{tenant}.json", Body=b'{"country": "FR"}')
print(url, flush=True)
sys.stdin.read()
server.stop()
