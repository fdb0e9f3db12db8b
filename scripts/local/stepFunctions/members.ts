import { isJsonObject, type Json, type JsonObject } from '../../../lib/wire';
import { brokenConstraint, refuseUnserved, ServiceError } from '../http/service';
import { parseJson } from './parseJson';

interface TextLimits {
  /** Characters; default 1. */
  min?: number;
  max?: number;
  /** Bytes of UTF-8. */
  maxBytes?: number;
}

/** From 0. */
interface NumberLimits {
  max?: number;
  integer?: boolean;
}

/**
 * Reads the members of a request. What is missing or of the wrong type or size is answered with a ValidationException
 * in AWS's words.
 */
export class Members {
  constructor(
    private readonly members: JsonObject,
    /** What stands before a member's name in messages. */
    private readonly path = '',
  ) {}

  /** @throws SerializationException for a body that is no JSON object */
  static of(body: Buffer): Members {
    let value: unknown;
    try {
      value = body.length === 0 ? {} : parseJson(body.toString());
    } catch {
      value = undefined;
    }
    if (isJsonObject(value)) return new Members(value);
    throw new ServiceError('SerializationException', 400, 'The body of the request is not a JSON object.');
  }

  get names(): string[] {
    return Object.keys(this.members);
  }

  text(name: string, limits?: TextLimits): string {
    return this.optionalText(name, limits) ?? invalid(`Value null at '${this.path}${name}'`, 'Member must not be null');
  }

  optionalText(name: string, { min = 1, max = Infinity, maxBytes = Infinity }: TextLimits = {}): string | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') return invalid(this.at(name, value), 'Member must be a string');
    if (value.length < min) invalid(this.at(name, value), `Member must have length greater than or equal to ${min}`);
    if (value.length > max) invalid(this.at(name, value), `Member must have length less than or equal to ${max}`);
    if (Buffer.byteLength(value) > maxBytes) {
      const size = `Member must have size less than or equal to ${maxBytes} bytes in UTF-8 encoding`;
      invalid(`Value at '${this.path}${name}'`, size);
    }
    return value;
  }

  /** One of these values. */
  optionalChoice<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    const found = values.find((candidate) => candidate === value);
    return found ?? invalid(this.at(name, value), `Member must satisfy enum value set: [${values.join(', ')}]`);
  }

  optionalFlag(name: string): boolean | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === 'boolean') return value;
    return invalid(this.at(name, value), 'Member must be a boolean');
  }

  /** The members of an object, of these names only. */
  optionalMembers(name: string, served: readonly string[]): Members | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (!isJsonObject(value)) return invalid(this.at(name, value), 'Member must be an object');
    const operation = `${this.path}${name}`;
    refuseUnserved(operation, { given: Object.keys(value), served, error: 'ValidationException' });
    return new Members(value, `${operation}.`);
  }

  /** A number in a range, both ends included. */
  optionalNumber(name: string, { max = Infinity, integer = false }: NumberLimits): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || (integer && !Number.isInteger(value))) {
      return invalid(this.at(name, value), `Member must be ${integer ? 'an integer' : 'a number'}`);
    }
    if (value < 0) invalid(this.at(name, value), 'Member must have value greater than or equal to 0');
    if (value > max) invalid(this.at(name, value), `Member must have value less than or equal to ${max}`);
    return value;
  }

  /** How many results a page has: 1 to 1,000; 0 and nothing mean 100 (API reference). */
  pageSize(): number {
    const value = this.optionalNumber('maxResults', { max: 1000, integer: true }) ?? 0;
    return value === 0 ? 100 : value;
  }

  private get(name: string): Json | undefined {
    const value = Object.hasOwn(this.members, name) ? this.members[name] : undefined;
    return value === null ? undefined : value;
  }

  private at(name: string, value: Json): string {
    return `Value '${typeof value === 'string' ? value : JSON.stringify(value)}' at '${this.path}${name}'`;
  }
}

/** Answers that a value breaks a constraint of the API's model. */
function invalid(value: string, constraint: string): never {
  throw brokenConstraint(value, constraint);
}
