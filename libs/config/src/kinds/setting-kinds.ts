import { z } from 'zod';
import type { SecretKind, Setting, SettingCaveat, SettingDeclaration } from './setting.js';

const TRUE_WORDS = ['1', 'true', 'yes', 'on'];
const FALSE_WORDS = ['0', 'false', 'no', 'off'];

/** Allowed values for the path of a certificate or key file. */
export const PEM_FILE = 'the path of a readable PEM file';

type Declaration<T> = SettingDeclaration & { readonly caveats?: readonly SettingCaveat<T>[] };
type Kind<T> = Pick<Setting<T>, 'allowed' | 'schema' | 'format' | 'fallback'> & { readonly secret?: SecretKind };

function declare<T>(declaration: Declaration<T>, kind: Kind<T>): Setting<T> {
  return {
    aliases: declaration.aliases ?? [],
    caveats: declaration.caveats ?? [],
    name: declaration.name,
    description: declaration.description,
    unit: declaration.unit,
    secret: 'none',
    ...kind,
  };
}

const show = (value: unknown): string => (value === undefined ? '' : String(value));

/** A schema that maps the text with `read` and refuses it when `read` returns undefined. */
function readable<T>(read: (text: string) => T | undefined): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    const value = read(text);
    if (value === undefined) {
      context.addIssue({ code: 'custom', message: 'not allowed' });
      return z.NEVER;
    }
    return value;
  });
}

/** Free text on one line, optionally of a certain form. */
export function text<D extends string | undefined>(
  declaration: Declaration<string | D> & {
    readonly fallback: D;
    readonly pattern?: RegExp;
    readonly allowed?: string;
    readonly secret?: SecretKind;
  },
): Setting<string | D> {
  const pattern = declaration.pattern;
  // A line break or NUL in a path or a name is always a quoting mistake.
  const isOneLine = (value: string) => ![...value].some((character) => character < ' ' || character === '\u007f');
  return declare(declaration, {
    fallback: declaration.fallback,
    allowed: declaration.allowed ?? 'text on one line',
    secret: declaration.secret ?? 'none',
    schema: z.string().refine((value) => isOneLine(value) && (pattern === undefined || pattern.test(value))),
    format: show,
  });
}

interface Range {
  readonly min: number;
  readonly max: number;
}

const inRange = (value: number, { min, max }: Range) => value >= min && value <= max;

/** A whole number between two bounds, both included. */
export function integer<D extends number | undefined>(
  declaration: Declaration<number | D> & Range & { readonly fallback: D },
): Setting<number | D> {
  return declare(declaration, {
    fallback: declaration.fallback,
    allowed: `a whole number from ${declaration.min} to ${declaration.max}`,
    schema: readable((value) =>
      /^[+-]?\d{1,15}$/.test(value) && inRange(Number(value), declaration) ? Number(value) : undefined,
    ),
    format: show,
  });
}

/** A whole number where 0 or less turns the feature off; the value is then 0. */
export function integerOrOff(
  declaration: Declaration<number> & { readonly fallback: number; readonly max: number },
): Setting<number> {
  return declare(declaration, {
    fallback: declaration.fallback,
    allowed: `a whole number up to ${declaration.max}; 0 or less switches it off`,
    schema: readable((value) =>
      /^[+-]?\d{1,15}$/.test(value) && Number(value) <= declaration.max ? Math.max(0, Number(value)) : undefined,
    ),
    format: show,
  });
}

/** A decimal number between two bounds, scaled to a whole number of a smaller unit (MB to bytes, seconds to ms). */
export function scaled(
  declaration: Declaration<number> &
    Range & { readonly fallback: number; readonly factor: number; readonly offMeans?: number; readonly unit: string },
): Setting<number> {
  const { factor, offMeans, max, min } = declaration;
  const off =
    offMeans === undefined ? '' : `; 0 or less lifts the limit up to ${offMeans / factor} ${declaration.unit}`;
  return declare(declaration, {
    fallback: declaration.fallback * factor,
    allowed: `a number from ${min} to ${max} (${declaration.unit})${off}`,
    schema: readable((value) => {
      if (!/^[+-]?(\d{1,15}\.?\d{0,6}|\.\d{1,6})$/.test(value)) return undefined;
      const amount = Number(value);
      if (amount <= 0 && offMeans !== undefined) return offMeans;
      return inRange(amount, declaration) ? Math.round(amount * factor) : undefined;
    }),
    format: (value) => String(value / factor),
  });
}

