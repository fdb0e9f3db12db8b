/** How deep lists and objects may nest in each other. What nests many thousands deep runs `JSON.stringify` out of stack. */
export const maxDepth = {
  /** More is a mistake, and runs the parsers that tell the lines out of stack. */
  configuration: 100,
  /**
   * Of what a function or an execution takes and returns. It is what Jackson takes, the parser of JSON on a JVM, where
   * Step Functions runs (`StreamReadConstraints.DEFAULT_MAX_DEPTH`); what AWS does is neither documented nor recorded.
   */
  payload: 1000,
};

/** Whether lists and objects nest in each other more than `levels` deep; `[1]` is one deep. It looks no deeper than that. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}
