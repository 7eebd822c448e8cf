declare module 'asl-validator' {
  /** Against the JSON Schema of Amazon States Language, and what no schema says: unreachable states, JSONPath, ARNs. */
  export default function validate(definition: object): {
    readonly isValid: boolean;
    readonly errors: readonly object[];
  };
}
