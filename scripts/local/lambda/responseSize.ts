/** 6 MB and a little: Lambda's own limit on the response of a synchronous invocation, as its error message states it. */
export const maximumResponseBytes = 6_291_556;

/** What the caller gets instead of a response above the limit. */
export const responseTooLarge = {
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size exceeded maximum allowed payload size (${maximumResponseBytes} bytes).`,
};
