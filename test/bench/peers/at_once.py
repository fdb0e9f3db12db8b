"""All configurations at once, as the second way in the wild: at_once.py FUNCTION IDENTIFIER...

Nothing bounds it, one call that the SDK gives up throws the other results away, and it ends with 0 whatever failed.
"""

import asyncio
import json
import sys
import time

import aioboto3
from aiobotocore.config import AioConfig


async def main(function, identifiers):
    # Unless told so, the SDK keeps all but ten waiting for a connection.
    config = AioConfig(max_pool_connections=len(identifiers))

    async def test(identifier):
        began = time.time()
        event = {"configuration_identifier": identifier, "system_test": True}
        answer = await client.invoke(FunctionName=function, Payload=json.dumps(event))
        response = json.loads(await answer["Payload"].read())
        passed = "FunctionError" not in answer and response.get("system_test_successful") is True
        return {
            "configuration_identifier": identifier,
            "status": "PASSED" if passed else "FAILED",
            "began": began,
            "ended": time.time(),
        }

    async with aioboto3.Session().client("lambda", config=config) as client:
        results = await asyncio.gather(*map(test, identifiers))
    print(json.dumps({"results": results}))


asyncio.run(main(sys.argv[1], sys.argv[2:]))