/** Yes or no, in the words operators use. */
export function flag<D extends boolean | undefined>(
  declaration: Declaration<boolean | D> & { readonly fallback: D },
): Setting<boolean | D> {
  return declare(declaration, {
    fallback: declaration.fallback,
    allowed: 'true or false (also 1/0, yes/no, on/off)',
    schema: readable<boolean | D>((value) => {
      const word = value.toLowerCase();
      if (TRUE_WORDS.includes(word)) return true;
      return FALSE_WORDS.includes(word) ? false : undefined;
    }),
    format: show,
  });
}

/**
 * One of a few words, upper or lower case. `synonyms` are other accepted spellings, in lower case; `otherwise` is the
 * value of every other text, where a wrong word must not stop the start (give it a caveat).
 */
export function oneOf<const V extends string, D extends V | undefined>(
  declaration: Declaration<V | D> & {
    readonly values: readonly V[];
    readonly fallback: D;
    readonly synonyms?: Readonly<Record<string, V>>;
    readonly otherwise?: V;
  },
): Setting<V | D> {
  const synonyms = new Map<string, V>(Object.entries(declaration.synonyms ?? {}));
  return declare(declaration, {
    fallback: declaration.fallback,
    allowed: [
      `one of: ${declaration.values.join(', ')}`,
      ...(synonyms.size ? [[...synonyms.keys()].join(', ')] : []),
    ].join('; also understood: '),
    schema: readable<V | D>((value) => {
      const word = value.toLowerCase();
      const match = declaration.values.find((candidate) => candidate.toLowerCase() === word) ?? synonyms.get(word);
      return match ?? declaration.otherwise;
    }),
    format: show,
  });
}

/** A comma list; the word `none` is the empty list. */
export function list(
  declaration: Declaration<readonly string[]> & {
    readonly fallback: readonly string[];
    readonly allowed: string;
    /** Normalises one item, or refuses it with undefined. */
    readonly item: (text: string) => string | undefined;
  },
): Setting<readonly string[]> {
  return declare(declaration, {
    fallback: declaration.fallback,
    allowed: declaration.allowed,
    schema: readable<readonly string[]>((value) => {
      if (value.toLowerCase() === 'none') return [];
      const items = value.split(',').map((part) => declaration.item(part.trim()));
      const accepted = items.filter((item) => item !== undefined);
      return accepted.length === items.length ? [...new Set(accepted)] : undefined;
    }),
    format: (value) => (value.length === 0 ? 'none' : value.join(',')),
  });
}

/** A secret, or several of them that are valid side by side, between commas or line breaks. */
export function secrets<D extends readonly string[] | undefined>(
  declaration: Declaration<readonly string[] | D> & {
    readonly fallback: D;
    readonly allowed: string;
    readonly pattern: RegExp;
    /** What each must match besides when there are several. */
    readonly amongSeveral: RegExp;
    readonly most: number;
  },
): Setting<readonly string[] | D> {
  const { pattern, amongSeveral, most } = declaration;
  return declare(declaration, {
    fallback: declaration.fallback,
    allowed: declaration.allowed,
    secret: 'whole',
    schema: readable<readonly string[] | D>((value) => {
      const parts = value.split(/[,\r\n]+/).map((part) => part.trim());
      const items = [...new Set(parts.filter((part) => part !== ''))];
      const isAllowed = (item: string) => pattern.test(item) && (items.length === 1 || amongSeveral.test(item));
      return items.length > 0 && items.length <= most && items.every(isAllowed) ? items : undefined;
    }),
    format: (value) => (value === undefined ? '' : value.join(',')),
  });
}

/** A URL with one of the given schemes; its credentials are masked wherever it is shown. */
export function url<D extends string | undefined>(
  declaration: Declaration<string | D> & { readonly schemes: readonly string[]; readonly fallback: D },
): Setting<string | D> {
  return declare(declaration, {
    fallback: declaration.fallback,
    allowed: `a URL starting with ${declaration.schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    secret: 'url-credentials',
    schema: z
      .string()
      .refine((value) => declaration.schemes.some((scheme) => value.startsWith(`${scheme}://`)) && URL.canParse(value)),
    format: show,
  });
}
