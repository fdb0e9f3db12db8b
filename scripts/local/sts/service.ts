/** AWS STS: who is asking. Any credentials are good here, so everyone is the same local user. */
import type { Deployment } from '../app/deployment';
import { partitionOf } from '../app/environment';
import { answerQuery, type QueryApi } from '../http/queryProtocol';
import type { Service, ServiceRequest, ServiceResponse } from '../http/service';

/** STS for the deployment's account: GetCallerIdentity. */
export class StsService implements Service {
  private readonly api: QueryApi;

  constructor({ deployment }: { deployment: Deployment }) {
    const { account, region } = deployment;
    this.api = {
      namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
      version: '2011-06-15',
      actions: {
        GetCallerIdentity: {
          parameters: [],
          run: () => ({
            Arn: `arn:${partitionOf(region)}:iam::${account}:user/local`,
            UserId: 'AIDALOCALUSER',
            Account: account,
          }),
        },
      },
    };
  }

  handle(request: ServiceRequest, requestId: string): Promise<ServiceResponse> {
    return Promise.resolve(answerQuery(this.api, request, requestId));
  }
}
