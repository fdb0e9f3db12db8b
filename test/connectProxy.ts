import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { externalTool } from './scripts/externalTool';

/** Makes certificates. */
export const openssl = externalTool('openssl');

/** A certificate that lasts a day, and its key, each in a file. */
export interface Certificate {
  /** For NODE_EXTRA_CA_CERTS. */
  certificate: string;
  key: string;
  remove(): void;
}

/** Makes a certificate for all services behind a proxy. */
export function makeCertificate(): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'certificate-'));
  const certificate = join(directory, 'tls.crt');
  const key = join(directory, 'tls.key');
  const names = ['localhost', '*.us-east-1.amazonaws.com', 'portal.sso.us-east-1.amazonaws.com'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
  const subject = ['-subj', '/CN=lambda-system-test', '-addext', `subjectAltName=DNS:${names.join(',DNS:')}`];
  openssl.run(['req', ...kind, ...subject, '-keyout', key, '-out', certificate], '');
  return { certificate, key, remove: () => rmSync(directory, { recursive: true }) };
}

/** An HTTP proxy that opens tunnels, and behind it AWS, whatever the host. */
export interface ConnectProxy {
  /** `127.0.0.1:PORT` */
  address: string;
  /** Of the TLS server, to connect to without the proxy. */
  tlsPort: number;
  /** What tunnels were asked for, as `host:port`. */
  tunnels: string[];
  close(): Promise<void>;
}

/**
 * @param upstream an HTTP endpoint that stands in for all services
 * @param o.password that the proxy asks for, of the user `team`
 * @param o.answer its answer instead of a tunnel, by how many were asked for before
 */
export async function startConnectProxy(
  upstream: string,
  { certificate, key }: Certificate,
  o: { password?: string; answer?: (before: number) => number | undefined } = {},
): Promise<ConnectProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const services = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (tls) => {
    const service = connect(Number(new URL(upstream).port), '127.0.0.1');
    [tls, service].forEach(keep);
    tls.pipe(service).pipe(tls);
  });
  const tlsPort = await listen(services);

  const tunnels: string[] = [];
  const expected = o.password && `Basic ${Buffer.from(`team:${o.password}`).toString('base64')}`;
  const proxy = createServer((_, response) => response.writeHead(400).end('This proxy only opens tunnels'));
  proxy.on('connect', ({ url = '', headers }, client: Socket) => {
    const status = headers['proxy-authorization'] === expected ? o.answer?.(tunnels.length) : 407;
    tunnels.push(url);
    keep(client);
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} No\r\nContent-Type: text/html\r\n\r\n<h1>No!</h1>`);
      return;
    }
    const service = connect(tlsPort, '127.0.0.1', () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    keep(service);
    service.pipe(client).pipe(service);
  });
  const port = await listen(proxy);
  return {
    address: `127.0.0.1:${port}`,
    tlsPort,
    tunnels,
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
      await Promise.all([proxy, services].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

async function listen(server: NetServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
