import type { OutputStream } from '../io/commandIo';
import { printable } from './printable';

/** How much the command says on standard error: errors only, what a person wants to know, or every call. */
export type Loudness = 'quiet' | 'normal' | 'verbose';

/** As the flags say. */
export function loudnessOf({ quiet, verbose }: { quiet?: boolean; verbose?: boolean }): Loudness {
  return quiet ? 'quiet' : verbose ? 'verbose' : 'normal';
}

/** What the command says beside its report. */
export class Talk {
  /** @param redact takes the secrets out of all that is said */
  constructor(
    private readonly stream: OutputStream,
    readonly loudness: Loudness,
    private readonly redact: ((text: string) => string) & { hide?(secret: string): void } = (text) => text,
  ) {}

  /** Keeps a secret out of all that is said from now on, and of all else that is redacted in the same way. */
  hide(secret: string): void {
    this.redact.hide?.(secret);
  }

  /** Something that a person wants to know. */
  note(text: string): void {
    if (this.loudness !== 'quiet') {
      this.say(text);
    }
  }

  /** Something for a search for trouble. */
  detail(text: string): void {
    if (this.loudness === 'verbose') {
      this.say(text);
    }
  }

  error(text: string): void {
    this.say(`error: ${text}`);
  }

  private say(text: string): void {
    this.stream.write(`${printable(this.redact(text))}\n`);
  }
}
