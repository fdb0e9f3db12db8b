import { UserError } from '../../io/userError';

/**
 * Why a part of the app can't be served, by the UserError that says so: it must not keep the rest from being served.
 * @throws every other error
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof UserError)) throw error;
  return error.message.replace(/\.$/, '');
}

/**
 * What is evaluated; undefined, with a note, where that can't be done here.
 * @throws what isn't a UserError
 */
export function attempt<T>(evaluate: () => T, note: (line: string) => void = () => undefined): T | undefined {
  try {
    return evaluate();
  } catch (error) {
    note(`${reasonOf(error)}.`);
    return undefined;
  }
}
