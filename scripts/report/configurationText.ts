import type { JsonObject } from '../../lib/wire';
import { cut } from '../terminal/printable';

/**
 * What a configuration holds beside its identifier, on one line: `country: FR, limits: {"rows":10}`. Empty where nothing.
 * @param length characters at most
 */
export function configurationText(configuration: JsonObject = {}, length: number): string {
  let text = '';
  for (const [key, value] of Object.entries(configuration)) {
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    text += `${text === '' ? '' : ', '}${key}: ${shown}`;
    if (text.length > length) return cut(text, length);
  }
  return text;
}
