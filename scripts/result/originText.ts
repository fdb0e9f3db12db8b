import type { RunOrigin } from '../../lib/wire';

/** The origin in one line; empty where nothing but versions is known. */
export function originLine({ commit, branch, pipeline, build, function_version: version }: RunOrigin): string {
  if (commit === undefined && build === undefined) return '';
  return [
    ['commit', commit],
    ['branch', branch],
    ['pipeline', pipeline],
    ['build', build],
    ['function version', version],
  ]
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
    .join(', ');
}

/** Whether a text can be the address of a build: of at most 1,024 characters, on the web, without a name or password in it. */
export function isBuildUrl(text: string): boolean {
  if (!URL.canParse(text) || text.length > 1024) return false;
  const { protocol, username, password } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}
