/**
 * Repairs a log tail that went through JSONata's `$base64decode`, which gives each byte as one character (Latin-1):
 * where the bytes are UTF-8, they are decoded as such. A sequence that the cut to 4 KiB or to the output budget halved,
 * at the start or at the end, is left out. Any other text comes back as it is.
 */
export function repairLogTail(text: string): string {
  // eslint-disable-next-line no-control-regex -- Latin-1 includes the controls
  if (!/[\u0080-\u00ff]/.test(text) || /[^\u0000-\u00ff]/.test(text)) return text;
  const bytes = Buffer.from(text, 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(withoutHalves(bytes));
  } catch {
    return text;
  }
}

/** Without continuation bytes at the start and without an unfinished sequence at the end: at most three bytes each. */
function withoutHalves(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) {
    start++;
  }
  let lead = bytes.length - 1;
  while (lead > bytes.length - 4 && isContinuation(bytes[lead])) {
    lead--;
  }
  const complete = lead + sequenceLength(bytes[lead]) <= bytes.length;
  return bytes.subarray(start, complete ? bytes.length : lead);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte < 0xc0;
}

/** How many bytes a UTF-8 sequence has that starts with this byte. */
function sequenceLength(lead: number | undefined): number {
  if (lead === undefined || lead < 0xc0) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}
