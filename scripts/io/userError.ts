/**
 * Wrong use or bad input: one sentence for the user (what was expected, the value received, where, and the way out),
 * exit code 2, nothing started.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}
