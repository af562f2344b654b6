/*
 * Stands in for npm in the tests of the bootstrap: it records what it was asked and does as
 * FAKE_NPM says. Its folder is copied beside the project, so that nothing of it is found there.
 */
const fs = require('node:fs');
const path = require('node:path');

const WORDS = {
  untrusted: 'npm error code SELF_SIGNED_CERT_IN_CHAIN',
  offline: 'npm error code ENOTFOUND\nnpm error request to https://registry.example failed',
  'disk-full': 'npm error code ENOSPC\nnpm error nospc no space left on device, write',
  'lock-mismatch':
    'npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.',
  'not-allowed': 'npm error code EACCES\nnpm error permission denied, mkdir node_modules',
  odd: 'npm error something nobody has thought of',
};

/** What an installed Node would look like. */
function installNode(spec) {
  const bin = path.join('node_modules', spec.split('@')[0], 'bin');
  fs.mkdirSync(bin, { recursive: true });
  fs.symlinkSync(process.execPath, path.join(bin, 'node'));
}

/** What an installation leaves behind that the bootstrap reads: a package with OCPP schemas. */
function installPackages() {
  const folder = path.join('node_modules', 'typed-ocpp');
  for (const version of ['ocpp16', 'ocpp20', 'ocpp21']) {
    fs.mkdirSync(path.join(folder, 'dist', version), { recursive: true });
    const schemas = `export const HeartbeatRequest = { description: 'words', type: 'object' };\n`;
    fs.writeFileSync(path.join(folder, 'dist', version, 'schemas.js'), schemas);
  }
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
}

const [command, ...args] = process.argv.slice(2);
const mode = process.env.FAKE_NPM ?? 'well';
fs.appendFileSync(process.env.FAKE_NPM_LOG, `${process.pid} ${command}\n`);

if (mode === 'hang') {
  fs.mkdirSync('node_modules', { recursive: true });
  setInterval(() => {}, 1_000);
} else if (mode === 'well') {
  if (command === 'ci') installPackages();
  else installNode(args.find((arg) => arg.includes('@')));
  // Long enough for a second start to meet the first one's lock.
  setTimeout(() => {}, 500);
} else if (mode !== 'empty') {
  process.stderr.write(`${WORDS[mode]}\n`);
  process.exitCode = 1;
}
