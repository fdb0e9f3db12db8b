import os

import tenants


def handler(event, _context):
    tenant = tenants.read(os.environ["BUCKET"], event["configuration_identifier"])
    print("read", tenant)
    return {"country": tenant["country"], "system_test_successful": event["system_test"]}
