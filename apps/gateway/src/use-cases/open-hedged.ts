import { ClientClosed } from "./presence.ts";
import { type AttemptDeps, type Attempts, type Opened, tryCandidates } from "./try-candidates.ts";

/**
 * `tryCandidates`, but when the plan hedges and the first candidate has not begun to answer in time, the others are
 * asked beside it: whoever answers first is taken and the other connection is closed ("hedged requests": Dean and
 * Barroso, The Tail at Scale, CACM 2013).
 */
export async function openHedged(deps: AttemptDeps, call: Attempts): Promise<Opened> {
  const { candidates, hedgeAfterMs } = call.plan;
  if (hedgeAfterMs === null || candidates.length < 2) return tryCandidates(deps, call);
  const first = leg(deps, call, 0, 1);
  const isFirstDone = await settledWithin(first.answer, hedgeAfterMs);
  if (isFirstDone && (await isGood(first.answer))) return first.answer;
  if (call.signal.aborted) throw new ClientClosed();
  const second = leg(deps, call, 1, candidates.length);
  const winner = await Promise.any([goodOf(first), goodOf(second)]).catch(() => better(first, second));
  const loser = winner === first ? second : first;
  loser.close();
  return winner.answer;
}

interface Leg {
  readonly answer: Promise<Opened>;
  close(): void;
}

function leg(deps: AttemptDeps, call: Attempts, from: number, to: number): Leg {
  const own = new AbortController();
  const onGone = () => own.abort(call.signal.reason);
  call.signal.addEventListener("abort", onGone, { once: true });
  const answer = tryCandidates(deps, { ...call, signal: own.signal }, from, to);
  answer.catch(() => undefined); // the other leg may answer
  return {
    answer,
    close() {
      own.abort(new ClientClosed());
      answer.then(
        (opened) => opened.kind === "stream" && opened.answer.body.destroy(),
        () => undefined,
      );
    },
  };
}

const isGood = (answer: Promise<Opened>): Promise<boolean> =>
  answer.then(
    (opened) => opened.kind === "stream" || opened.answer.status < 400,
    () => false,
  );

/** Of two that failed: the one that at least has a provider's answer to pass on. */
const better = (first: Leg, second: Leg): Promise<Leg> =>
  second.answer.then(
    () => second,
    () =>
      first.answer.then(
        () => first,
        () => second,
      ),
  );

async function goodOf(one: Leg): Promise<Leg> {
  if (!(await isGood(one.answer))) throw new Error("this one failed");
  return one;
}

function settledWithin(answer: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    const done = () => {
      clearTimeout(timer);
      resolve(true);
    };
    answer.then(done, done);
  });
}
