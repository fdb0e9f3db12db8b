import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

interface ExternalTool {
  /** What it prints for an input; throws where it fails. */
  run: (args: string[], input: string) => string;
  describe: jest.Describe;
}

/**
 * A program that judges what we write. Where it, or the file that it needs, is missing the tests that need it are
 * skipped by their name, unless SYSTEM_TEST_REQUIRE_<name>=1 says that it has to be there, as in CI.
 */
export function externalTool(program: string, name = program.toUpperCase(), needed?: string): ExternalTool {
  const required = process.env[`SYSTEM_TEST_REQUIRE_${name}`] === '1';
  const missing =
    spawnSync(program, ['--version']).error !== undefined || (needed !== undefined && !existsSync(needed));
  return {
    run: (args, input) => {
      const { status, stdout, stderr, error } = spawnSync(program, args, {
        input,
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      });
      if (error) {
        throw error;
      }
      if (status !== 0) {
        throw new Error(`${program} ended with ${status}: ${stderr}${stdout}`);
      }
      return stdout;
    },
    describe: missing && !required ? describe.skip : describe,
  };
}
