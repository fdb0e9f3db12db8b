import type { ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import type { Socket } from 'node:net';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { bypassesProxy } from './noProxy';

type ProfileOptions = Pick<NonNullable<Parameters<typeof defaultProvider>[0]>, 'profile' | 'logger'>;

/** The proxy that connections to AWS go through. */
export interface AwsProxy {
  /** Makes the connections of a client. */
  agent(options: AgentOptions): Agent;
  /**
   * The default chain of credentials. The SDK itself hands a client's connections on to some of its links only: not to
   * AWS IAM Identity Center.
   */
  credentials(o: ProfileOptions & { requestHandler: object }): ReturnType<typeof defaultProvider>;
}

/** Connections to AWS through a proxy, but for the hosts that `noProxy` lists. */
export function throughProxy(address: URL, noProxy: string): AwsProxy {
  return {
    agent: (options) => new ChoosingAgent(address, noProxy, options),
    credentials: ({ profile, logger, requestHandler }) =>
      defaultProvider({ profile, logger, ignoreCache: true, clientConfig: { requestHandler } }),
  };
}

/** Connects each request through the proxy or past it. */
class ChoosingAgent extends Agent {
  private readonly direct: HttpsAgent;
  private readonly tunnels: TunnelAgent;

  constructor(
    address: URL,
    private readonly noProxy: string,
    options: AgentOptions,
  ) {
    super(options);
    this.direct = new HttpsAgent(options);
    this.tunnels = new TunnelAgent(address, options);
  }

  override connect(_: ClientRequest, { host, port }: AgentConnectOpts): HttpAgent {
    return bypassesProxy(host ?? '', port, this.noProxy) ? this.direct : this.tunnels;
  }

  override destroy(): void {
    this.direct.destroy();
    this.tunnels.destroy();
    super.destroy();
  }
}

/** Asks the proxy for a tunnel by CONNECT. What it answers instead of one is an error, not the answer of AWS. */
class TunnelAgent extends HttpsProxyAgent<string> {
  override async connect(request: ClientRequest, target: AgentConnectOpts): Promise<Socket> {
    let status = 0;
    request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => (status = statusCode));
    const asked = `the proxy ${this.proxy.host} for a connection to ${target.host}:${target.port}`;
    const socket = await super.connect(request, target).catch((error: unknown) => {
      throw noTunnel(`Asked ${asked}: ${(error as Error).message}`, error);
    });
    if (status === 200) return socket;
    socket.destroy();
    const message = `Asked ${asked}, and got ${status}`;
    // Trouble of the proxy passes; what it forbids stays forbidden.
    throw status >= 500 ? noTunnel(message) : new Error(message);
  }
}

/** An error that counts as an unreachable host: nothing was sent. */
function noTunnel(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code: 'EHOSTUNREACH' });
}
