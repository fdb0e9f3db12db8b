declare module 'asl-validator' {
  /** Checks a definition in the Amazon States Language against a schema and the rules between its states. */
  export default function validate(definition: unknown): { isValid: boolean; errors: unknown[] };
}
