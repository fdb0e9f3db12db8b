/** How many configurations, in words. */
export function counted(count: number): string {
  return count === 1 ? '1 configuration' : `${count} configurations`;
}
