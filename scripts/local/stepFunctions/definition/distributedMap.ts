import { isJsonObject, type JsonObject, limits } from '../../../../lib/wire';
import { shown } from '../../../../lib/wire/parsers';
import { bucketProblem, type BucketUse, type Reach } from '../integrations/integration';
import type { Template, TemplateCompiler } from '../payloadTemplate';
import type { CsvSource, DistributedMap, ItemBatcher, ItemReader, ResultWriter } from './definition';
import type { Fields } from './fields';
import type { StateReading } from './states';
import { readInteger, readTemplate, readTyped } from './templateFields';

/** Developer guide, "Using Map state in Distributed mode", Label. */
const label = /^[^\s?*<>{}[\]:;,\\|^~$#%&`"/\p{Cc}]{1,40}$/u;

/** Developer guide, "ItemReader (Map)". */
const maxReadItems = 100_000_000;
const delimiters: Record<string, string> = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' };

/** What only a Distributed Map has; undefined for an inline one. Takes the ProcessorConfig from the processor. */
export function readDistributed(
  fields: Fields,
  processor: Fields,
  { compile, reach }: Pick<StateReading, 'compile' | 'reach'>,
): DistributedMap | undefined {
  if (processor.optional('ProcessorConfig') === undefined) return undefined;
  const config = processor.objectAt('ProcessorConfig');
  const mode = readChoice(config, 'Mode', ['INLINE', 'DISTRIBUTED']) ?? 'INLINE';
  if (mode === 'INLINE') {
    config.finish();
    return undefined;
  }
  const executionType = readChoice(config, 'ExecutionType', ['STANDARD', 'EXPRESS']);
  config.finish();
  return {
    executionType: executionType ?? config.reject('ExecutionType', 'is required with the mode DISTRIBUTED'),
    label: readLabel(fields),
    processorText: textOf(fields.required('ItemProcessor') as JsonObject),
    reader: readReader(fields, compile, reach),
    batcher: readBatcher(fields, compile),
    writer: readWriter(fields, compile, reach),
    toleratedFailureCount: readInteger(
      fields,
      'ToleratedFailureCount',
      { min: 0, max: Number.MAX_SAFE_INTEGER },
      compile,
    ),
    toleratedFailurePercentage: readPercentage(fields, compile),
  };
}

function readChoice<T extends string>(fields: Fields, field: string, values: readonly T[]): T | undefined {
  const value = fields.optionalString(field);
  if (value === undefined) return undefined;
  const found = values.find((candidate) => candidate === value);
  return found ?? fields.reject(field, `expected ${values.join(' or ')}, got ${JSON.stringify(value)}`);
}

function readLabel(fields: Fields): string | undefined {
  const value = fields.optionalString('Label');
  if (value === undefined || label.test(value)) return value;
  const expected = '1 to 40 characters without spaces and special characters';
  return fields.reject('Label', `expected ${expected}, got ${JSON.stringify(value)}`);
}

/** What DescribeStateMachineForExecution answers for a child. */
function textOf(processor: JsonObject): string {
  return JSON.stringify({ QueryLanguage: 'JSONata', ...processor, ProcessorConfig: undefined });
}

function readPercentage(fields: Fields, compile: TemplateCompiler): Template | undefined {
  const template = readTyped(fields, 'ToleratedFailurePercentage', 'number', compile);
  const value = template?.constant;
  if (typeof value === 'number' && !(value >= 0 && value <= 100)) {
    fields.reject('ToleratedFailurePercentage', `expected a number from 0 to 100, got ${value}`);
  }
  return template;
}

function readReader(fields: Fields, compile: TemplateCompiler, reach?: Reach): ItemReader | undefined {
  if (fields.optional('ItemReader') === undefined) return undefined;
  if (fields.optional('Items') !== undefined) {
    fields.reject('ItemReader', 'a Map state takes either Items or an ItemReader');
  }
  const reader = fields.objectAt('ItemReader');
  const resource = reader.string('Resource');
  const [, operation] = /^arn:[a-z-]+:states:::s3:(getObject|listObjectsV2)$/.exec(resource) ?? [];
  if (operation === undefined) {
    const expected = 'arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2';
    reader.reject('Resource', `expected ${expected}, got ${JSON.stringify(resource)}`);
  }
  const config = reader.optional('ReaderConfig') === undefined ? undefined : reader.objectAt('ReaderConfig');
  const result: ItemReader = {
    source: operation === 'getObject' ? readObjectSource(reader, config) : { type: 'LIST' },
    arguments: readArguments(reader, operation === 'getObject' ? 'Key' : 'Prefix', 'read', compile, reach),
    maxItems: config && readInteger(config, 'MaxItems', { min: 1, max: maxReadItems }, compile),
  };
  config?.finish();
  reader.finish();
  return result;
}

function readObjectSource(reader: Fields, config: Fields | undefined): ItemReader['source'] {
  const type = config && readChoice(config, 'InputType', ['JSON', 'JSONL', 'CSV']);
  if (config === undefined || type === undefined) {
    return reader.reject('ReaderConfig', 'an InputType is required with s3:getObject: JSON, JSONL or CSV');
  }
  return type === 'CSV' ? readCsvSource(config) : { type };
}

function readCsvSource(config: Fields): CsvSource {
  const location = readChoice(config, 'CSVHeaderLocation', ['FIRST_ROW', 'GIVEN']);
  if (location === undefined) config.reject('CSVHeaderLocation', 'is required with the InputType CSV');
  const delimiter = readChoice(config, 'CSVDelimiter', Object.keys(delimiters)) ?? 'COMMA';
  const headers = location === 'GIVEN' ? config.strings('CSVHeaders') : undefined;
  return { type: 'CSV', headers, delimiter: delimiters[delimiter] as string };
}

/** The Bucket and the other member are texts; the object itself, or any of them, may be an expression. */
function readArguments(
  fields: Fields,
  member: 'Key' | 'Prefix',
  use: BucketUse,
  compile: TemplateCompiler,
  reach?: Reach,
): Template {
  const value = fields.required('Arguments');
  if (isJsonObject(value)) {
    const object = fields.objectAt('Arguments');
    const problem = bucketProblem(object.string('Bucket'), use, reach);
    if (problem !== undefined) object.reject('Bucket', problem);
    if (member === 'Key') object.string(member);
    else object.optionalString(member);
    object.finish();
  } else if (typeof value !== 'string') {
    fields.reject('Arguments', `expected an object or a JSONata expression, got ${shown(value)}`);
  }
  return readTemplate(fields, 'Arguments', compile) as Template;
}

function readBatcher(fields: Fields, compile: TemplateCompiler): ItemBatcher | undefined {
  if (fields.optional('ItemBatcher') === undefined) return undefined;
  const batcher = fields.objectAt('ItemBatcher');
  const result: ItemBatcher = {
    maxItems: readInteger(batcher, 'MaxItemsPerBatch', { min: 1, max: Number.MAX_SAFE_INTEGER }, compile),
    maxBytes: readInteger(batcher, 'MaxInputBytesPerBatch', { min: 1, max: limits.payloadBytes }, compile),
    input: readTemplate(batcher, 'BatchInput', compile),
  };
  if (result.maxItems === undefined && result.maxBytes === undefined) {
    batcher.reject('MaxItemsPerBatch', 'a batch needs a limit: MaxItemsPerBatch, MaxInputBytesPerBatch or both');
  }
  batcher.finish();
  return result;
}

function readWriter(fields: Fields, compile: TemplateCompiler, reach?: Reach): ResultWriter | undefined {
  if (fields.optional('ResultWriter') === undefined) return undefined;
  const writer = fields.objectAt('ResultWriter');
  const resource = writer.optionalString('Resource');
  if (resource !== undefined && !/^arn:[a-z-]+:states:::s3:putObject$/.test(resource)) {
    writer.reject('Resource', `expected arn:aws:states:::s3:putObject, got ${JSON.stringify(resource)}`);
  }
  const config = writer.optional('WriterConfig') === undefined ? undefined : writer.objectAt('WriterConfig');
  if (resource === undefined && config === undefined) {
    writer.reject('WriterConfig', 'a ResultWriter has a WriterConfig, or Resource and Arguments, or all three');
  }
  const result: ResultWriter = {
    transformation: (config && readChoice(config, 'Transformation', ['NONE', 'COMPACT', 'FLATTEN'])) ?? 'NONE',
    outputType: (config && readChoice(config, 'OutputType', ['JSON', 'JSONL'])) ?? 'JSON',
    arguments: resource === undefined ? undefined : readArguments(writer, 'Prefix', 'write', compile, reach),
  };
  if (resource === undefined && result.outputType === 'JSONL') {
    config?.reject('OutputType', 'JSONL needs a Resource: the result of a state is JSON');
  }
  config?.finish();
  writer.finish();
  return result;
}
