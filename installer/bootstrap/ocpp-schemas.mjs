import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure, say } from './failure.mjs';
import { alone } from './lock.mjs';
import { hashOf, stampOf } from './project.mjs';

/** The package that carries the schemas of the Open Charge Alliance, and where in it each version is. */
const SOURCE = 'node_modules/typed-ocpp';
const FOLDERS = { 1.6: 'ocpp16', '2.0.1': 'ocpp20', 2.1: 'ocpp21' };
const INPUTS = [`${SOURCE}/package.json`, 'installer/bootstrap/ocpp-schemas.mjs'];

const OUTPUT = 'protocols/dist/ocpp';
const CODE = 'schemas.js';
const TYPES = 'schemas.d.ts';

const TYPES_TEXT = `/** JSON texts by action; \`$ref\` leads into the definitions of the version. */
interface VersionSchemas {
  readonly definitions: string;
  readonly requests: Readonly<Record<string, string>>;
  readonly responses: Readonly<Record<string, string>>;
}
export declare const SCHEMAS: Readonly<Record<'1.6' | '2.0.1' | '2.1', VersionSchemas>>;
`;

/** Words for people, and what stands beside the schema that it describes. */
const isLeftOut = (/** @type {string} */ key, /** @type {unknown} */ value) =>
  key === 'definitions' || (key === 'description' && typeof value === 'string');

/** A schema without what no validator reads. @param {unknown} node @returns {unknown} */
function bare(node) {
  if (Array.isArray(node)) return node.map(bare);
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([key, value]) => !isLeftOut(key, value));
  return Object.fromEntries(kept.map(([key, value]) => [key, bare(value)]));
}

/**
 * The schemas of a version, each message apart from the definitions that all of them share: what is
 * shared is compiled once.
 * @param {Readonly<Record<string, { definitions?: Record<string, unknown> }>>} messages
 */
function split(messages) {
  /** @type {Record<string, string>} */
  const requests = {};
  /** @type {Record<string, string>} */
  const responses = {};
  /** @type {Record<string, unknown>} */
  const definitions = {};
  for (const [name, schema] of Object.entries(messages)) {
    for (const [key, value] of Object.entries(schema.definitions ?? {})) {
      definitions[key] ??= bare(value);
    }
    const into = name.endsWith('Response') ? responses : requests;
    into[name.replace(/(Request|Response)$/, '')] = JSON.stringify(bare(schema));
  }
  return { definitions: JSON.stringify(definitions), requests, responses };
}

/** @param {string} root @param {string} name @param {string} text */
function write(root, name, text) {
  const file = path.join(root, OUTPUT, name);
  mkdirSync(path.dirname(file), { recursive: true });
  // A reader finds the old file or the new one, never half of it.
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** @param {string} root */
async function generate(root) {
  /** @type {Record<string, unknown>} */
  const versions = {};
  for (const [version, folder] of Object.entries(FOLDERS)) {
    const file = path.join(root, SOURCE, 'dist', folder, 'schemas.js');
    if (!existsSync(file)) {
      throw new Failure(`${file} is missing.`, 'Run "npm ci" and start again.');
    }
    versions[version] = split(await import(pathToFileURL(file).href));
  }
  write(root, TYPES, TYPES_TEXT);
  write(root, CODE, `export const SCHEMAS = ${JSON.stringify(versions, undefined, 1)};\n`);
}

/**
 * Takes the OCPP schemas out of the package that brings them, once for each release of it: nothing
 * of the Open Charge Alliance is committed, and nothing is compiled before it is needed.
 * @param {string} root
 */
export async function ocppSchemas(root) {
  const hash = hashOf(root, INPUTS);
  const stamp = stampOf(root, 'ocpp-schemas');
  const isThere = () =>
    stamp.fits(hash) && [CODE, TYPES].every((name) => existsSync(path.join(root, OUTPUT, name)));
  if (isThere()) return;
  await alone(root, async () => {
    if (isThere()) return;
    say('preparing the OCPP schemas …');
    stamp.clear();
    await generate(root);
    stamp.set(hash);
  });
}
