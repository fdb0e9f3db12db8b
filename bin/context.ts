import { App } from 'aws-cdk-lib';

/**
 * Reads a setting of the sample app: from the context (`-c sleepyMaxSeconds=3`) or, failing that, from the environment
 * (`SYSTEM_TEST_SLEEPY_MAX_SECONDS=3`).
 */
export function text(app: App, name: string): string | undefined {
  const variable = `SYSTEM_TEST_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
  const value: unknown = app.node.tryGetContext(name) ?? process.env[variable];
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

/** The same for a number; an empty value counts as none. Throws a TypeError that names the setting and its value. */
export function number(app: App, name: string): number | undefined {
  const value = text(app, name) || undefined;
  if (value !== undefined && !Number.isFinite(Number(value))) {
    throw new TypeError(`Expected the context value ${name} to be a number, got "${value}".`);
  }
  return value === undefined ? undefined : Number(value);
}
