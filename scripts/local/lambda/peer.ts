/** Whose process is at the other end of a connection on loopback. */
import type { Socket } from 'node:net';
import { readProcFile } from './procFile';

/**
 * Whether it is the user's; also true where the system doesn't tell, as Linux does (proc(5), `/proc/net/tcp`).
 *
 * @param uid default: the user of this process
 */
export function isOfUser({ remotePort, localPort }: Socket, uid = process.getuid?.()): boolean {
  const port = (number = 0) => `[0-9A-F]+:${number.toString(16).toUpperCase().padStart(4, '0')}`;
  const row = new RegExp(`^ *\\d+: ${port(remotePort)} ${port(localPort)}(?: +\\S+){4} +(\\d+) `, 'm');
  const owner = ['net/tcp', 'net/tcp6'].map((path) => row.exec(readProcFile(path))?.[1]).find(Boolean);
  return owner === undefined || Number(owner) === uid;
}
