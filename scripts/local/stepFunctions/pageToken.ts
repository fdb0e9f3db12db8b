import { ServiceError } from '../http/service';

/**
 * The place where the next page starts, opaque to the client. It says what it belongs to, and it can be used again: a
 * client that follows a running execution asks for the last, partial page until it has grown.
 */
export function makeToken(scope: string, position: number): string {
  return Buffer.from(JSON.stringify([scope, position])).toString('base64url');
}

/**
 * The position that a token of the same scope holds.
 * @throws InvalidToken
 */
export function readToken(scope: string, token: string): number {
  try {
    const [tokenScope, position] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (tokenScope === scope && typeof position === 'number' && position > 0) return position;
  } catch {
    // Not one of ours, as any other token that doesn't fit.
  }
  throw new ServiceError('InvalidToken', 400, `Invalid Token: 'Invalid token'`);
}

/** One page of a list, with the token of the next one where there is more. */
export function pageOf<T>(list: T[], scope: string, size: number, token?: string): { page: T[]; nextToken?: string } {
  const from = token === undefined ? 0 : readToken(scope, token);
  const to = from + size;
  return { page: list.slice(from, to), nextToken: to < list.length ? makeToken(scope, to) : undefined };
}
