import { createHash } from 'node:crypto';

/**
 * Identifiers, of which there may be hundreds of thousands of 1,024 characters: each takes twelve bytes, the start of its
 * SHA-256. That two of a million are taken for one has a chance of less than one to 10^17.
 */
export class IdentifierSet {
  private readonly digests = new Set<string>();

  /** @returns whether it is a new one */
  add(identifier: string): boolean {
    const { size } = this.digests;
    this.digests.add(digestOf(identifier));
    return this.digests.size > size;
  }

  has(identifier: string): boolean {
    return this.digests.has(digestOf(identifier));
  }

  get size(): number {
    return this.digests.size;
  }
}

function digestOf(identifier: string): string {
  return createHash('sha256').update(identifier).digest().toString('latin1', 0, 12);
}
