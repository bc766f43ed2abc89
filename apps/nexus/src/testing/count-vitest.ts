import { z } from "zod";

export interface Counts {
  passed: number;
  failed: number;
  /** Full name of each skipped test. */
  skipped: string[];
}

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/**
 * Counts of one vitest run. A run that wrote no report, a file that could not be loaded, and an exit code that
 * says failure where no test does (an error outside the tests) each count as one failure.
 */
export function countVitest(report: unknown, exitCode: number): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: [] };
  const parsed = Report.safeParse(report);
  if (!parsed.success) return { ...counts, failed: 1 };
  for (const file of parsed.data.testResults) {
    if (file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"))
      counts.failed += 1;
    for (const { status, fullName } of file.assertionResults) {
      if (status === "passed") counts.passed += 1;
      else if (status === "failed") counts.failed += 1;
      else counts.skipped.push(fullName);
    }
  }
  if (exitCode !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** The skipped tests' names, repeated ones once with their number. */
export function describeSkips(names: readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times].map(([name, count]) => (count > 1 ? `${name} (${count}×)` : name));
}
