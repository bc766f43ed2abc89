import type { TenantScope } from "@aurora/kernel";
import type { Embedder } from "@aurora/llm";
import type { Passage, Retriever } from "@aurora/rag";
import type { Point } from "@aurora/vector-store";
import { passagesOf, pointsOf, type RetrievalSet } from "./corpus.ts";
import { createMemoryIndex, type MemoryIndex } from "./memory.ts";
import { mean } from "./metrics.ts";

interface Deps {
  readonly embedder: Embedder;
  readonly retrieverOver: (index: MemoryIndex) => Retriever;
  readonly scope: TenantScope;
}

const questionsPerSet = 100;
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

interface Indexed {
  readonly passages: readonly Passage[];
  readonly points: readonly Point[];
}

/** Per set and kind of corpus, the share of questions judged answerable: near 1 is right where `answerable`, else near 0. */
export async function benchAnswerability(sets: readonly RetrievalSet[], deps: Deps): Promise<object[]> {
  const corpora = new Map<string, Indexed>();
  for (const set of sets) {
    const passages = passagesOf(set);
    corpora.set(set.name, { passages, points: await pointsOf(passages, deps.embedder) });
  }
  const isAnswerable = async (index: MemoryIndex, query: string): Promise<boolean> => {
    const { answerable } = await deps.retrieverOver(index).retrieve(deps.scope, {
      ...{ query, sourceApp: null, workspace: null, packId: null, documentIds: [] },
      ...{ k: null, fetchK: null, mmrLambda: null },
    });
    return answerable.isAnswerable;
  };
  const rows: object[] = [];
  for (const set of sets) {
    const own = corpora.get(set.name);
    if (!own) continue;
    const questions = everyNth(set.queries, questionsPerSet);
    const share = async (indexFor: (relevant: ReadonlySet<string>) => MemoryIndex): Promise<number> => {
      const verdicts: number[] = [];
      for (const { text, rel } of questions)
        verdicts.push((await isAnswerable(indexFor(new Set(Object.keys(rel))), text)) ? 1 : 0);
      return Math.round(mean(verdicts) * 1_000) / 1_000;
    };
    const whole = indexOf(own, () => true);
    const sample = sampleOf(own);
    const otherSubject: Record<string, object> = {};
    for (const name of strangers[set.name] ?? []) {
      const other = corpora.get(name);
      if (!other) continue;
      const [wholeOther, otherSample] = [indexOf(other, () => true), sampleOf(other)];
      const smallOther = indexOf(other, (id) => otherSample.has(id));
      otherSubject[name] = { whole: await share(() => wholeOther), small: await share(() => smallOther) };
    }
    rows.push({
      set: set.name,
      answerable: {
        whole: await share(() => whole),
        small: await share((relevant) => indexOf(own, (id) => relevant.has(id) || sample.has(id))),
      },
      relevant_removed: {
        whole: await share((relevant) => hiding(whole, relevant)),
        small: await share((relevant) => indexOf(own, (id) => sample.has(id) && !relevant.has(id))),
      },
      other_subject: otherSubject,
    });
  }
  return rows;
}

function indexOf({ passages, points }: Indexed, keeps: (documentId: string) => boolean): MemoryIndex {
  const isKept = passages.map(({ documentId }) => keeps(documentId));
  return createMemoryIndex(
    points.filter((_, index) => isKept[index]),
    passages.filter((_, index) => isKept[index]),
  );
}

/** The same corpus with some documents unpublished; its term counts are the whole corpus'. */
const hiding = (index: MemoryIndex, hidden: ReadonlySet<string>): MemoryIndex => ({
  ...index,
  passages: {
    load: async (scope, ids) => (await index.passages.load(scope, ids)).filter((one) => !hidden.has(one.documentId)),
  },
});

const sampleOf = ({ passages }: Indexed): ReadonlySet<string> =>
  new Set(everyNth([...new Set(passages.map(({ documentId }) => documentId))], smallCorpusSize));

function everyNth<Item>(items: readonly Item[], count: number): Item[] {
  const step = Math.max(1, Math.floor(items.length / count));
  return items.filter((_, index) => index % step === 0).slice(0, count);
}
