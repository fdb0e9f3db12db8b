/**
 * What Ref and Fn::GetAtt give for each type of resource, and the names that CloudFormation makes up.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
import { createHash } from 'node:crypto';
import type { Json } from '../../../lib/wire';
import { partitionOf, urlSuffixOf, type Environment } from './environment';

/** A resource as its type sees it. */
export interface ResourceView {
  logicalId: string;
  type: string;
  stackName: string;
  environment: Environment;
  /** A resolved property as text, an object as JSON; undefined where it isn't set. */
  property(name: string): string | undefined;
  /** Which one it is, from 1, of the template's resources of its type that have the same value for the property. */
  ordinal(property: string): number;
}

interface ResourceType {
  /** The property with an explicit name. */
  nameProperty?: string;
  /** The name that CloudFormation would make up; default `Stack-LogicalId-SUFFIX`. */
  generatedName?: (resource: ResourceView) => string;
  arn?: (resource: ResourceView, name: string) => string;
  /** What Ref gives: the name, by default, or the ARN. */
  ref?: 'arn' | ((resource: ResourceView, name: string) => string);
  /** Attributes beside `Arn`. */
  attributes?: Record<string, (resource: ResourceView, name: string) => Json>;
}

/** What Ref gives, which is the physical id as well. */
export function refOf(resource: ResourceView): string {
  const type = typeOf(resource);
  const name = nameOf(resource);
  if (type.ref === 'arn') return arnOf(resource);
  return type.ref ? type.ref(resource, name) : name;
}

/**
 * What Fn::GetAtt gives. For a type or an attribute that isn't known here it's a value that looks like one and stays
 * the same: whole apps are loaded here, of which a system test uses a few resources.
 */
export function attributeOf(resource: ResourceView, attribute: string): Json {
  const known = typeOf(resource).attributes;
  if (known && Object.hasOwn(known, attribute)) return known[attribute]?.(resource, nameOf(resource)) ?? null;
  return /Arn$/.test(attribute) ? arnOf(resource) : `${nameOf(resource)}.${attribute}`;
}

/** The resource's name: the one in its properties, or one as CloudFormation makes it up. */
export function nameOf(resource: ResourceView): string {
  const type = typeOf(resource);
  const explicit = type.nameProperty === undefined ? undefined : resource.property(type.nameProperty);
  return explicit ?? (type.generatedName ?? stackBound(255))(resource);
}

/** Whether the name is made up, as its properties hold none. */
export function hasMadeUpName(resource: ResourceView): boolean {
  const { nameProperty } = typeOf(resource);
  return nameProperty === undefined || resource.property(nameProperty) === undefined;
}

/** The resource's ARN. */
export function arnOf(resource: ResourceView): string {
  const { arn } = typeOf(resource);
  const name = nameOf(resource);
  if (arn) return arn(resource, name);
  const [, service = 'custom', kind = 'resource'] = resource.type.toLowerCase().split('::');
  return `${arnPrefix(resource, service)}:${kind}/${name}`;
}

