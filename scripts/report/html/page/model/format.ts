const counts = new Intl.NumberFormat('en');

/** `10,000` */
export function count(number: number): string {
  return counts.format(number);
}

/** `1 configuration`, `40 configurations` */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** `734 ms`, `3.0 s`, `4 min 05 s`, `2 h 03 min` */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${count(Math.floor(minutes / 60))} h ${twoDigits(minutes % 60)} min`;
}

/** `2025-11-22 03:14:07 UTC`, from milliseconds since 1970. */
export function utc(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `83%`, from a share; 0 and 100 stand for exactly these. */
export function percent(share: number): string {
  if (share <= 0 || share >= 1) return share <= 0 ? '0%' : '100%';
  return `${Math.min(99, Math.max(1, Math.round(share * 100)))}%`;
}

/** `$12.30`, `$0.0031`: what is less than a cent keeps two significant digits. */
export function usd(amount: number): string {
  if (amount === 0 || amount >= 0.01) return `$${amount.toFixed(2)}`;
  const decimals = Math.min(10, 1 - Math.floor(Math.log10(amount)));
  return `$${amount.toFixed(decimals)}`;
}

/** A step of 1, 2 or 5 times a power of ten that splits a range into at most so many parts. */
export function roundStep(range: number, parts: number): number {
  const least = range / parts;
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => factor * power >= least * 0.999) ?? 10) * power;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
