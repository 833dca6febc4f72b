import type { Latency } from './latency';
import { drainPromiseMs, type Report, type RunOptions } from './play-run';

const shown = 5;

/** Whether every promise held. A run that wrote less than half of what was asked shows nothing of them, whatever its verdicts. */
export function isKept(report: Pick<Report, 'verdicts' | 'isDrained' | 'timing'>, { rate }: Pick<RunOptions, 'rate'>): boolean {
  return report.verdicts.every(({ found }) => found.length === 0) && isDrainedInTime(report) && report.timing.changesPerSecond >= rate / 2;
}

function isDrainedInTime({ isDrained, timing }: Pick<Report, 'isDrained' | 'timing'>): boolean {
  return isDrained && timing.drainedAfter <= drainPromiseMs;
}

/** For people, or as one JSON object. */
export function printReport(report: Report, options: Pick<RunOptions, 'seed' | 'seconds' | 'rate' | 'json'>): void {
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ seed: options.seed, seconds: options.seconds, ...report })}\n`);
    return;
  }
  const { verdicts, timing, counts } = report;
  const lines = [
    '',
    `seed ${options.seed}: ${counts['invoke'] ?? 0} attempts, ${counts['ok'] ?? 0} ok, ${counts['fail'] ?? 0} refused, ${counts['info'] ?? 0} unknown; ${counts['committed'] ?? 0} cases, ${counts['delivery'] ?? 0} deliveries, ${counts['effect'] ?? 0} effects, ${(counts['fault'] ?? 0) / 2} faults`,
    ...verdicts.flatMap(({ name, promise, found }) => [
      `  ${found.length === 0 ? '✓' : '✗'} ${name.padEnd(18)} ${found.length === 0 ? promise : `${found.length} found`}`,
      ...found.slice(0, shown).map((line) => `      ${line}`),
    ]),
    `  ${isDrainedInTime(report) ? '✓' : '✗'} ${'backlog'.padEnd(18)} empty ${(timing.drainedAfter / 1000).toFixed(1)} s after the faults ended, at ${timing.changesPerSecond} changes/s (promised: ${drainPromiseMs / 1000} s)`,
    `  acknowledged → subscriber  calm ${show(timing.toSubscriberCalm)}; whole run ${show(timing.toSubscriber)}`,
    `  acknowledged → effect      calm ${show(timing.toEffectCalm)}`,
    `  asked → acknowledged       calm ${show(timing.answerCalm)}`,
    ...(timing.changesPerSecond < options.rate / 2 ? [`  ✗ ${'load'.padEnd(18)} ${timing.changesPerSecond} changes/s of the ${options.rate} that were asked: this machine cannot bear them, or writing fails`] : []),
    ...(report.unplannedEnds > 0 ? [`  ${report.unplannedEnds} processes ended by themselves and were started again`] : []),
    ...report.leftOut.map((what) => `  left out: ${what}`),
    `  history: ${report.historyFile}`,
    '',
  ];
  process.stdout.write(lines.join('\n'));
}

function show({ p50, p99, longest }: Latency): string {
  return `p50 ${p50} ms, p99 ${p99} ms, longest ${longest} ms`;
}
