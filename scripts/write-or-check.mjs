import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Writes a generated file. With --check it only compares, and where the file differs it prints the complaint and ends
 * the process with 1. Returns whether the file was written.
 */
export function writeOrCheck(file, wanted, complaint) {
  if (!process.argv.includes('--check')) {
    writeFileSync(file, wanted);
    return true;
  }
  if (contentOf(file) === wanted) return false;
  console.error(complaint);
  process.exit(1);
}

/** A missing file is a file that differs. */
function contentOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
