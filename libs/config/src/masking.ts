import type { SecretKind } from './kinds/setting.js';

const MASK = '***';
const SECRET_PARAMETER =
  /((?:^|[?&\s;])(?:(?:sentinel_)?password|passwd|pwd|sslpassword|token|access_token|api[-_]?key|key|secret)=)[^&\s;#]*/gi;

/** Masks an accepted value for printing. In doubt it hides more than needed. */
export function maskValue(value: string, secret: SecretKind): string {
  if (value === '') return '';
  if (secret === 'whole') return MASK;
  if (secret === 'url-credentials') return maskUrl(value);
  return value;
}

/** Masks a refused text for printing: it may be broken anywhere, so of a URL only the scheme is shown. */
export function maskGiven(text: string, secret: SecretKind): string {
  if (secret === 'none') return text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return secret === 'url-credentials' ? `${schemeOf(text)}${MASK}` : MASK;
}

function schemeOf(value: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.exec(value)?.[0] ?? '';
}

function maskUrl(value: string): string {
  const scheme = schemeOf(value);
  const rest = value.slice(scheme.length);
  const at = rest.lastIndexOf('@');
  const visible = at < 0 ? rest : `${visibleUser(rest.slice(0, at))}${MASK}${rest.slice(at)}`;
  return scheme + visible.replace(SECRET_PARAMETER, `$1${MASK}`);
}

/** The user name in front of a plain `user:password`; nothing when the part is not of that form. */
function visibleUser(credentials: string): string {
  return /^[\w.%~-]+:/.exec(credentials)?.[0] ?? '';
}
