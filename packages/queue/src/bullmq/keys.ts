import type { Redis } from "ioredis";
import type { QueueName } from "../port.ts";

export interface RedisMessage {
  readonly tenantId: string;
  readonly subjectId: string;
  readonly isBackground: boolean;
}
/** BullMQ's id of a message: begins with its tenant. */
export const jobIdOf = ({ tenantId, subjectId }: Pick<RedisMessage, "tenantId" | "subjectId">): string =>
  `${tenantId}_${subjectId}`;

/**
 * The upper half of BullMQ's priority numbers (to 2,097,152) is of messages in no hurry: they wait for everybody's others.
 * Behind the end of its half all messages are equal, so fairness ends there until the queue is empty.
 */
const maxTurn = 1_048_575;
/** Turns are spread so that another tenant's next message is among the first to wait. */
const lookAhead = 50;
const keptSeconds = 7 * 86_400;
const quietMs = 5_000;

/**
 * The turn of a tenant's next message: start-time fair queueing (Goyal, Vin, Cheng 1996) with messages of equal cost:
 * max(turn being served, tenant's last turn) + 1. Forgotten when nothing waits and none was given for a while (one that
 * was just given may not wait yet), so turns stay small.
 */
const nextTurnScript = `
if redis.call('ZCARD', KEYS[3]) + redis.call('ZCARD', KEYS[4]) == 0 and redis.call('EXISTS', KEYS[5]) == 0 then
  redis.call('DEL', KEYS[1], KEYS[2])
end
redis.call('SET', KEYS[5], '1', 'PX', ${quietMs})
local served = tonumber(redis.call('GET', KEYS[1]) or '0')
local last = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '0')
local turn = math.min(math.max(served, last) + 1, ${maxTurn})
redis.call('HSET', KEYS[2], ARGV[1], turn)
return turn`;
const servedScript = `
if tonumber(ARGV[1]) > tonumber(redis.call('GET', KEYS[1]) or '0') then redis.call('SET', KEYS[1], ARGV[1]) end`;
const takeIfOtherScript = `
local wanted = redis.call('GET', KEYS[1])
if not wanted then return 0 end
if wanted == ARGV[1] then redis.call('DEL', KEYS[1]) return 0 end
return 1`;

/** What we keep in Redis beside BullMQ's own keys, all under `<prefix>:<queue>:nexus:`. */
export function createRedisKeys(redis: Redis, prefix: string) {
  const bull = (queue: QueueName, rest: string): string => `${prefix}:${queue}:${rest}`;
  const own = (queue: QueueName, rest: string): string => bull(queue, `nexus:${rest}`);
  return {
    cancelChannel: `${prefix}:nexus:cancel`,

    /** Turns of messages in no hurry are counted apart. */
    async nextTurn(queue: QueueName, { isBackground, tenantId }: RedisMessage): Promise<number> {
      const kind = isBackground ? "background-" : "";
      const mine = (rest: string) => own(queue, `${kind}${rest}`);
      const waiting = [bull(queue, "prioritized"), bull(queue, "delayed")];
      const keys = [mine("served"), mine("turns"), ...waiting, mine("recent")];
      const turn = Number(await redis.eval(nextTurnScript, keys.length, ...keys, tenantId));
      return isBackground ? maxTurn + turn : turn;
    },
    /** @param priority As the message had it. */
    serve: async (queue: QueueName, priority: number): Promise<void> => {
      const isBackground = priority > maxTurn;
      const key = own(queue, isBackground ? "background-served" : "served");
      await redis.eval(servedScript, 1, key, String(isBackground ? priority - maxTurn : priority));
    },
    /** Whether a message of another tenant is due and nobody has it. */
    isAnotherWaiting: async (queue: QueueName, tenantId: string): Promise<boolean> => {
      const next = await redis.zrange(bull(queue, "prioritized"), "0", String(lookAhead - 1));
      return next.some((jobId) => !jobId.startsWith(tenantId));
    },

    /** Each enqueue leaves its mark; a run that ends and finds another mark than it began with runs again. */
    want: async (queue: QueueName, jobId: string, mark: string): Promise<void> =>
      void (await redis.set(own(queue, `wanted:${jobId}`), mark, "EX", keptSeconds)),
    wanted: (queue: QueueName, jobId: string): Promise<string | null> => redis.get(own(queue, `wanted:${jobId}`)),
    unwant: async (queue: QueueName, jobId: string): Promise<void> =>
      void (await redis.del(own(queue, `wanted:${jobId}`))),
    /** @returns whether somebody enqueued since `mark`; else the mark is removed. */
    isWantedAgain: async (queue: QueueName, jobId: string, mark: string): Promise<boolean> =>
      (await redis.eval(takeIfOtherScript, 1, own(queue, `wanted:${jobId}`), mark)) === 1,

    /** BullMQ's lock: the token of the run that holds the job now. */
    holder: (queue: QueueName, jobId: string): Promise<string | null> => redis.get(bull(queue, `${jobId}:lock`)),
    /** Of one run, by its token: a later run of the same subject is not meant. */
    cancelRun: async (queue: QueueName, jobId: string, token: string): Promise<void> =>
      void (await redis.set(own(queue, `cancelled:${jobId}`), token, "EX", keptSeconds)),
    cancelledRun: (queue: QueueName, jobId: string): Promise<string | null> =>
      redis.get(own(queue, `cancelled:${jobId}`)),
  };
}
export type RedisKeys = ReturnType<typeof createRedisKeys>;
