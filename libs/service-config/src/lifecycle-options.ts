import type { LifecycleOptions } from '@sfm/composition';
import type { AppConfig } from '@sfm/config';

/** Which memories are kept, and what they lose with time. */
export function lifecycleOptions({ lifecycle }: AppConfig): LifecycleOptions {
  return {
    intervalMs: lifecycle.pruningIntervalSeconds * 1000,
    maxMemories: lifecycle.maxMemories,
    decay: lifecycle.isDecayEnabled ? decayRules(lifecycle) : { levels: [], isScored: false },
  };
}

function decayRules({ decayThresholds, decayableKeys, isDecayScored }: AppConfig['lifecycle']) {
  const levels = decayThresholds.map((seconds, index) => ({
    afterSeconds: Number(seconds),
    keys: decayableKeys[index]?.split('+') ?? [],
  }));
  return { levels, isScored: isDecayScored };
}
