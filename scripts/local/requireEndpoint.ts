import { connect } from 'node:net';
import { UserError } from '../io/userError';

/** Milliseconds until a connection is given up: an emulator is near. */
const patienceMs = 5_000;

/**
 * Makes one connection to the endpoint of the functions' calls: without it each of them would fail.
 * @throws a UserError where nothing takes it
 */
export async function requireEndpoint(endpointUrl: string): Promise<void> {
  const { hostname, port, protocol } = new URL(endpointUrl);
  const socket = connect({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || (protocol === 'https:' ? 443 : 80)),
    timeout: patienceMs,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('timeout', () => reject(new Error('no answer')));
      socket.once('error', reject);
    });
  } catch (error) {
    const { message, code = '' } = error as NodeJS.ErrnoException;
    throw new UserError(
      `Expected --function-endpoint-url to name an endpoint that takes connections, got ` +
        `${JSON.stringify(endpointUrl)} (${message || code}): start it first.`,
      { cause: error },
    );
  } finally {
    socket.destroy();
  }
}
