import { App } from 'aws-cdk-lib';
import { Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';

/**
 * Reads a setting of the sample app: from the context (`-c sleepyMaxSeconds=3`) or, failing that, from the environment
 * (`SYSTEM_TEST_SLEEPY_MAX_SECONDS=3`).
 */
export function text(app: App, name: string): string | undefined {
  const variable = `SYSTEM_TEST_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
  const value: unknown = app.node.tryGetContext(name) ?? process.env[variable];
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * The same for a number; an empty value counts as none.
 * @throws a TypeError that names the setting and its value
 */
export function number(app: App, name: string): number | undefined {
  const value = text(app, name) || undefined;
  if (value !== undefined && !Number.isFinite(Number(value))) {
    throw new TypeError(`Expected the context value ${name} to be a number, got "${value}".`);
  }
  return value === undefined ? undefined : Number(value);
}

/**
 * The same for what is on or off; off is the default.
 * @throws a TypeError that names the setting and its value
 */
export function flag(app: App, name: string): boolean {
  const value = text(app, name) || 'false';
  if (value !== 'true' && value !== 'false') {
    throw new TypeError(`Expected the context value ${name} to be true or false, got "${value}".`);
  }
  return value === 'true';
}

/**
 * The same for a runtime of Node.js or Python; an empty value counts as none.
 * @throws a TypeError that names the setting and its value
 */
export function runtime(app: App, name: string): Runtime | undefined {
  const value = text(app, name) || undefined;
  const found = Runtime.ALL.find((one) => one.name === value);
  const served = found?.family === RuntimeFamily.NODEJS || found?.family === RuntimeFamily.PYTHON;
  if (value !== undefined && !served) {
    throw new TypeError(
      `Expected the context value ${name} to be a runtime of Node.js or Python such as python3.13, got "${value}".`,
    );
  }
  return found;
}

/**
 * The same for one of several values, in upper or lower case; an empty value counts as none.
 * @throws a TypeError that names the setting and its value
 */
export function choice<T extends string>(app: App, name: string, values: readonly T[]): T | undefined {
  const value = text(app, name) || undefined;
  const found = values.find((one) => one === value?.toUpperCase());
  if (value !== undefined && found === undefined) {
    throw new TypeError(`Expected the context value ${name} to be ${values.join(', ')}, got "${value}".`);
  }
  return found;
}

/**
 * The same for a text that can't be left out.
 * @throws a TypeError that names the setting and what it is
 */
export function required(app: App, name: string, description: string): string {
  const value = text(app, name);
  if (!value) throw new TypeError(`Expected the context value ${name}, ${description}: pass -c ${name}=….`);
  return value;
}
