import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { REPOSITORY } from '../services/repository.js';

/** One instruction of a Dockerfile, continuation lines joined, build arguments as they are written. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** From one FROM to the next. */
export interface Stage {
  readonly name: string;
  /** The image that it starts from, through other stages too. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  readonly stages: readonly Stage[];
}

export interface Copy {
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

/** Reads a Dockerfile of the repository. @throws when it has an instruction before the first FROM */
export async function readDockerfile(file: string): Promise<Dockerfile> {
  const text = await readFile(path.join(REPOSITORY, file), 'utf8');
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const { name, text: rest } of instructionsOf(text)) {
    const stage = stages.at(-1);
    if (name === 'FROM') stages.push(stageOf(rest, stages));
    else if (stage !== undefined) stage.instructions.push({ name, text: rest });
    else throw new Error(`${file}: ${name} before the first FROM`);
  }
  return { stages };
}

/** The last stage: what is shipped. */
export function finalStage({ stages }: Dockerfile): Stage {
  const last = stages.at(-1);
  if (last === undefined) throw new Error('a Dockerfile without FROM');
  return last;
}

/** The texts of a stage's instructions of one name. */
export function textsOf(stage: Stage, name: string): string[] {
  return stage.instructions.filter((instruction) => instruction.name === name).map(({ text }) => text);
}

export function copyOf(text: string): Copy {
  const words = text.split(/\s+/);
  const operands = words.filter((word) => !word.startsWith('--'));
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  return { from, sources: operands.slice(0, -1), target: operands.at(-1) ?? '' };
}

function instructionsOf(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  return lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+)\s(.*)$/.exec(line.trim()) ?? [];
      return name === '' ? [] : [{ name, text: rest.trim() }];
    });
}

function stageOf(rest: string, earlier: readonly Stage[]): Stage & { instructions: [] } {
  const [image = '', , name = String(earlier.length)] = rest.split(/\s+/);
  const base = earlier.find((stage) => stage.name === image)?.base ?? image;
  return { name, base, instructions: [] };
}
