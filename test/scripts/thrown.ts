/** The error that a call throws, to match its name and its whole message. */
export function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('Expected the call to throw, but it returned.');
}
