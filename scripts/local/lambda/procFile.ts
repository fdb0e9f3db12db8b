import { readFileSync } from 'node:fs';

/** What Linux tells in a file of `/proc` (proc(5)); empty where it has no such file, as of a process that has ended. */
export function readProcFile(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch {
    return '';
  }
}
