import { UserError } from '../userError';

/** The error of a flag whose value is of no use. */
export function expected(flag: string, what: string, got: string): UserError {
  return new UserError(`Expected ${flag} to be ${what}, got ${JSON.stringify(got)}.`);
}

/** A text flag that makes no sense when empty, as from an unset variable of a shell. */
export function nonEmpty(flag: string): (text: string) => string {
  return (text) => {
    if (text.trim() === '') {
      throw expected(flag, 'a value', text);
    }
    return text;
  };
}

/** The integer that a flag was given. */
export function integer(text: string, flag: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) {
    throw expected(flag, `an integer from ${least} to ${most}`, text);
  }
  return value;
}
