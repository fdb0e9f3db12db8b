import fc from 'fast-check';
import { Template } from 'aws-cdk-lib/assertions';
import { Configuration } from '../../../lib';
import { definedConfigurations } from '../../../lib/stateMachine/definedConfigurations';
import { checkInput } from '../../../lib/stateMachine/inputExpressions';
import { newSystemTest } from '../templateVariants';
import { textOf } from '../templates';

function synthesized(configurations: (string | Configuration)[]): string {
  const { stack } = newSystemTest(() => ({ configurations }));
  const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  return textOf((machine as { Properties: { DefinitionString: unknown } }).Properties.DefinitionString);
}

const definitionOf = (checked: string) => JSON.stringify({ States: { 'Check input': { Assign: { checked } } } });
const limits = { maxConcurrency: 10, toleratedFailures: 0, maxConfigurations: 1_000 };

describe("the construct's configurations", () => {
  const identifiers = [
    ...['plain', "it's", '"quoted"', 'C:\\new\\', "\\'", '😀 ü\u2028', 'a\nb', '{% $x %}', "'); $x := $parse('"],
    ...['$defaults := $listing.configurations;\n', 'x'.repeat(1_024)],
  ];

  it('are read back from the definition, whatever they are called', () => {
    const configurations = identifiers.map((one, index) =>
      index % 2 === 0 ? one : Configuration.of(one, { region: "'eu'" }),
    );
    expect(definedConfigurations(synthesized(configurations))).toEqual(identifiers);
  });

  it('are read back from a list that takes several texts', () => {
    const many = Array.from({ length: 3_000 }, (_, index) => `it's feed ${index}, \\`);
    expect(definedConfigurations(definitionOf(checkInput({ ...limits, configurations: many })))).toEqual(many);
  });

  it('are read back exactly, any text', () => {
    const unit = fc.constantFrom(...Array.from('\'"\\/,[]{}%$;=\nu0027a'), '😀', '\ud800');
    const text = fc.string({ unit, minLength: 1 }).filter((one) => one.trim() !== '');
    fc.assert(
      fc.property(fc.uniqueArray(text), (configurations) => {
        const definition = definitionOf(checkInput({ ...limits, configurations }));
        expect(definedConfigurations(definition)).toEqual(configurations);
      }),
      { numRuns: 20 },
    );
  });

  it('are known to the state machine alone where they are in a source', () => {
    expect(definedConfigurations(definitionOf(checkInput({ ...limits, listed: true })))).toBe('LISTED');
  });

  it('may be none', () => {
    expect(definedConfigurations(definitionOf(checkInput(limits)))).toEqual([]);
  });

  it.each([
    ['what is no JSON', '{'],
    ['another state machine', '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'],
    ['another expression', definitionOf("{% $defaults := ['a'];\n %}")],
    ['a text with another escape', definitionOf(String.raw`{% $defaults := $parse('[\u0022a"]');` + '\n %}')],
    ['a text that is computed', definitionOf(`{% $defaults := $parse('["a"]' & $more);\n %}`)],
    ['what comes after something else', definitionOf(`{% $defaults := $x; $defaults := $parse('["a"]');\n %}`)],
    ['what is no configuration', definitionOf(`{% $defaults := $parse('[7]');\n %}`)],
    ['what is no list', definitionOf(`{% $defaults := $parse('{}');\n %}`)],
  ])("can't be told from %s", (_, definition) => {
    expect(definedConfigurations(definition)).toBeUndefined();
  });
});
