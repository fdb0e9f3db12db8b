/** A stack of a cloud assembly with everything in its template resolved, on demand. */
import type { Json, JsonObject } from '../../../lib/wire';
import { UserError } from '../../io/userError';
import { partitionOf, type Environment } from './environment';
import { evaluateCondition, referencedNames, resolve, type Scope } from './intrinsics';
import { asText, parameterValue, pseudoParameter } from './parameters';
import { attributeOf, refOf, stableUuid, type ResourceView } from './resourceTypes';
import type { Template, TemplateOutput, TemplateResource } from './template';

export interface StackOptions {
  stackName: string;
  environment: Environment;
  template: Template;
  tags: Record<string, string>;
  /** The values of a nested stack's parameters. */
  parameters?: JsonObject;
  surroundings: Surroundings;
}

/** The other stacks of the app. Each answer is undefined where there is none. */
export interface Surroundings {
  /** An export in the stack's own account and Region. */
  exported(name: string, importer: Environment): Json | undefined;
  /** An output of the stack of that name; the one in the same account is preferred. */
  output(stackName: string, outputName: string, environment: Environment): Json | undefined;
  /** The nested stack of a resource of type `AWS::CloudFormation::Stack`. */
  nested(logicalId: string, parent: Stack): Stack | undefined;
}

/** A resource that the stack's conditions leave in. */
export interface StackResource extends TemplateResource {
  logicalId: string;
}

/** Resolves references, functions and conditions of one template. Everything it throws is a UserError with the place. */
export class Stack implements Scope {
  readonly stackName: string;
  readonly stackId: string;
  readonly environment: Environment;
  readonly languageExtensions: boolean;
  readonly tags: Record<string, string>;
  private readonly template: Template;
  private readonly conditions = new Map<string, boolean | 'evaluating'>();
  private readonly nestedStacks = new Map<string, Stack | undefined>();

  constructor(readonly options: StackOptions) {
    const { stackName, environment, template, tags } = options;
    const { account, region } = environment;
    this.stackName = stackName;
    this.environment = environment;
    this.template = template;
    this.tags = tags;
    this.languageExtensions = template.languageExtensions;
    const uuid = stableUuid(`${account}/${region}/${stackName}`);
    this.stackId = `arn:${partitionOf(region)}:cloudformation:${region}:${account}:stack/${stackName}/${uuid}`;
  }

  /** The resources in the order in which they would be created. Throws for a cycle and for an unknown reference. */
  resources(): StackResource[] {
    const ordered = new Set<string>();
    const path: string[] = [];
    const visit = (logicalId: string): void => {
      if (ordered.has(logicalId)) return;
      if (path.includes(logicalId)) {
        const cycle = [...path.slice(path.indexOf(logicalId)), logicalId].join(' → ');
        throw new UserError(`Circular dependency between resources of stack ${this.stackName}: ${cycle}.`);
      }
      path.push(logicalId);
      this.dependencies(logicalId).forEach(visit);
      path.pop();
      ordered.add(logicalId);
    };
    Object.keys(this.template.resources)
      .filter((logicalId) => this.isPresent(logicalId))
      .forEach(visit);
    return [...ordered].map((logicalId) => ({ logicalId, ...this.resource(logicalId) }));
  }

  /** The value of an output, for the parent of a nested stack. */
  output(key: string): Json | undefined {
    const output = this.template.outputs[key];
    return output && (resolve(output.value, this, `stack ${this.stackName}, output ${key}`) ?? undefined);
  }

  /** The outputs as the template declares them, by their keys, without those whose condition is false. */
  declaredOutputs(): [string, TemplateOutput][] {
    return Object.entries(this.template.outputs).filter(
      ([key, { condition }]) =>
        condition === undefined || this.condition(condition, `stack ${this.stackName}, output ${key}`),
    );
  }

  /** A property of a resource, resolved; undefined where it isn't set. */
  property(logicalId: string, name: string): Json | undefined {
    const { properties } = this.resource(logicalId);
    if (!Object.hasOwn(properties, name)) return undefined;
    return resolve(properties[name] ?? null, this, `stack ${this.stackName}, resource ${logicalId}, property ${name}`);
  }

  /** The value that the stack exports under a name; undefined where it exports none. */
  exported(name: string): Json | undefined {
    const key = Object.keys(this.template.outputs).find((output) => this.exportName(output) === name);
    return key === undefined ? undefined : this.output(key);
  }

  /** What Ref gives for a resource. */
  physicalId(logicalId: string): string {
    const nested = this.nestedStack(logicalId);
    return nested ? nested.stackId : refOf(this.view(logicalId));
  }

  /** The nested stack of a resource; undefined for other resources. */
  nestedStack(logicalId: string): Stack | undefined {
    if (this.resource(logicalId).type !== 'AWS::CloudFormation::Stack') return undefined;
    if (!this.nestedStacks.has(logicalId)) {
      this.nestedStacks.set(logicalId, this.options.surroundings.nested(logicalId, this));
    }
    return this.nestedStacks.get(logicalId);
  }

  ref(name: string, where: string): Json | undefined {
    if (name.startsWith('AWS::')) return pseudoParameter(name, this, where);
    if (Object.hasOwn(this.template.parameters, name)) {
      const value = this.parameter(name);
      if (value === undefined) {
        throw new UserError(
          `Parameter ${name} of stack ${this.stackName} has no default, and ${where} needs its value.`,
        );
      }
      return value;
    }
    this.requirePresent(name, where);
    return this.physicalId(name);
  }

