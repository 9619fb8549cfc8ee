const TONES = /\p{Emoji_Modifier}/gu;
const JOINER = '\u200d';

/** An emoji as it stands, and what it is made of. */
export interface EmojiForms {
  readonly exact: string;
  /** Without skin tones, and the emoji that are joined in it. */
  readonly parts: readonly string[];
}

/** Returns the forms of an emoji; variation selectors are gone already. */
export function emojiForms(emoji: string): EmojiForms {
  const plain = emoji.replace(TONES, '');
  const parts = new Set([plain, ...plain.split(JOINER)]);
  parts.delete('');
  return { exact: emoji, parts: [...parts] };
}
