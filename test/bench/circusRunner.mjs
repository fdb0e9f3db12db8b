/**
 * Runs Stryker's mutants in a process that has loaded source and tests already, at milliseconds each. (Its runner for Jest
 * loads all test files again for each mutant, which takes seconds.) The tests are run by what runs them in Jest, too: jest-circus.
 * The files whose path in test/ matches `circus.tests` share one module registry, so there is no `jest.mock`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';

/** What the instrumented source looks at: which mutant is active, and where it notes what a test reached. */
const stryker = (globalThis.__stryker__ ??= {});

/** As Jest's transform does, so that `import()` is `require` as well. */
function compileTypeScript(require) {
  const [[, [, options]]] = Object.entries(require('./jest.config.cjs').transform);
  const { transformSync } = require('@swc/core');
  const compiled = new Map();
  require.extensions['.ts'] = (module, filename) => {
    if (!compiled.has(filename)) {
      const settings = { ...options, filename, module: { type: 'commonjs' }, sourceMaps: 'inline' };
      compiled.set(filename, transformSync(readFileSync(filename, 'utf8'), settings).code);
    }
    module._compile(compiled.get(filename), filename);
  };
}

class CircusRunner {
  static inject = tokens(commonTokens.options);

  constructor(options) {
    this.testPaths = new RegExp(options.circus.tests);
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  init() {
    const require = createRequire(`${process.cwd()}/package.json`);
    compileTypeScript(require);
    this.require = require;
    this.circus = require('jest-circus');
    const requireAsCircus = createRequire(require.resolve('jest-circus'));
    const { jestExpect: expect } = requireAsCircus('@jest/expect');
    const { ModuleMocker } = createRequire(requireAsCircus.resolve('jest-runtime'))('jest-mock');
    const jest = new ModuleMocker(globalThis);
    const { describe, it, test, beforeAll, beforeEach, afterAll, afterEach } = this.circus;
    Object.assign(globalThis, { expect, jest, describe, it, test, beforeAll, beforeEach, afterAll, afterEach });
    this.circus.addEventHandler((event) => this.follow(event));
    const fail = (error) => this.circus.getState().currentlyRunningTest?.errors.push(error);
    process.on('uncaughtException', fail).on('unhandledRejection', fail);
    this.load();
  }

  load() {
    const { cache } = this.require;
    Object.keys(cache).forEach((file) => file.includes('/node_modules/') || Reflect.deleteProperty(cache, file));
    this.circus.resetState();
    stryker.currentTestId = undefined;
    for (const file of this.testFiles()) {
      const path = `test/${file}`;
      this.circus.describe(path, () => void this.require(`${process.cwd()}/${path}`));
    }
    this.tests = [];
    this.ids = new Map();
    this.taken = new Set();
    this.collect(this.circus.getState().rootDescribeBlock, '');
    this.asWritten = new Map(this.tests.map((test) => [test, test.mode]));
  }

  testFiles() {
    return readdirSync('test', { recursive: true })
      .filter((file) => this.testPaths.test(file))
      .sort();
  }

  /** Gives each test and each block an id, which for a block covers what its `beforeAll` does. */
  collect(block, prefix) {
    this.ids.set(block, prefix);
    for (const [index, child] of block.children.entries()) {
      const id = `${prefix}${child.name}`;
      if (child.type === 'describeBlock') this.collect(child, `${id} › `);
      else {
        this.tests.push(child);
        this.ids.set(child, this.taken.has(id) ? `${id} #${index}` : id);
        this.taken.add(id);
      }
    }
  }

  follow({ name, hook, test }) {
    if (name === 'test_start') stryker.currentTestId = this.ids.get(test);
    if (name === 'hook_start' && hook.type.endsWith('All')) stryker.currentTestId = this.ids.get(hook.parent);
    if (name === 'test_done' && this.bail && test.errors.length > 0) {
      for (const other of this.tests) other.mode = 'skip';
    }
  }

  /** Runs those that are wanted, until one fails where `bail` says so. */
  async run({ wanted, bail }) {
    this.bail = bail;
    // Ends a test that waits for what a mutant doesn't do.
    this.circus.getState().testTimeout = bail ? 10_000 : 60_000;
    for (const test of this.tests) {
      test.errors = [];
      test.status = null;
      test.mode = wanted === undefined || wanted.has(this.ids.get(test)) ? this.asWritten.get(test) : 'skip';
    }
    await this.circus.run();
    return this.tests.filter(({ status }) => status === 'done').map((test) => this.resultOf(test));
  }

  resultOf(test) {
    const id = this.ids.get(test);
    const result = { id, name: id, timeSpentMs: test.duration ?? 0, fileName: id.split(' › ')[0] };
    if (test.errors.length === 0) return { ...result, status: TestStatus.Success };
    const [error] = test.errors.flat();
    return { ...result, status: TestStatus.Failed, failureMessage: String(error?.stack ?? error) };
  }

  async dryRun() {
    const tests = await this.run({ bail: false });
    return { status: DryRunStatus.Complete, tests, mutantCoverage: this.coverage() };
  }

  /** What a block reaches by its hooks, each of its tests does. */
  coverage() {
    const { static: atLoad = {}, perTest = {} } = stryker.mutantCoverage ?? {};
    const blocks = [...this.ids].filter(([{ type }, id]) => type === 'describeBlock' && perTest[id] !== undefined);
    const ofTests = this.tests.map((test) => {
      const id = this.ids.get(test);
      const above = blocks.filter(([, block]) => id.startsWith(block)).map(([, block]) => perTest[block]);
      return [id, Object.assign({}, ...above, perTest[id])];
    });
    return { static: atLoad, perTest: Object.fromEntries(ofTests) };
  }

  async mutantRun(options) {
    const result = await this.runWith(options);
    // What an earlier mutant left in memory may have failed the test, and not this mutant.
    if (
      result.status !== 'killed' ||
      options.mutantActivation === 'static' ||
      (await this.passWithoutMutant(result.killedBy))
    ) {
      return result;
    }
    this.load();
    return this.runWith(options);
  }

  async passWithoutMutant(ids) {
    stryker.hitLimit = undefined;
    const tests = await this.run({ wanted: new Set(ids), bail: true });
    return tests.every(({ status }) => status === TestStatus.Success);
  }

  async runWith({ activeMutant, mutantActivation, reloadEnvironment, testFilter, hitLimit, disableBail }) {
    stryker.hitLimit = hitLimit;
    stryker.hitCount = hitLimit === undefined ? undefined : 0;
    stryker.activeMutant = mutantActivation === 'static' ? activeMutant.id : undefined;
    try {
      if (reloadEnvironment || mutantActivation === 'static') this.load();
      stryker.activeMutant = activeMutant.id;
      const tests = await this.run({ wanted: testFilter && new Set(testFilter), bail: !disableBail });
      const limitReached = determineHitLimitReached(stryker.hitCount, stryker.hitLimit);
      return limitReached === undefined
        ? toMutantRunResult({ status: DryRunStatus.Complete, tests }, disableBail)
        : { status: 'timeout', reason: limitReached.reason };
    } catch (error) {
      // With the mutant, source that can't be loaded any more fails every test; without it, the trouble is this runner's.
      if (mutantActivation !== 'static') throw error;
      return {
        status: 'killed',
        killedBy: [this.ids.get(this.tests[0]) ?? 'load'],
        failureMessage: String(error),
        nrOfTests: 0,
      };
    } finally {
      stryker.activeMutant = undefined;
    }
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'circus', CircusRunner)];
