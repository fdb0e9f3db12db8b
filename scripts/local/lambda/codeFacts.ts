/** Size and hash of a function's code, for its description. */
import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

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
  const paths = await readdir(directory, { recursive: true }).catch(() => []);
  for (const path of paths.sort()) {
    const file = join(directory, path);
    if (!(await lstat(file)).isFile()) continue;
    const bytes = await readFile(file);
    codeSize += bytes.length;
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return { codeSize, codeSha256: hash.digest('base64') };
}
