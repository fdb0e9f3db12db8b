import json

import boto3

s3 = boto3.client("s3")


def read(bucket, name):
    return json.load(s3.get_object(Bucket=bucket, Key=f"{name}.json")["Body"])
