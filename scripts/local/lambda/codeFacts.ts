/** Size and hash of a function's code, for its description. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

export interface CodeFacts {
  /** Bytes of all files. */
  codeSize: number;
  /** Base64. Over names and contents of all files: there is no zip file here whose hash it could be. */
  codeSha256: string;
}

/** Describes the code in a directory; an unreadable one counts as empty. */
export async function codeFacts(directory: string): Promise<CodeFacts> {
  const hash = createHash('sha256');
  let codeSize = 0;
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    const bytes = await readFile(file);
    codeSize += bytes.length;
    hash.update(`${relative(directory, file)}\0${bytes.length}\0`).update(bytes);
  }
  return { codeSize, codeSha256: hash.digest('base64') };
}
