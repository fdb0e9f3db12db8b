import { isJsonObject, type Json, type JsonObject } from '../../../../lib/wire';
import { jsonType } from '../expression';

/** Throws an error that names machine, state, field and the problem. */
export type Refuse = (field: string, problem: string) => never;

/** Fields of JSONPath states, which other Step Functions machines may have. */
const jsonPathFields = new Set([
  'InputPath',
  'OutputPath',
  'ResultPath',
  'ResultSelector',
  'Parameters',
  'Result',
  'ItemsPath',
  'MaxConcurrencyPath',
  'SecondsPath',
  'TimestampPath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'ErrorPath',
  'CausePath',
]);

/** Reads one object of a definition: each field once with its type, and in the end whatever nobody has read is refused. */
export class Fields {
  private readonly known = new Set<string>();

  constructor(
    private readonly object: JsonObject,
    /** Where the object stands in its state: empty, or `Retry[0]`. */
    readonly location: string,
    private readonly refuse: Refuse,
  ) {}

  /** How a field of this object is named in messages. */
  nameOf(field: string): string {
    return this.location === '' ? field : `${this.location}/${field}`;
  }

  /** Refuses one field of this object. */
  reject(field: string, problem: string): never {
    return this.refuse(this.nameOf(field), problem);
  }

  optional(field: string): Json | undefined {
    this.known.add(field);
    return Object.hasOwn(this.object, field) ? this.object[field] : undefined;
  }

  required(field: string): Json {
    const value = this.optional(field);
    return value === undefined ? this.reject(field, 'is required but missing') : value;
  }

  optionalString(field: string): string | undefined {
    const value = this.optional(field);
    if (value === undefined || typeof value === 'string') return value;
    return this.wrongType(field, 'a string', value);
  }

  string(field: string): string {
    const value = this.required(field);
    return typeof value === 'string' ? value : this.wrongType(field, 'a string', value);
  }

  /** A number in a range, both ends included. */
  optionalNumber(field: string, range: { min: number; max: number; integer: boolean }): number | undefined {
    const value = this.optional(field);
    if (value === undefined) return undefined;
    const valid =
      typeof value === 'number' &&
      value >= range.min &&
      value <= range.max &&
      (!range.integer || Number.isInteger(value));
    if (valid) return value;
    const kind = range.integer ? 'an integer' : 'a number';
    return this.wrongType(field, `${kind} from ${range.min} to ${range.max}`, value);
  }

  /** A list of objects, read one by one. */
  optionalObjects(field: string): Fields[] | undefined {
    const value = this.optional(field);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return this.wrongType(field, 'an array of objects', value);
    return value.map((item, index) => this.child(`${field}[${index}]`, item));
  }

  objectAt(field: string): Fields {
    return this.child(field, this.required(field));
  }

  strings(field: string): string[] {
    const value = this.required(field);
    const valid = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
    return valid ? value : this.wrongType(field, 'a list of strings', value);
  }

  /** The names of all fields. */
  names(): string[] {
    return Object.keys(this.object);
  }

  /** Takes a field that only explains. */
  comment(): void {
    this.optionalString('Comment');
  }

  /** Refuses every field that was not read. */
  finish(): void {
    for (const name of this.names().filter((field) => !this.known.has(field))) {
      if (jsonPathFields.has(name)) this.reject(name, 'belongs to JSONPath; only JSONata is supported');
      this.reject(name, 'is not supported here');
    }
  }

  private child(field: string, value: Json): Fields {
    if (!isJsonObject(value)) return this.wrongType(field, 'an object', value);
    return new Fields(value, this.nameOf(field), this.refuse);
  }

  private wrongType(field: string, expected: string, value: Json): never {
    const text = JSON.stringify(value);
    return this.reject(field, `expected ${expected}, got ${text.length > 60 ? jsonType(value) : text}`);
  }
}
