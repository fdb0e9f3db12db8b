import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Runtimes } from '../../../../scripts/local/lambda/runtimes/runtimes';
import { describeWith } from '../clientFixture';
import { newDirectory, removeDirectories } from '../cloudAssembly';
import { cleanUp, deployed, serveLambda, surroundings } from './lambdaFixture';
import { describePython, runtime } from './pythonBehaviour';
import { testBehaviours } from './runtimeBehaviours';

const runtimeCache = newDirectory();
afterAll(removeDirectories);

const describePip = describeWith('Python', 'python3', ['--version']);

describePip("a function in Python by AWS's own client", () => {
  describePython(() => ({ runtimeCache }));
});

describePip('a function in Python', () => {
  const source = `
import os, signal, sys, time

def raise_(context):
    raise ValueError('Bäd')

if os.environ.get('ON_LOAD') == 'raise':
    raise_(None)
if os.environ.get('ON_LOAD') == 'exit7':
    sys.exit(7)

invocations = 0
acts = {
    'succeed': lambda c: {'system_test_successful': True, 'invocations': invocations},
    'print': lambda c: [sys.stderr.write('two\\n'), print('Größe')],
    'context': lambda c: {
        'requestId': c.aws_request_id,
        'arn': c.invoked_function_arn,
        'deadline': c._epoch_deadline_time_in_ms,
        'stage': os.environ['STAGE'],
        'taskRoot': os.environ['LAMBDA_TASK_ROOT'],
        'folder': os.getcwd(),
    },
    'raise': raise_,
    'exit0': lambda c: sys.exit(0),
    'exit7': lambda c: sys.exit(7),
    'killed': lambda c: os.kill(os.getpid(), signal.SIGKILL),
    'hang': lambda c: time.sleep(60),
    'memory': lambda c: [bytearray(b'1') * (1 << 20) for _ in iter(int, 1)],
    'tooLarge': lambda c: 'x' * 6_291_556,
}

def handler(event, context):
    global invocations
    invocations += 1
    print('one')
    return acts[event](context)
`;
  testBehaviours({
    deployed: (overrides) => deployed({ 'index.py': source }, { runtime, ...overrides }),
    runtimes: () => new Runtimes({ ...surroundings, runtimeCache }),
    raised: 'ValueError',
    raisedOnLoad: { errorType: 'ValueError', errorMessage: 'Bäd' },
  });
});

describePip('what is installed for Python', () => {
  beforeAll(() => endpoints(runtimeCache, surroundings.env));
  afterAll(cleanUp);
  const client =
    'import boto3, sys\ndef handler(event, context): return [boto3.__name__, "awslambdaric" in sys.modules]';

  /** What endpoints of their own, all at once, answer and note; the first note is about the interpreter. */
  function endpoints(cache: string, env: NodeJS.ProcessEnv, count = 1, source = client) {
    const one = async () => {
      const notes: string[] = [];
      const note = (line: string) => notes.push(line);
      const runtimes = new Runtimes({ cwd: process.cwd(), env, runtimeCache: cache, note });
      const lambda = await serveLambda([deployed({ 'index.py': source }, { runtime })], { runtimes });
      const { payload } = await lambda.invoke({});
      await lambda.close();
      return { payload, notes: notes.slice(1) };
    };
    return Promise.all(Array.from({ length: count }, one));
  }

  test('is taken from the cache without pip, and installed anew where it is broken', async () => {
    const env = { ...surroundings.env, PIP_INDEX_URL: 'http://127.0.0.1:1/' };
    expect(await endpoints(runtimeCache, env)).toEqual([{ payload: ['boto3', true], notes: [] }]);
    const [name = ''] = readdirSync(runtimeCache);
    rmSync(join(runtimeCache, name, 'lib'), { recursive: true });
    const installing = expect.stringMatching(
      `^Installing awslambdaric 4.2.2 and boto3 for Python .*, once, in ${runtimeCache}.$`,
    );
    expect(await endpoints(runtimeCache, surroundings.env)).toEqual([
      { payload: ['boto3', true], notes: [installing] },
    ]);
    expect(readdirSync(runtimeCache)).toEqual([name]);
  });

  test("is boto3 alone where AWS's client is for another system", async () => {
    const { platform } = process;
    Object.defineProperty(process, 'platform', { value: 'darwin' });
    const [answer] = await endpoints(runtimeCache, surroundings.env);
    Object.defineProperty(process, 'platform', { value: platform });
    expect(answer).toEqual({
      payload: ['boto3', false],
      notes: [
        `${runtime} functions run by the local endpoint's own client: awslambdaric 4.2.2 is for Linux and Python 3.10 and above.`,
      ],
    });
  });

  test('is whole where two endpoints install it at once', async () => {
    const cache = newDirectory();
    const answers = await endpoints(cache, surroundings.env, 2);
    expect(answers.map(({ payload }) => payload)).toEqual([
      ['boto3', true],
      ['boto3', true],
    ]);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  test.each([
    ['no index answers', { PIP_INDEX_URL: 'http://127.0.0.1:1/', PIP_FIND_LINKS: '' }, /Connection refused/],
    ['the index has something else by these names', { PIP_NO_INDEX: '1', PIP_FIND_LINKS: 'FORGED' }, /HASHES/],
  ])('is done without where %s', async (_name, settings, reason) => {
    const forged = newDirectory();
    const requirements = readFileSync(
      join(__dirname, '../../../../scripts/local/lambda/python/requirements.txt'),
      'utf8',
    );
    for (const [, name = '', version = ''] of requirements.matchAll(/^([\w-]+)==([\w.]+)/gm)) {
      writeFileSync(join(forged, `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`), 'forged');
    }
    const pip = { ...settings, PIP_FIND_LINKS: settings.PIP_FIND_LINKS.replace('FORGED', forged) };
    const cache = newDirectory();
    const source = 'import sys\ndef handler(event, context): return "awslambdaric" in sys.modules';
    const [answer] = await endpoints(cache, { ...surroundings.env, ...pip }, 1, source);
    expect(answer?.payload).toBe(false);
    const note = answer?.notes.at(-1);
    expect(note).toContain('own client, without boto3: awslambdaric 4.2.2 and boto3 could not be installed (');
    expect(note).toMatch(reason);
    expect(readdirSync(cache)).toEqual([]);
  });
});
