import { Duration } from 'aws-cdk-lib';
import { Configuration } from '../lib';
import type { LocalSystemTestOptions } from './localSystemTest';

/** The body of a function that behaves as its configuration's identifier says. */
export const behaviours = `
  const ok = { configuration_identifier: event.configuration_identifier, system_test_successful: true };
  switch (event.configuration_identifier.split(' ')[0]) {
    case 'raises': throw new Error('Something went wrong!');
    case 'hangs': return await new Promise((resolve) => setTimeout(resolve, 60000));
    case 'crashes': process.exit(1);
    case 'returns-nothing': return;
    case 'returns-a-list': return [ok];
    case 'returns-6-MB': return { ...ok, padding: 'x'.repeat(6e6) };
    case 'returns-7-MB': return { ...ok, padding: 'x'.repeat(7e6) };
    case 'returns-300-kB': return { ...ok, padding: 'x'.repeat(300000) };
    case 'logs-a-lot': console.log('x'.repeat(8000) + ' the end'); throw new Error('after 8 kB of log');
    case 'échoue': console.log('journal: ünïcödé ✗ 🎉'); throw new Error('ünïcödé ✗ 🎉');
    case 'echoes': return { ...ok, event };
    default: return ok;
  }`;

/** A system test of that function, which may take a second; one of its two configurations has a key of its own. */
export function behavingSystemTest(logTail: boolean): LocalSystemTestOptions {
  return {
    code: behaviours,
    props: {
      logTail,
      maxConcurrency: 20,
      payload: { table: 't' },
      configurations: ['config 0', Configuration.of('echoes by default', { region: 'eu' })],
    },
    function: { timeout: Duration.seconds(1) },
  };
}
