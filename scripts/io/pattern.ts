import { UserError } from './userError';

/**
 * The pattern of a flag, in the syntax of JavaScript.
 * @param flags of the regular expression
 * @throws UserError where it is none, or empty
 */
export function parsePattern(flag: string, text: string, flags: string): RegExp {
  if (text === '') throw new UserError(`Expected ${flag} to be a regular expression, got an empty one.`);
  try {
    return new RegExp(text, flags);
  } catch (error) {
    const { message } = error as SyntaxError;
    throw new UserError(`Expected ${flag} to be a regular expression, got ${JSON.stringify(text)}: ${message}.`, {
      cause: error,
    });
  }
}
