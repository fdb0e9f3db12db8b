/** What a program's file is, by how it starts. */
import { open } from 'node:fs/promises';

/** What this project knows of the architectures that Lambda has, by Lambda's names. */
export type Architecture = 'x86_64' | 'arm64';

export type ProgramFile =
  | {
      type: 'script';
      /** What its first line names, and what that is to find on the PATH, if so. */ interpreter: string;
      program?: string;
    }
  | { type: 'linux'; /** Undefined for one that Lambda doesn't have. */ architecture?: Architecture }
  | { type: 'other'; what: string };

/** Of a script's first line Linux heeds no more (execve(2)). */
const headBytes = 256;

/** By e_ident and e_machine of the ELF header (elf(5)): 64 bits, little-endian, the machine. */
const linux: [hex: RegExp, architecture: Architecture][] = [
  [/^7f454c460201.{24}3e00/, 'x86_64'],
  [/^7f454c460201.{24}b700/, 'arm64'],
];

/** Mach-O in its forms, and the start of every program of Windows. */
const foreign: [hex: RegExp, what: string][] = [
  [/^(cafebabe|c[ef]faedfe|feedfac[ef])/, 'a program for macOS'],
  [/^4d5a/, 'a program for Windows'],
];

/** Reads the start of a file. Rejects where it can't be read. */
export async function readProgramFile(file: string): Promise<ProgramFile> {
  const head = await readHead(file);
  if (head.subarray(0, 2).toString('latin1') === '#!') return script(head);
  const hex = head.subarray(0, 64).toString('hex');
  if (hex.startsWith('7f454c46')) {
    return { type: 'linux', architecture: linux.find(([header]) => header.test(hex))?.[1] };
  }
  const what = foreign.find(([start]) => start.test(hex))?.[1];
  return { type: 'other', what: what ?? 'neither a program for Linux nor a script, which starts with #!' };
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** `#!/bin/sh -e`, or `#!/usr/bin/env -S python3 -u`, which looks for the program itself. */
function script(head: Buffer): ProgramFile {
  const [line = ''] = head.toString('utf8', 2).split('\n', 1);
  const [interpreter = '', ...args] = line.split(/[ \t]+/).filter((word) => word !== '');
  const program = args.find((word) => !word.startsWith('-') && !word.includes('='));
  return { type: 'script', interpreter, ...(interpreter.endsWith('/env') ? { program } : {}) };
}