/** A stable UUID for a key, as CloudFormation and KMS have random ones. */
export function stableUuid(key: string): string {
  const hex = createHash('sha256').update(key).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

const table: ResourceType = {
  nameProperty: 'TableName',
  arn: (resource, name) => `${arnPrefix(resource, 'dynamodb')}:table/${name}`,
};

const types: Record<string, ResourceType> = {
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    generatedName: stackBound(64),
    arn: (resource, name) => `${arnPrefix(resource, 'lambda')}:function:${name}`,
  },
  'AWS::Lambda::Version': {
    ref: (resource) => `${functionArn(resource)}:${resource.ordinal('FunctionName')}`,
    attributes: {
      Version: (resource) => String(resource.ordinal('FunctionName')),
      FunctionArn: (resource) => `${functionArn(resource)}:${resource.ordinal('FunctionName')}`,
    },
  },
  'AWS::Lambda::Alias': {
    ref: (resource) => `${functionArn(resource)}:${resource.property('Name') ?? ''}`,
    attributes: { AliasArn: (resource) => `${functionArn(resource)}:${resource.property('Name') ?? ''}` },
  },
  'AWS::Lambda::LayerVersion': {
    nameProperty: 'LayerName',
    generatedName: stackBound(64),
    ref: 'arn',
    arn: (resource, name) => `${arnPrefix(resource, 'lambda')}:layer:${name}:${layerVersion(resource)}`,
    attributes: { LayerVersionArn: arnOf },
  },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    generatedName: stackBound(64),
    arn: (resource, name) => `${iamPrefix(resource)}:role${resource.property('Path') ?? '/'}${name}`,
    attributes: { RoleId: (resource) => `AROA${suffix(resource, 16).toUpperCase()}` },
  },
  'AWS::IAM::ManagedPolicy': {
    nameProperty: 'ManagedPolicyName',
    ref: 'arn',
    arn: (resource, name) => `${iamPrefix(resource)}:policy${resource.property('Path') ?? '/'}${name}`,
  },
  'AWS::CloudFormation::Stack': { generatedName: stackBound(128) },
  'AWS::IAM::User': { nameProperty: 'UserName', arn: (resource, name) => `${iamPrefix(resource)}:user/${name}` },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    arn: (resource, name) => `${arnPrefix(resource, 'logs')}:log-group:${name}:*`,
  },
  'AWS::StepFunctions::StateMachine': {
    nameProperty: 'StateMachineName',
    generatedName: (resource) => `${resource.logicalId.slice(0, 67)}-${suffix(resource)}`,
    ref: 'arn',
    arn: (resource, name) => `${arnPrefix(resource, 'states')}:stateMachine:${name}`,
    attributes: { Name: (_, name) => name, StateMachineRevisionId: () => 'INITIAL' },
  },
  'AWS::StepFunctions::StateMachineVersion': {
    ref: (resource) => `${resource.property('StateMachineArn') ?? ''}:${resource.ordinal('StateMachineArn')}`,
  },
  'AWS::StepFunctions::StateMachineAlias': {
    nameProperty: 'Name',
    ref: 'arn',
    arn: (resource, name) => {
      const versions = resource.property('RoutingConfiguration') ?? resource.property('DeploymentPreference') ?? '';
      return `${/arn:[^"]*:stateMachine:[^":]+/.exec(versions)?.[0] ?? ''}:${name}`;
    },
  },
  'AWS::StepFunctions::Activity': {
    nameProperty: 'Name',
    ref: 'arn',
    arn: (resource, name) => `${arnPrefix(resource, 'states')}:activity:${name}`,
    attributes: { Name: (_, name) => name },
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    ref: 'arn',
    arn: (resource, name) => `${arnPrefix(resource, 'sns')}:${name}`,
    attributes: { TopicName: (_, name) => name },
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    generatedName: stackBound(80),
    arn: (resource, name) => `${arnPrefix(resource, 'sqs')}:${name}`,
    ref: queueUrl,
    attributes: { QueueName: (_, name) => name, QueueUrl: queueUrl },
  },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    generatedName: (resource) => stackBound(63)(resource).toLowerCase(),
    arn: (resource, name) => `arn:${partitionOf(resource.environment.region)}:s3:::${name}`,
    attributes: {
      DomainName: ({ environment }, name) => `${name}.s3.${urlSuffixOf(environment.region)}`,
      RegionalDomainName: ({ environment: { region } }, name) => `${name}.s3.${region}.${urlSuffixOf(region)}`,
    },
  },
  'AWS::KMS::Key': {
    generatedName: (resource) => stableUuid(`${resource.stackName}/${resource.logicalId}`),
    arn: (resource, name) => `${arnPrefix(resource, 'kms')}:key/${name}`,
    attributes: { KeyId: (_, name) => name },
  },
  'AWS::KMS::Alias': { nameProperty: 'AliasName' },
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::SSM::Parameter': {
    nameProperty: 'Name',
    arn: (resource, name) => `${arnPrefix(resource, 'ssm')}:parameter/${name.replace(/^\//, '')}`,
    attributes: {
      Type: (resource) => resource.property('Type') ?? 'String',
      Value: (resource) => resource.property('Value') ?? '',
    },
  },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    ref: 'arn',
    arn: (resource, name) => `${arnPrefix(resource, 'secretsmanager')}:secret:${name}-${suffix(resource, 6)}`,
    attributes: { Id: (resource) => arnOf(resource) },
  },
  'AWS::Events::Rule': {
    nameProperty: 'Name',
    arn: (resource, name) => `${arnPrefix(resource, 'events')}:rule/${name}`,
  },
};

function typeOf({ type }: ResourceView): ResourceType {
  return (Object.hasOwn(types, type) ? types[type] : undefined) ?? {};
}

/** `Stack-LogicalId-SUFFIX`, both parts cut where it would be longer than the service allows. */
function stackBound(maximum: number): (resource: ResourceView) => string {
  return (resource) => {
    const { stackName, logicalId } = resource;
    const room = maximum - 14;
    const stack = stackName.slice(0, Math.max(room - logicalId.length, Math.floor(room / 2)));
    return `${stack}-${logicalId.slice(0, room - stack.length)}-${suffix(resource)}`;
  };
}

/** CloudFormation's is random; here a resource keeps its name from run to run, so that scripts may hold on to it. */
function suffix({ stackName, logicalId }: ResourceView, length = 12): string {
  const digest = createHash('sha256').update(`${stackName}/${logicalId}`).digest('base64');
  return digest.replace(/[^A-Za-z0-9]/g, '').slice(0, length);
}

/** On AWS it counts up with each deployment. Here stacks may share a layer's name, and each has its own version. */
function layerVersion({ stackName, logicalId }: ResourceView): number {
  return 1 + (Number.parseInt(stableUuid(`${stackName}/${logicalId}`).slice(0, 8), 16) % 1_000_000);
}

function arnPrefix({ environment: { account, region } }: ResourceView, service: string): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${account}`;
}

/** IAM has no Region. */
function iamPrefix({ environment: { account, region } }: ResourceView): string {
  return `arn:${partitionOf(region)}:iam::${account}`;
}

function queueUrl({ environment: { account, region } }: ResourceView, name: string): string {
  return `https://sqs.${region}.${urlSuffixOf(region)}/${account}/${name}`;
}

/** The ARN of the function that a version or an alias belongs to: its property holds a name or an ARN. */
function functionArn(resource: ResourceView): string {
  const given = resource.property('FunctionName') ?? '';
  return given.startsWith('arn:') ? given : `${arnPrefix(resource, 'lambda')}:function:${given}`;
}
