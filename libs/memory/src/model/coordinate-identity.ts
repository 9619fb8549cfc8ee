interface Located {
  readonly namespace: string;
  readonly key: string;
}

/** Returns one text for a coordinate in its namespace, for maps and sets: names of namespaces hold no line break. */
export function identityOf({ namespace, key }: Located): string {
  return `${namespace}\n${key}`;
}
