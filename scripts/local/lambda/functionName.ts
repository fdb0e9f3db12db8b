/** Which function, and which version of it, a caller means. */
import type { DeployedFunction, Deployment } from '../app/deployment';
import { partitionOf } from '../app/environment';
import { brokenConstraint, ServiceError } from '../http/service';

/** As in the API reference of Invoke. */
const namePattern = String.raw`(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`;
const functionName = new RegExp(`^${namePattern}$`);
const qualifierPattern = String.raw`\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9$_-]+`;

/** One version of a function, as a caller named it. */
export interface FunctionTarget {
  deployed: DeployedFunction;
  /** `$LATEST` or a number. */
  version: string;
  /** The function's ARN, with the qualifier that was asked for, if any. */
  arn: string;
}

/**
 * Finds the function that a name (`name`, `name:qualifier`, `123456789012:function:name` or an ARN) and a qualifier
 * mean.
 * @throws ValidationException, ResourceNotFoundException, and InvalidParameterValueException, which a function that
 * can't be served here gets as well
 */
export function findFunction(deployment: Deployment, functionName: string, qualifier?: string): FunctionTarget {
  const named = parseFunctionName(functionName);
  if (qualifier !== undefined && !new RegExp(`^(?:${qualifierPattern})$`).test(qualifier)) {
    throw invalid('qualifier', qualifier, qualifierPattern);
  }
  if (named.qualifier !== undefined && qualifier !== undefined && named.qualifier !== qualifier) {
    const message = 'The derived qualifier from the function name does not match the specified qualifier.';
    throw new ServiceError('InvalidParameterValueException', 400, message);
  }
  const { account, region, functions, unserved } = deployment;
  if (named.region !== undefined && named.region !== region) {
    const message = `Functions from '${named.region}' are not reachable in this region ('${region}')`;
    throw new ServiceError('ResourceNotFoundException', 404, message);
  }
  const isHere = named.account === undefined || named.account === account;
  const reason = isHere ? unserved.functions.get(named.name) : undefined;
  if (reason !== undefined) {
    const message = `The local endpoint can't serve the function ${named.name}: ${reason}`;
    throw new ServiceError('InvalidParameterValueException', 400, message);
  }
  const asked = named.qualifier ?? qualifier;
  const suffix = asked === undefined ? '' : `:${asked}`;
  const deployed = isHere ? functions.find((candidate) => candidate.functionName === named.name) : undefined;
  const version = deployed && versionOf(deployed, asked);
  if (!deployed || version === undefined) {
    const arn = `arn:${partitionOf(region)}:lambda:${region}:${named.account ?? account}:function:${named.name}${suffix}`;
    throw new ServiceError('ResourceNotFoundException', 404, `Function not found: ${arn}`);
  }
  return { deployed, version, arn: `${deployed.functionArn}${suffix}` };
}

interface FunctionName {
  name: string;
  account?: string;
  region?: string;
  qualifier?: string;
}

function parseFunctionName(text: string): FunctionName {
  if (!functionName.test(text)) throw invalid('functionName', text, namePattern);
  const parts = text.split(':');
  const isArn = parts[0] === 'arn';
  const [region, account, name, qualifier] = isArn
    ? [parts[3], parts[4], parts[6], parts[7]]
    : parts[1] === 'function'
      ? [undefined, parts[0], parts[2], parts[3]]
      : [undefined, undefined, parts[0], parts[1]];
  if (name === undefined) throw invalid('functionName', text, namePattern);
  return { name, account, region, qualifier };
}

function versionOf(deployed: DeployedFunction, qualifier = '$LATEST'): string | undefined {
  if (qualifier === '$LATEST' || deployed.versions.includes(qualifier)) return qualifier;
  return Object.hasOwn(deployed.aliases, qualifier) ? deployed.aliases[qualifier] : undefined;
}

function invalid(member: string, value: string, pattern: string): ServiceError {
  return brokenConstraint(
    `Value '${value}' at '${member}'`,
    `Member must satisfy regular expression pattern: ${pattern}`,
  );
}

/**
 * A member that has to be one of some values.
 * @throws ValidationException
 */
export function oneOf<Value extends string>(
  member: string,
  value: string | undefined,
  values: readonly Value[],
): Value {
  const found = values.find((candidate) => candidate === (value ?? values[0]));
  if (found !== undefined) return found;
  throw brokenConstraint(
    `Value '${value ?? ''}' at '${member}'`,
    `Member must satisfy enum value set: [${values.join(', ')}]`,
  );
}
