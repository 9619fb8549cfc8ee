/** How a command was tried. */
export type How =
  /** Executed here. */
  | 'run'
  /** Chart, manifests or Compose file rendered as the command has them. */
  | 'rendered'
  /** Every object, port, label, file and image that it names was looked up in what is rendered; it needs a cluster or an engine. */
  | 'looked up';

/** Says how a command was tried. @throws Error saying why it does not work */
export type Check = (words: readonly string[], typed: string) => Promise<How> | How;

/** @throws Error */
export function must(isSo: boolean, problem: string): void {
  if (!isSo) throw new Error(problem);
}
