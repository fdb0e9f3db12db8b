import { UserError } from '../../io/userError';

/**
 * Why a part of the app can't be served, by the UserError that says so: it must not keep the rest from being served.
 * @throws every other error
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof UserError)) throw error;
  return error.message.replace(/\.$/, '');
}