  getAtt(logicalId: string, attribute: string, where: string): Json {
    this.requirePresent(logicalId, where);
    const output = /^Outputs\.(.+)$/.exec(attribute)?.[1];
    const nested = output === undefined ? undefined : this.nestedStack(logicalId)?.output(output);
    return nested ?? attributeOf(this.view(logicalId), attribute);
  }

  condition(name: string, where: string): boolean {
    const known = this.conditions.get(name);
    if (known === 'evaluating') throw new UserError(`Condition ${name} of stack ${this.stackName} depends on itself.`);
    if (known !== undefined) return known;
    const declared = Object.hasOwn(this.template.conditions, name) ? this.template.conditions[name] : undefined;
    if (declared === undefined) throw new UserError(`There is no condition ${name}, which ${where} asks for.`);
    this.conditions.set(name, 'evaluating');
    try {
      const value = evaluateCondition(declared, this, `stack ${this.stackName}, condition ${name}`);
      this.conditions.set(name, value);
      return value;
    } catch (error) {
      // Whoever asks next gets the same reason.
      this.conditions.delete(name);
      throw error;
    }
  }

  mapping(name: string, where: string): JsonObject {
    const mapping = Object.hasOwn(this.template.mappings, name) ? this.template.mappings[name] : undefined;
    if (!mapping) throw new UserError(`There is no mapping ${name}, which ${where} asks for.`);
    return mapping;
  }

  importValue(name: string, where: string): Json {
    const value = this.options.surroundings.exported(name, this.environment);
    if (value === undefined) throw new UserError(`No stack of the app exports ${name}, which ${where} imports.`);
    return value;
  }

  stackOutput(stackName: string, outputName: string, region: string | undefined, where: string): Json {
    const environment = { ...this.environment, region: region ?? this.environment.region };
    const value = this.options.surroundings.output(stackName, outputName, environment);
    if (value === undefined) {
      throw new UserError(`No stack ${stackName} of the app has an output ${outputName}, which ${where} asks for.`);
    }
    return value;
  }

  availabilityZones(region: string): string[] {
    return ['a', 'b', 'c'].map((zone) => (region || this.environment.region) + zone);
  }

  /**
   * A resource as the template declares it.
   * @throws a UserError where it declares none of that name
   */
  resource(logicalId: string): TemplateResource {
    const resource = this.template.resources[logicalId];
    if (!resource) throw new UserError(`There is no resource ${logicalId} in stack ${this.stackName}.`);
    return resource;
  }

  /** Undefined for a name that can't be resolved, too: who imports another must not fail because of it. */
  private exportName(key: string): Json | undefined {
    const { exportName, condition } = this.template.outputs[key] ?? {};
    const where = `stack ${this.stackName}, output ${key}`;
    try {
      if (exportName === undefined || (condition !== undefined && !this.condition(condition, where))) return undefined;
      return resolve(exportName, this, `${where}, Export`);
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  private isPresent(logicalId: string): boolean {
    const { condition } = this.resource(logicalId);
    return condition === undefined || this.condition(condition, `stack ${this.stackName}, resource ${logicalId}`);
  }

  private requirePresent(logicalId: string, where: string): void {
    if (Object.hasOwn(this.template.resources, logicalId) && this.isPresent(logicalId)) return;
    throw new UserError(
      `Unresolved reference: there is no resource or parameter ${logicalId}, which ${where} refers to.`,
    );
  }

  /** The resources that one needs before it. */
  private dependencies(logicalId: string): string[] {
    const where = `stack ${this.stackName}, resource ${logicalId}`;
    const { properties, dependsOn } = this.resource(logicalId);
    const named = Object.entries(properties).flatMap(([name, value]) =>
      referencedNames(value, this, `${where}, property ${name}`).map((reference) => ({ reference, name })),
    );
    for (const { reference, name } of named) {
      if (reference.startsWith('AWS::') || Object.hasOwn(this.template.parameters, reference)) continue;
      this.requirePresent(reference, `${where}, property ${name}`);
    }
    // A DependsOn on a resource whose condition is false is ignored, as by CloudFormation.
    return [...dependsOn, ...named.map(({ reference }) => reference)].filter(
      (reference) => Object.hasOwn(this.template.resources, reference) && this.isPresent(reference),
    );
  }

  private parameter(name: string): Json | undefined {
    const declared = this.template.parameters[name];
    return declared && parameterValue(name, declared, this.options.parameters?.[name]);
  }

  /** A resource as its type sees it. */
  view(logicalId: string): ResourceView {
    const { type } = this.resource(logicalId);
    return {
      logicalId,
      type,
      stackName: this.stackName,
      environment: this.environment,
      property: (name) => {
        const value = this.property(logicalId, name);
        return value === undefined ? undefined : asText(value);
      },
      ordinal: (property) => {
        const siblings = Object.entries(this.template.resources).filter(([, resource]) => resource.type === type);
        const own = JSON.stringify(this.resource(logicalId).properties[property]);
        const group = siblings.filter(([, { properties }]) => JSON.stringify(properties[property]) === own);
        return group.findIndex(([id]) => id === logicalId) + 1;
      },
    };
  }
}
