/**
 * The run ends without a verdict although the user did nothing wrong: access denied, throttled, network lost, a result
 * that can't be read. One sentence with the way out; exit code 3.
 */
export class NoVerdictError extends Error {
  override readonly name = 'NoVerdictError';
}
