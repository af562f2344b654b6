import type { OcppVersion } from '@holdfast/protocols/ocpp/version';

/** What may be asked of a pile by name, and the JSON schema of each. */
export interface PileOperations {
  readonly protocol: string;
  readonly items: readonly { readonly name: string; readonly schema: unknown }[];
}

const VERSIONS: readonly OcppVersion[] = ['1.6', '2.0.1', '2.1'];

/**
 * The operations of a pile's protocol, so that an engineer at the hub sees the same as at the site;
 * `undefined`: the protocol has none by name. Loaded when somebody looks.
 */
export async function operationsOf(
  vendor: string,
  protocolVersion: string,
): Promise<PileOperations | undefined> {
  const version = VERSIONS.find((known) => known === protocolVersion);
  if (vendor !== 'ocpp' || version === undefined) return undefined;
  const { CENTRAL_ACTIONS } = await import('@holdfast/protocols/ocpp/actions');
  const { schemaOf } = await import('@holdfast/protocols/ocpp/schemas');
  return {
    protocol: `ocpp${version}`,
    items: CENTRAL_ACTIONS[version].map((name) => ({
      name,
      schema: schemaOf(version, name, 'request'),
    })),
  };
}
