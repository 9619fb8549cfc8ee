/** Particles behind a Korean noun, longest first, and how many syllables must stand before them. */
const PARTICLES: readonly (readonly [particle: string, syllables: number])[] = [
  ...words('에게서는 으로부터 에서부터 이라도 이라는 이라고 이라면 입니다 이었다 에서는 에서도 에게서 에게는 한테서 까지도 까지는 부터는 으로는 으로도'),
  ...words('에서 에게 에는 에도 으로 로는 로도 로서 로써 까지 부터 처럼 보다 한테 께서 라도 이나 이랑 하고 마다 조차 밖에 이며 이고 들은 들이 들을 들의 들과 들도'),
  ...words('은 는 을 를 에 들'),
  ...words('이 가 와 과 의 도 만 로 랑 나 야 께', 2),
]; // prettier-ignore

/** Returns the word without its particle, and without one before that; itself left out. */
export function withoutParticles(word: string): readonly string[] {
  const found: string[] = [];
  for (let rest = withoutOne(word); rest !== undefined && found.length < 2; rest = withoutOne(rest)) found.push(rest);
  return found;
}

/** Returns whether a text is nothing but particles: what stands behind a name in Latin letters. */
export function isParticle(text: string): boolean {
  return PARTICLES.some(([particle]) => particle === text);
}

function withoutOne(word: string): string | undefined {
  const known = PARTICLES.find(
    ([particle, syllables]) => word.endsWith(particle) && word.length - particle.length >= syllables,
  );
  return known && word.slice(0, -known[0].length);
}

function words(list: string, syllables = 1): (readonly [string, number])[] {
  return list.split(' ').map((particle) => [particle, syllables]);
}
