import type { ProofCase } from '../case';
import { checkInputCases } from './checkInput';
import { choiceCases } from './choices';
import { endingCases } from './endings';
import { invocationCases } from './invocation';
import { listingCases } from './listing';
import { mapCases } from './maps';

/** All cases, in the order of an execution. */
export const cases: ProofCase[] = [
  ...listingCases,
  ...checkInputCases,
  ...choiceCases,
  ...mapCases,
  ...invocationCases,
  ...endingCases,
];
