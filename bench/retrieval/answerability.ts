import type { TenantScope } from "@aurora/kernel";
import type { Embedder } from "@aurora/llm";
import type { Retriever } from "@aurora/rag";
import { passagesOf, pointsOf, type RetrievalSet } from "./corpus.ts";
import { createMemoryIndex, type MemoryIndex } from "./memory.ts";
import { mean } from "./metrics.ts";

interface Deps {
  readonly embedder: Embedder;
  readonly retrieverOver: (index: MemoryIndex) => Retriever;
  readonly scope: TenantScope;
}

const questionsPerSet = 150;
/** Documents of a small corpus: what a first-time user has. */
const smallCorpusSize = 60;

/** Where each set's questions find no answer: corpora of other subjects, in the question's language and in the other. */
const strangers: Readonly<Record<string, readonly string[]>> = {
  fr_piaf: ["gnome_fr_fr", "en_xquad", "en_cranfield"],
  en_xquad: ["gnome_en_en", "en_cranfield", "fr_piaf"],
  en_cranfield: ["en_xquad", "gnome_en_en", "fr_piaf"],
  gnome_fr_fr: ["fr_piaf", "en_xquad"],
  gnome_en_en: ["en_xquad", "en_cranfield", "fr_piaf"],
  gnome_fr_en: ["en_xquad", "fr_piaf"],
  gnome_en_fr: ["fr_piaf", "en_xquad"],
};

/** Per set and kind of corpus, the share of questions judged answerable: to be near 1 where `answerable`, else near 0. */
export async function benchAnswerability(sets: readonly RetrievalSet[], deps: Deps) {
  const rows: object[] = [];
  const indexed = new Map(
    await Promise.all(
      sets.map(async (set) => {
        const passages = passagesOf(set);
        return [set.name, { passages, points: await pointsOf(passages, deps.embedder) }] as const;
      }),
    ),
  );
  for (const set of sets) {
    const step = Math.max(1, Math.floor(set.queries.length / questionsPerSet));
    const questions = set.queries.filter((_, index) => index % step === 0).slice(0, questionsPerSet);
    /** Share of questions judged answerable over the documents that `keeps` leaves in a corpus. */
    const shareOver = async (name: string, keeps: (documentId: string, relevant: ReadonlySet<string>) => boolean) => {
      const corpus = indexed.get(name);
      if (!corpus) return null;
      const verdicts: number[] = [];
      let whole: Retriever | null = null;
      for (const { text, rel } of questions) {
        const relevant = new Set(Object.keys(rel));
        const isKept = corpus.passages.map((passage) => keeps(passage.documentId, relevant));
        const only = <Item>(items: readonly Item[]) => items.filter((_, index) => isKept[index]);
        const retriever: Retriever =
          isKept.every(Boolean) && whole
            ? whole
            : deps.retrieverOver(createMemoryIndex(only(corpus.points), only(corpus.passages)));
        if (isKept.every(Boolean)) whole = retriever;
        const { answerable } = await retriever.retrieve(deps.scope, {
          ...{ query: text, sourceApp: null, workspace: null, packId: null, documentIds: [] },
          ...{ k: null, fetchK: null, mmrLambda: null },
        });
        verdicts.push(answerable.isAnswerable ? 1 : 0);
      }
      return Math.round(mean(verdicts) * 1_000) / 1_000;
    };
    const small = (name: string) => {
      const ids = [...new Set(indexed.get(name)?.passages.map((passage) => passage.documentId))];
      const every = Math.max(1, Math.floor(ids.length / smallCorpusSize));
      return new Set(ids.filter((_, index) => index % every === 0).slice(0, smallCorpusSize));
    };
    const own = small(set.name);
    rows.push({
      set: set.name,
      answerable: {
        whole: await shareOver(set.name, () => true),
        small: await shareOver(set.name, (id, relevant) => relevant.has(id) || own.has(id)),
      },
      relevant_removed: {
        whole: await shareOver(set.name, (id, relevant) => !relevant.has(id)),
        small: await shareOver(set.name, (id, relevant) => !relevant.has(id) && own.has(id)),
      },
      other_subject: Object.fromEntries(
        await Promise.all(
          (strangers[set.name] ?? []).map(async (name) => {
            const sample = small(name);
            return [
              name,
              { whole: await shareOver(name, () => true), small: await shareOver(name, (id) => sample.has(id)) },
            ];
          }),
        ),
      ),
    });
  }
  return rows;
}
