/**
 * How deep lists and objects may nest in each other, in a configuration and in what a function returns. As many levels as
 * AWS evaluates in a JSONata expression (measured); how deep a payload of Step Functions may nest is not documented. What
 * nests thousands deep runs `JSON.stringify` out of stack.
 */
export const maxDepth = 100;

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
