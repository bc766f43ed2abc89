/** What the processes of this bench tell each other. */
export type FromChild =
  | { readonly kind: "ready"; readonly url: string; readonly tenantId: string; readonly documentId: string }
  | { readonly kind: "cpu"; readonly microseconds: number; readonly rssBytes: number };
export interface ToChild {
  readonly kind: "cpu";
}
export const internalSecret = "bench-secret-of-more-than-32-characters";

/** Answers the parent's questions about this process's processor time, and ends with the parent. */
export function answerParent(): void {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({
      kind: "cpu",
      microseconds: user + system,
      rssBytes: process.memoryUsage.rss(),
    } satisfies FromChild);
  });
  process.on("disconnect", () => process.exit());
}
