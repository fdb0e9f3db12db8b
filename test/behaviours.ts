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
