/** The end of the help of every command that has a verdict. */
export const exitCodesHelp = `
Exit codes:
  0    passed
  1    at least one configuration failed, beyond what is tolerated
  2    wrong use or bad input; nothing was tested
  3    no verdict: configurations could not be tested, the start was refused, or
       the execution timed out, was aborted or took longer than the deadline
  130  interrupted; an execution is stopped first
`;
