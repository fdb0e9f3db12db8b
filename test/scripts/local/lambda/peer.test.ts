import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { isOfUser } from '../../../../scripts/local/lambda/peer';

const uid = process.getuid?.() ?? 0;

test.each(['127.0.0.1', '::ffff:127.0.0.1'])(
  'a connection from %s is known by the user of its process',
  async (host) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as { port: number }).port, host);
    const [socket] = (await once(server, 'connection')) as [Socket];
    expect([isOfUser(socket), isOfUser(socket, uid), isOfUser(socket, uid + 1)]).toEqual([
      true,
      true,
      // Only Linux tells.
      process.platform !== 'linux',
    ]);
    client.destroy();
    socket.destroy();
    server.close();
  },
);
