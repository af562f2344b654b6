import { createRequire } from 'node:module';
import { CENTRAL_ACTIONS, STATION_ACTIONS } from '@holdfast/protocols/ocpp/actions';
import { actionsOf, schemaOf } from '@holdfast/protocols/ocpp/schemas';
import { OCPP_VERSIONS, type OcppVersion } from '@holdfast/protocols/ocpp/version';
import { describe, expect, test } from 'vitest';

/**
 * A second source of the same schemas, by other hands: what one package loses in a release, the
 * other still has.
 */
const FILES = { '1.6': 'ocpp1_6', '2.0.1': 'ocpp2_0_1', '2.1': 'ocpp2_1' } as const;

interface Schema {
  readonly $id?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly string[];
  readonly maxLength?: number;
}

const require = createRequire(import.meta.url);
const others = (version: OcppVersion): readonly Schema[] =>
  require(`ocpp-rpc/lib/schemas/${FILES[version]}.json`) as readonly Schema[];

/** `urn:Reset.req`, `urn:ResetRequest`: the message and its direction. */
function nameOf({ $id = '' }: Schema): readonly [action: string, kind: 'request' | 'response'] {
  const name = $id.replace(/^urn:(OCPP:Cp:2:2020:3:|OCPP:.*:)?/, '');
  const kind = /(\.conf|Response)$/.test(name) ? 'response' : 'request';
  return [name.replace(/(\.req|\.conf|Request|Response)$/, ''), kind];
}

/** What two sources must agree on: fields, and which of them are demanded. */
const outlineOf = (schema: Schema | undefined) => ({
  fields: Object.keys(schema?.properties ?? {}).sort(),
  required: [...(schema?.required ?? [])].sort(),
});

const ours = (version: OcppVersion, schema: Schema): Schema | undefined =>
  schemaOf(version, ...nameOf(schema));

describe.each(OCPP_VERSIONS)('OCPP %s', (version) => {
  test('there is a schema for each action that goes one way or the other, and for no other', () => {
    const listed = new Set<string>([...STATION_ACTIONS[version], ...CENTRAL_ACTIONS[version]]);
    expect([...listed].sort()).toEqual([...actionsOf(version)].sort());
  });

  test('both sources know the same messages', () => {
    const theirs = new Set(others(version).map((schema) => nameOf(schema)[0]));
    expect([...theirs].sort()).toEqual([...actionsOf(version)].sort());
  });

  test('both sources want the same fields of them', () => {
    const different = others(version).filter((schema) => {
      const mine = outlineOf(ours(version, schema));
      return JSON.stringify(mine) !== JSON.stringify(outlineOf(schema));
    });
    expect(different.map(({ $id }) => $id)).toEqual([]);
  });

  test('both sources have the same words for enumerations', () => {
    const different = others(version).flatMap((schema) => {
      const mine = ours(version, schema)?.definitions ?? {};
      return Object.entries(schema.definitions ?? {}).filter(
        ([name, { enum: words }]) =>
          words !== undefined &&
          JSON.stringify([...words].sort()) !==
            JSON.stringify([...(mine[name]?.enum ?? [])].sort()),
      );
    });
    expect(different.map(([name]) => name)).toEqual([]);
  });
});
