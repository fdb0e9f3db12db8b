/** Configurations whose identifiers nobody knows: what is there in place of one names its place, and can't be run again. */

/** An item of a child execution that left no results and could not be described. @param index from 0 up */
export function itemOfChild(index: number, child: string): string {
  return `item ${index + 1} of the child execution ${child}`;
}

/**
 * What else there is in a list that only the state machine reads, where its execution did not come to its end. It keeps
 * what is run again of such a run from passing: the rest was never tested.
 */
export const restOfList = 'the rest of the list';

/** One of these, or an item of a list in S3 that is no configuration, as the state machine calls it. */
export function isUnnamed(identifier: string): boolean {
  return identifier === restOfList || /^item \d+ of (?:the child execution |s3:\/\/)/.test(identifier);
}
