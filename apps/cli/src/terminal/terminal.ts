import { createInterface } from 'node:readline/promises';

/** What a command says and asks. */
export interface Terminal {
  print(text: string): void;
  /** Progress and warnings, apart from the output. */
  note(text: string): void;
  /** False when nobody can be asked. */
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

/** The text without characters that steer a terminal. */
export function harmless(text: string): string {
  return text.replaceAll(CONTROL, ' ');
}

/** JSON for people and programs, without characters that steer a terminal. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
