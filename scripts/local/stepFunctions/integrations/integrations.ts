/** The integrations that Task states can use here. */
import { emulatedIntegrations } from './emulated';
import type { Integration } from './integration';
import { lambdaIntegrations } from './lambda';
import { s3Integrations } from './s3';

/** By what stands in a Resource after `arn:aws:states:::`. */
export const integrations: ReadonlyMap<string, Integration> = new Map(
  [...lambdaIntegrations, ...s3Integrations, ...emulatedIntegrations].map((one) => [
    `${one.resourceType}:${one.resource}`,
    one,
  ]),
);
