/** How deep lists and objects may nest in each other. What nests many thousands deep runs `JSON.stringify` out of stack. */
export const maxDepth = {
  /** More is a mistake, and runs the parsers that tell the lines out of stack. */
  configuration: 100,
  /**
   * What Jackson takes, the parser of JSON on a JVM, where Step Functions runs (`StreamReadConstraints.DEFAULT_MAX_DEPTH`);
   * AWS documents no bound.
   */
  response: 1000,
};

/** Whether lists and objects nest in each other more than `levels` deep; `[1]` is one deep. */
export function isDeeper(value: unknown, levels: number): boolean {
  let inside: unknown[] = [value];
  for (let depth = 0; depth <= levels; depth++) {
    inside = inside.flatMap((one) =>
      typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : [],
    );
    if (inside.length === 0) {
      return false;
    }
  }
  return true;
}
