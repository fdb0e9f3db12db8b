import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { deployLocally, type LocalSystemTest } from '../localSystemTest';

const root = join(__dirname, '..', '..');
const file = join(root, 'docs', 'ci.md');
const page = readFileSync(file, 'utf8');

/** The code below a heading of the page. */
function codeBelow(heading: string): string {
  const [, code] = new RegExp(`\n## ${heading}\n[^]*?\`\`\`\\w+\n([^]*?)\`\`\``).exec(page)!;
  return code!;
}

interface Step {
  uses?: string;
  run?: string;
}
const github = parse(codeBelow('GitHub Actions')) as {
  permissions: Record<string, string>;
  jobs: Record<string, { if?: string; steps: Step[] }>;
};
const gitlab = parse(codeBelow('GitLab')) as Record<
  string,
  { script: string[]; retry: object; artifacts: { paths: string[]; reports: { junit: string } } }
> & { '.aws': { before_script: string[] } };
const jenkins = codeBelow('Jenkins');
const codeBuild = parse(codeBelow('CodeBuild')) as { phases: { build: { commands: string[] } } };

/** All that a job of each server does after the deployment, and the files that the server then takes. */
const tests: [string, string[], string[]][] = [
  [
    'GitHub Actions',
    github.jobs['system-test']!.steps.flatMap(({ run }) => run ?? []),
    ['system-test.xml', 'system-test.json', 'summary.md'],
  ],
  [
    'GitLab',
    [...gitlab['.aws'].before_script, ...gitlab['system-test']!.script],
    [...gitlab['system-test']!.artifacts.paths, gitlab['system-test']!.artifacts.reports.junit],
  ],
  [
    'Jenkins',
    Array.from(jenkins.matchAll(/\bsh '(.*)'|\bscript: '(.*)'/g), ([, step, script]) => (step ?? script)!),
    [/junit testResults: '(.*?)'/.exec(jenkins)![1]!],
  ],
  ['CodeBuild', codeBuild.phases.build.commands, ['reports/junit.xml']],
];

/** What a registry or a deployment is needed for is left out. */
const ours = (commands: string[]) => commands.filter((one) => !/^(?:npm ci|npx cdk deploy .*)$/.test(one)).join('\n');

/** AWS's answer to AssumeRoleWithWebIdentity: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
const assumed = `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
  <AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>local</SecretAccessKey><SessionToken>local</SessionToken>
  <Expiration>2099-01-01T00:00:00Z</Expiration>
</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

let directory: string;
let systemTest: LocalSystemTest;
/** What the service of temporary credentials was asked. */
const asked: string[] = [];
const sts = createServer((request, response) => {
  request.setEncoding('utf8').on('data', (body: string) => asked.push(body));
  request.on('end', () => response.setHeader('Content-Type', 'text/xml').end(assumed));
});
beforeAll(async () => {
  await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
  directory = mkdtempSync(join(tmpdir(), 'ci-'));
  systemTest = await deployLocally({
    // Bad is what a file says that is there or not.
    code: `const bad = require('node:fs').existsSync(${JSON.stringify(join(directory, 'bad'))});
      if (bad && event.configuration_identifier === 'feed_2') throw new Error('No such feed');
      return { system_test_successful: true };`,
    stack: 'Feeds',
    props: { configurations: ['feed_1', 'feed_2'] },
  });
});
afterAll(async () => {
  sts.close();
  await systemTest.close();
  rmSync(directory, { recursive: true });
});

/** A checkout with the built command as an installed package's. */
function checkout(): string {
  const source = mkdtempSync(join(directory, 'source-'));
  const bin = join(source, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(
    join(bin, 'system-test'),
    `#!/usr/bin/env node\nrequire(${JSON.stringify(join(root, 'dist', 'trigger.js'))});\n`,
    { mode: 0o755 },
  );
  return source;
}

/** Runs commands as the servers do: one shell, until one fails. */
function job(commands: string[], source: string, env: object): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const shell = spawn('bash', ['-e', '-c', ours(commands)], {
      cwd: source,
      env: {
        PATH: process.env.PATH,
        HOME: source,
        npm_config_offline: 'true',
        CI: 'true',
        AWS_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: systemTest.endpoint.url,
        ...env,
        GITHUB_ACTIONS: 'true',
        GITHUB_SHA: 'da15608',
        GITHUB_OUTPUT: join(source, 'output'),
        GITHUB_STEP_SUMMARY: join(source, 'summary.md'),
      },
    });
    let output = '';
    for (const stream of [shell.stdout, shell.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    shell.on('error', reject);
    shell.on('close', (code) => resolve({ code, output }));
  });
}

describe.each(tests)('the job for %s', (server, commands, files) => {
  it.each([
    ['passes', 0],
    ['fails with 1', 1],
  ])('%s as the system test does, and leaves what the server takes', async (_, expected) => {
    if (expected === 1) {
      writeFileSync(join(directory, 'bad'), '');
    } else {
      rmSync(join(directory, 'bad'), { force: true });
    }
    const source = checkout();
    const ofGitLab = {
      AWS_TOKEN: 'the token',
      AWS_WEB_IDENTITY_TOKEN_FILE: join(source, '.aws-token'),
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/Test',
      AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
    };
    const keys = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

    const { code, output } = await job(commands, source, server === 'GitLab' ? ofGitLab : keys);

    expect({ code, output }).toEqual({ code: expected, output: expect.stringContaining('Started the execution') });
    expect(files.filter((name) => !readFileSync(join(source, name), 'utf8').includes('feed_2'))).toEqual([]);
    if (server === 'GitHub Actions') {
      /* eslint-disable jest/no-conditional-expect -- what this server alone has */
      expect(readFileSync(join(source, 'output'), 'utf8')).toBe(`code=${expected}\n`);
      expect(output).toContain(expected === 1 ? '::error title=feed_2 failed%3A Error::' : '::notice title=');
      expect(readFileSync(join(source, 'system-test.json'), 'utf8')).toContain('"commit": "da15608"');
    }
  });
});

describe('docs/ci.md', () => {
  it.each(tests)('deploys before it tests: %s', (server) => {
    const code = codeBelow(server);
    expect(code).toMatch(/npx cdk deploy Feeds [^]*npx system-test run --stack Feeds /);
  });

  it('rolls back what failed and nothing else', () => {
    expect(github.jobs['roll-back']!.if).toBe("${{ failure() && needs.system-test.outputs.code == '1' }}");
    expect(gitlab['system-test']!.retry).toEqual({ max: 1, exit_codes: [3] });
  });

  it('takes the actions of GitHub in a known major version, and lets the job ask for its token', () => {
    const actions = Object.values(github.jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    expect(actions.filter((action) => !/^(?:actions|aws-actions)\/[\w-]+@v\d+$/.test(action))).toEqual([]);
    expect(github.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  });

  it('tests in GitLab with the role that it takes on by the token of the job', () => {
    expect(asked[0]).toMatch(/RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FTest&.*WebIdentityToken=the%20token/);
  });

  it('links to files and headings that exist', () => {
    const links = [...page.matchAll(/\]\((?!https:)([^)#]+)(?:#([^)]+))?\)/g)];
    expect(links.length).toBeGreaterThan(0);
    for (const [, path, anchor] of links) {
      const target = readFileSync(join(dirname(file), path!), 'utf8');
      const anchors = Array.from(target.matchAll(/^#+ (.*)$/gm), ([, heading]) =>
        heading!
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
      expect([undefined, ...anchors]).toContain(anchor);
    }
  });
});
