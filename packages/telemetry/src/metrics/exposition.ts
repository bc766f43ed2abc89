import type { Family, Registry } from "./registry.ts";

export const expositionContentType = "text/plain; version=0.0.4; charset=utf-8";

/** Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). */
export function renderMetrics(registry: Pick<Registry, "families">): string {
  return registry
    .families()
    .map(
      (family) =>
        head(family) +
        lines(family)
          .map((line) => `${line}\n`)
          .join(""),
    )
    .join("");
}

const head = ({ name, help, type }: Family): string => `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;

function lines(family: Family): string[] {
  const { labels: names, name } = family;
  if (family.type !== "histogram")
    return family.samples().map(({ labels, value }) => `${name}${braces(names, labels)} ${number(value)}`);
  return family.samples().flatMap(({ labels, value }) => {
    let count = 0;
    const buckets = value.counts.map((inBucket, index) => {
      count += inBucket;
      const le = number(family.bounds[index] ?? Number.POSITIVE_INFINITY);
      return `${name}_bucket${braces([...names, "le"], [...labels, le])} ${count}`;
    });
    const own = braces(names, labels);
    return [...buckets, `${name}_sum${own} ${number(value.sum)}`, `${name}_count${own} ${count}`];
  });
}

const braces = (names: readonly string[], values: readonly string[]): string =>
  names.length === 0
    ? ""
    : `{${names.map((name, index) => `${name}="${escapeLabel(values[index] ?? "")}"`).join(",")}}`;
const number = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? "+Inf" : value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
const escapeLabel = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
