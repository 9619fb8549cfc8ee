import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../services/availability.js';
import { testEnvironment } from '../services/environment.js';
import { Cluster } from './cluster.js';
import { FAULTS, type Fault } from './faults.js';
import { Load } from './load.js';
import { countsOf, reportOf, type FaultCounts } from './report.js';
import { runRound, type RoundResult } from './round.js';

const { chaosRounds: rounds, chaosAbsenceMs: absenceMs } = testEnvironment;
const ROUND_TIMEOUT_MS = 300_000;

const describeReal = await describeWith(['postgres', 'redis', 'qdrant', 'kafka']);

describeReal('two services and a consumer under load', () => {
  const report: FaultCounts[] = [];
  let cluster: Cluster;

  // Not through the console, which Jest collects and decorates.
  const say = (text: string) => process.stderr.write(`${text}\n`);

  beforeAll(async () => {
    cluster = await Cluster.start();
  });

  afterAll(async () => {
    say(`\n${reportOf(report)}`);
    await cluster.stop();
  });

  const suffer = async (fault: Fault): Promise<FaultCounts> => {
    const namespace = `chaos-${fault.name}`;
    const load = new Load(cluster.apis, namespace);
    const results: RoundResult[] = [];
    // A single absence is as long as ten kills.
    const wanted = fault.isAbsence ? 1 : rounds;
    try {
      while (results.length < wanted) {
        const result = await runRound(cluster, fault, { load, namespace, absenceMs });
        results.push(result);
        say(
          `${fault.name}: round ${results.length} of ${wanted}, recovered in ${result.recoverySeconds.toFixed(1)} s, ${result.violations.length} violations`,
        );
      }
    } finally {
      report.push(countsOf(fault.name, load, results));
      say(reportOf(report.slice(-1)));
    }
    return countsOf(fault.name, load, results);
  };

  it.each(FAULTS)(
    'lose nothing, half-apply nothing and recover by themselves: $name',
    async (fault) => {
      const { violations, stored, linked, unlinked, exported, recalled, cached } = await suffer(fault);
      expect(violations).toEqual([]);
      expect(stored).toBeGreaterThan(0);
      expect(linked).toBeGreaterThan(0);
      expect(unlinked).toBeGreaterThan(0);
      expect(exported).toBeGreaterThan(0);
      expect(recalled).toBeGreaterThan(0);
      expect(cached).toBeGreaterThan(0);
    },
    rounds * ROUND_TIMEOUT_MS,
  );
});
