import { createInterface } from 'node:readline/promises';

/** Output and prompts of a command. */
export interface Terminal {
  print(text: string): void;
  /** Writes progress and warnings, separate from the output. */
  note(text: string): void;
  /** False when no prompt is possible. */
  readonly isInteractive: boolean;
  confirm(question: string): Promise<boolean>;
}

export const processTerminal: Terminal = {
  print: (text) => console.log(text),
  note: (text) => console.error(text),
  isInteractive: process.stdin.isTTY === true,
  confirm: async (question) => {
    const dialogue = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await dialogue.question(`${question} [y/N] `)).trim());
    } finally {
      dialogue.close();
    }
  },
};

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** Removes terminal control characters from the text. */
export function harmless(text: string): string {
  return text.replaceAll(CONTROL, ' ');
}

/**
 * Formats JSON for people and programs, without terminal control characters. What writes every digit is loaded here: the
 * core loads slowly, and help and usage errors need nothing of it.
 */
export async function jsonText(value: unknown): Promise<string> {
  const { stringifyJson } = await import('@sfm/memory');
  return stringifyJson(value, 2).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
