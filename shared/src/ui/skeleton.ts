interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minimum?: number;
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;
/** Deeper than any message of the protocols. */
const DEEPEST = 8;

/** The smallest value that a JSON schema asks for, to begin with: what is required, nothing else. */
export function skeletonOf(schema: unknown, depth = 0): unknown {
  if (!isSchema(schema) || depth > DEEPEST) return null;
  if (schema.enum !== undefined) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'string':
      return '';
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    case 'array':
      return [skeletonOf(schema.items, depth + 1)];
    default:
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [
          name,
          skeletonOf(schema.properties?.[name], depth + 1),
        ]),
      );
  }
}
