/** Changes each expression of the state machines in each way, and looks whether a case fails. See `npm run mutate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultEvaluationLimits } from '../../../../scripts/local/stepFunctions/evaluationBudget';
import type { Expression } from '../../../../scripts/local/stepFunctions/expression';
import type { Case } from './cases';
import { compile } from './evaluateHere';
import { mutantsOf } from './mutants';
import { outcome, shortCases } from './outcome';

/** Some mutants never end. */
const limits = { ...defaultEvaluationLimits, milliseconds: 1000 };

async function passes(one: Case, compiled: Expression): Promise<boolean> {
  const { said, expected } = await outcome(one, compiled);
  try {
    expect({ said }).toMatchObject({ said: expected });
    return true;
  } catch {
    return false;
  }
}

/** Whether one of the cases fails; those of an expression are of all that could. */
async function isKilled(cases: Case[], compiled: Expression): Promise<boolean> {
  for (const one of cases) if (!(await passes(one, compiled))) return true;
  return false;
}

test('a case fails for each change of an expression', async () => {
  const cases = new Map<string, Case[]>();
  for (const [, one] of shortCases) cases.set(one[1].expression, [...(cases.get(one[1].expression) ?? []), one]);
  // An expression is written into several state machines, with other constants: a case for one of them is enough.
  const mutants = new Map<string, boolean>();
  for (const [expression, own] of cases) {
    const compiled = compile(expression, limits);
    expect(await isKilled(own, compiled)).toBe(false);
    for (const { what, position, apply, undo } of mutantsOf(compiled.syntax)) {
      const around = [compiled.source.slice(0, position).slice(-30), compiled.source.slice(position).slice(0, 12)];
      const name = `${what.replace(/\d{2,}/g, 'N')} | ${around.join(' ◂ ').replace(/\s+/g, ' ').replace(/\d+/g, 'N')}`;
      if (mutants.get(name)) continue;
      apply();
      mutants.set(name, await isKilled(own, compiled));
      undo();
    }
  }
  const survivors = [...mutants].flatMap(([name, killed]) => (killed ? [] : name));
  const folder = join(__dirname, '..', '..', '..', '..', 'coverage', 'mutation');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'expressions.json'), JSON.stringify({ mutants: mutants.size, survivors }, null, 2));
  expect(1 - survivors.length / mutants.size).toBeGreaterThanOrEqual(0.8);
}, 3_600_000);
