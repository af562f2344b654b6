import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';

/** One thing wrong with a configuration: where, and what to write there. */
export interface ConfigError {
  readonly path: string;
  readonly message: string;
}

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly ConfigError[] };

/** `/fronts/0/port` → `fronts[0].port`, as a person would write it. */
const pathText = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '') || '(whole file)';

/** Fills in defaults, then lists everything that is wrong at once; unknown keys are wrong. */
export function checkConfig<S extends TSchema>(schema: S, given: unknown): Checked<Static<S>> {
  const value = Value.Default(schema, Value.Clone(given));
  if (Value.Check(schema, value)) return { ok: true, value };
  const errors = [...Value.Errors(schema, value)].map((error) => ({
    path: pathText(error.instancePath),
    message: error.message,
  }));
  return { ok: false, errors };
}
