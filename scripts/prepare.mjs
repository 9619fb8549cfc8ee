// Checks the Node version and installs the packages of package-lock.json, unless they are there already.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = [20, 19];
const root = fileURLToPath(new URL('../', import.meta.url));
const lockFile = `${root}package-lock.json`;
const stampFile = `${root}node_modules/.sfm-installed`;

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  console.error(
    `SomaFractalMemory needs Node ${OLDEST_NODE.join('.')} or newer; ${process.execPath} is ${process.versions.node}.`,
  );
  process.exit(1);
}

const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
const stamp = `${hash} ${process.platform}-${process.arch}`;
if (!isInstalled()) {
  console.error('Installing packages (a minute or two the first time) …');
  try {
    // Development packages too, whatever NODE_ENV says: the build needs them.
    execFileSync('npm', ['ci', '--include=dev', '--include=optional', '--no-fund', '--no-audit', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
  } catch {
    console.error('npm ci failed; its messages are above.');
    process.exit(1);
  }
  writeFileSync(stampFile, stamp);
}

/** By what this script installed last, or because the developer ran npm after the lock file changed. */
function isInstalled() {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return true;
  const installed = `${root}node_modules/.package-lock.json`;
  return !existsSync(stampFile) && existsSync(installed) && statSync(installed).mtimeMs > statSync(lockFile).mtimeMs;
}
