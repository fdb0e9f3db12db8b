import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The files below a folder, by their paths from it, in no order. No link is followed: they may lead round in a circle, as
 * those of packages do, and Node.js's own recursion goes round. What can't be read has none.
 */
export async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const files = await Promise.all(
    entries.map(async (entry) => {
      if (!entry.isDirectory()) return entry.isFile() ? [entry.name] : [];
      return (await filesIn(join(directory, entry.name))).map((path) => join(entry.name, path));
    }),
  );
  return files.flat();
}
