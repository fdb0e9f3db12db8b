/** `2030-01-31T12:00:00Z`, with a fraction of a second or an offset such as `+01:00` if need be. */
const rfc3339 =
  /^(?<local>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?<fraction>\.\d+)?(?:Z|(?<offset>[+-](?:0\d|1[0-8]):[0-5]\d))$/;

/**
 * Milliseconds since the epoch of a time in RFC 3339 with an upper case T and an offset or Z, as the Amazon States
 * Language has it; undefined for any other text, and for days and hours that don't exist (`Date.parse` takes both).
 */
export function parseTimestamp(text: string): number | undefined {
  const { local, fraction = '', offset } = rfc3339.exec(text)?.groups ?? {};
  if (local === undefined) return undefined;
  const [year = 0, month = 0, day, hour, minute, second] = local.split(/\D/).map(Number);
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, local.length) !== local) return undefined;
  const [hours = 0, minutes = 0] = (offset ?? '').slice(1).split(':').map(Number);
  const ahead = (hours * 60 + minutes) * (offset?.startsWith('-') ? -60_000 : 60_000);
  return time + Math.floor(Number(`0${fraction}`) * 1000) - ahead;
}
